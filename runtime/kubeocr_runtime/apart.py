"""Processes of our own for strangers' files: how they are started, and what they may take. Loads nothing of the server."""

import os
import pathlib
import resource
import sys
from collections.abc import Mapping

_OOM_FIRST = pathlib.Path("/proc/self/oom_score_adj")


def environment(own: Mapping[str, str]) -> dict[str, str]:
    """It finds modules where this process does. Allocations of a page go back to the system with the page."""
    return {**own, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "MALLOC_ARENA_MAX": "1"}


def bound(heap: int) -> None:
    """No more than so many bytes of its own, no core dump; where the pod's memory runs out all the same, it is the first to go.

    Pages and files are shared memory, which the limit does not count.
    """
    resource.setrlimit(resource.RLIMIT_DATA, (heap, heap))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if _OOM_FIRST.exists():
        _OOM_FIRST.write_text("1000", encoding="ascii")
