"""Memory that is the process's, not a page's: what is freed goes back to the system, and what was loaded is not looked through.

glibc keeps freed blocks of up to 32 MiB for later, in an arena for each thread. Pages come and go in such blocks: after eight
clients' scans it held 1.2 GB, and 0.85 GB told so.
"""

import ctypes
import gc

# <malloc.h>: https://man7.org/linux/man-pages/man3/mallopt.3.html
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_LARGE = 2**20
_ARENAS = 4


def give_back_what_is_freed() -> bool:
    """Say so to the allocator, before threads are started; whether it listens (glibc does, musl does not)."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    wanted = {_M_MMAP_THRESHOLD: _LARGE, _M_TRIM_THRESHOLD: _LARGE, _M_ARENA_MAX: _ARENAS}
    return all(mallopt(option, value) for option, value in wanted.items())


def keep_what_is_loaded() -> None:
    """Say so to the garbage collector: modules and models are there to stay.

    It went through all of them now and then, 0.1 s in which nobody was answered.
    """
    gc.collect()
    gc.freeze()
