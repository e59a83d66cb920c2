"""In a process of its own: what is told to the allocator holds for good."""

import platform
import subprocess
import sys

import pytest

GROWN = """
from kubeocr_runtime import allocation
import numpy as np

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

if {told}:
    assert allocation.give_back_what_is_freed()
arrays = [np.ones(20 * 2**20, np.uint8) for _ in range(2)]
del arrays  # glibc has learnt by now that blocks of 20 MiB come and go
many, kept = [], []
for _ in range(8):
    many.append(np.ones(16 * 2**20, np.uint8))
    kept.append(np.ones(2**12, np.uint8))
before = resident()
del many
print(before - resident() > 100 * 2**20)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another allocator")
def test_large_blocks_go_back_to_the_system() -> None:
    done = subprocess.run([sys.executable, "-c", GROWN.format(told=True)], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another allocator")
def test_glibc_keeps_them_otherwise() -> None:
    done = subprocess.run([sys.executable, "-c", GROWN.format(told=False)], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


STAYS = """
import gc
from kubeocr_runtime import allocation

loaded = [[i] for i in range(100_000)]
allocation.keep_what_is_loaded()
print(len(gc.get_objects()) < 1000)
"""


def test_what_is_loaded_is_not_looked_through_again() -> None:
    done = subprocess.run([sys.executable, "-c", STAYS], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
