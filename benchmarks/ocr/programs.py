"""Systems that are a program run once for each file: tesseract, with as many at once as there are CPUs."""

import os
import pathlib
import resource
import shutil
import subprocess
import threading
from concurrent import futures

from benchmarks.ocr import systems

_DEBIAN = ("tesseract-ocr", "tesseract-ocr-eng")


class Tesseract:
    """It has a text's columns from its own page segmentation; each process keeps to one thread, which suits it best."""

    name = "tesseract"

    def __init__(self) -> None:
        self._program = ""
        self._turns = futures.ThreadPoolExecutor(os.cpu_count())  # first come, first served
        self._counting = threading.Lock()
        self._used = systems.Usage(0.0, 0.0, 0.0)

    def start(self) -> float:
        """Nothing stays up between files: 0 seconds, after it was installed where it can be."""
        self._program = shutil.which("tesseract") or _installed()
        return 0.0

    def read(self, path: pathlib.Path) -> systems.Answer:
        return self._turns.submit(self._read, path).result()

    def usage(self) -> systems.Usage:
        """The memory of the largest process there was, and the CPU time of all."""
        return self._used

    def _read(self, path: pathlib.Path) -> systems.Answer:
        argv = [self._program, str(path), "-", "-l", "eng"]
        environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
        with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as process:  # noqa: S603
            text = process.stdout.read().decode() if process.stdout else ""
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        self._count(used)
        if process.returncode:
            raise systems.ReadFailed(f"{self.name}: it ended with {process.returncode}")
        return systems.Answer(text)

    def _count(self, used: resource.struct_rusage) -> None:
        with self._counting:
            peak = max(self._used.peak_mib, used.ru_maxrss / 1024)
            self._used = systems.Usage(0.0, peak, self._used.cpu_seconds + used.ru_utime + used.ru_stime)

    def pause(self) -> None:
        """Between files nothing runs."""

    def resume(self) -> None:
        """Between files nothing runs."""

    def close(self) -> None:
        """Between files nothing runs."""


def _installed() -> str:
    """Its path after an installation. Raises `systems.NotThere`."""
    if os.geteuid() or not shutil.which("apt-get"):
        raise systems.NotThere(f"it is not on PATH (on Debian: apt-get install -y {' '.join(_DEBIAN)})")
    for argv in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", *_DEBIAN]):
        subprocess.run(argv, capture_output=True, stdin=subprocess.DEVNULL, check=False)  # noqa: S603 - the path is Debian's
    found = shutil.which("tesseract")
    if not found:
        raise systems.NotThere(f"apt-get could not install {' '.join(_DEBIAN)}")
    return found
