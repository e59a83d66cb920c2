"""What a process and all that it started take."""

import os
import pathlib
import sys

import pytest

from benchmarks.ocr import processes, systems

WAITS = "import time; time.sleep(60)"
CHILD = f"print('up', flush=True); {WAITS}"
HAS_A_CHILD = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {CHILD!r}]); {WAITS}"


@pytest.fixture
def parent(tmp_path):
    tree = processes.started([sys.executable, "-c", HAS_A_CHILD], {}, tmp_path / "log", piped=True)
    tree.process.stdout.readline()
    yield tree
    tree.end()
    tree.process.stdin.close()
    tree.process.stdout.close()


def test_children_count(parent):
    alone = pathlib.Path(f"/proc/{parent.process.pid}/statm").read_text().split()
    own_mib = int(alone[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    used = parent.usage()
    assert used.rss_mib > own_mib + 1
    assert used.peak_mib >= used.rss_mib


def test_a_tree_that_ends_leaves_nothing(tmp_path):
    tree = processes.started([sys.executable, "-c", WAITS], {}, tmp_path / "log")
    tree.pause()
    tree.end()
    assert tree.process.returncode is not None
    assert tree.usage() == systems.Usage(0, 0, 0)


def test_one_that_does_not_start_says_its_last_line(tmp_path):
    tree = processes.started([sys.executable, "-c", "raise SystemExit('no models')"], {}, tmp_path / "log")
    with pytest.raises(systems.NotThere, match="no models"):
        processes.wait(tree, lambda: False, tmp_path / "log")
