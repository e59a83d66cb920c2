"""How many NVIDIA GPUs this process may use."""

import os
import pathlib
import re
from collections.abc import Iterable

_VISIBLE = "CUDA_VISIBLE_DEVICES"
_DEVICE = re.compile(r"nvidia\d+")


def visible() -> int:
    """At least 1: who asks has found that there is one."""
    return count(os.environ.get(_VISIBLE, ""), (path.name for path in pathlib.Path("/dev").glob("nvidia*")))


def count(chosen: str, devices: Iterable[str]) -> int:
    """Pure part of `visible`: by CUDA's own variable or, where that is empty, by the device files that the container was given.

    https://docs.nvidia.com/cuda/cuda-c-programming-guide/index.html#cuda-environment-variables
    """
    named = [name for name in chosen.split(",") if name.strip()]
    return max(1, len(named) if named else sum(bool(_DEVICE.fullmatch(name)) for name in devices))
