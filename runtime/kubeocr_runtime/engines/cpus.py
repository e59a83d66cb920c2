"""How many CPUs this process may use, and how they are shared out among inferences that run at the same time."""

import dataclasses
import math
import os
import pathlib
from collections.abc import Callable

_WIDE = 4
"""Up to so many CPUs each runs an inference of its own: two threads of one wait for each other."""
_BYTES = "avx2"
_V2 = "/sys/fs/cgroup/cpu.max"
_V1 = ("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu/cpu.cfs_period_us")


@dataclasses.dataclass(frozen=True, slots=True)
class Division:
    """Inferences at the same time, and the threads of each."""

    streams: int
    threads: int


def divide(streams: int, threads: int, cpus: int) -> Division:
    """How so many CPUs are shared out; what is 0 is chosen."""
    if not streams and not threads:
        threads = 1 if cpus <= _WIDE else 2
    threads = threads or max(1, cpus // streams)
    return Division(streams or max(1, cpus // threads), threads)


def multiply_bytes() -> bool:
    """Whether the CPU multiplies 8-bit integers so many at a time that it pays (AVX2; those with VNNI have that too)."""
    return _BYTES in _read("/proc/cpuinfo").partition("\nflags")[2].partition("\n")[0].split()


def available() -> int:
    """CPUs of the scheduling mask, or the container's quota rounded up where that is less; at least 1."""
    return limit(len(os.sched_getaffinity(0)), _read)


def limit(mask: int, read: Callable[[str], str]) -> int:
    """Pure part of `available`; `read` gives a file's text, empty where there is no such file.

    A pod's CPU limit is a quota of CFS, of which the scheduling mask knows nothing:
    https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files
    """
    quota, period = (*read(_V2).split(), "", "")[:2] if read(_V2) else (read(_V1[0]).strip(), read(_V1[1]).strip())
    if not quota.isdigit() or not period.isdigit():  # "max" and "-1" mean no limit
        return mask
    return max(1, min(mask, math.ceil(int(quota) / int(period))))


def _read(path: str) -> str:
    try:
        return pathlib.Path(path).read_text(encoding="ascii")
    except OSError:
        return ""
