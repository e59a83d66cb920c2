"""Processes with all that they start: what they use, and how they are paused and ended. Reads /proc, so Linux only."""

import contextlib
import dataclasses
import os
import pathlib
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from benchmarks.ocr import systems

_PROC = pathlib.Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_END_SECONDS = 10
LEASH = ("setpriv", "--pdeathsig", "KILL") if shutil.which("setpriv") else ()
"""However the benchmark ends, what it started ends with it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Tree:
    """A process that we started, and its descendants."""

    process: subprocess.Popen[str]

    def usage(self) -> systems.Usage:
        """Summed over the processes; memory that they share counts for each. CPU time has that of children that have ended."""
        statuses = [_status(pid) for pid in self._pids()]
        return systems.Usage(
            rss_mib=sum(each.get("VmRSS", 0) for each in statuses) / 1024,
            peak_mib=sum(each.get("VmHWM", 0) for each in statuses) / 1024,
            cpu_seconds=sum(_cpu_seconds(pid) for pid in self._pids()),
        )

    def pause(self) -> None:
        """Stop them where they are."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let them go on."""
        self._signal(signal.SIGCONT)

    def end(self) -> None:
        """By SIGINT, which waits for no proxies; what is still there after some seconds is killed."""
        self.resume()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(_END_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # also what outlived its parent
        self.process.wait()

    def _pids(self) -> Iterator[int]:
        waiting = [self.process.pid]
        while waiting:
            pid = waiting.pop()
            yield pid
            for task in _listed(_PROC / str(pid) / "task"):
                waiting += map(int, _text(task / "children").split())

    def _signal(self, number: signal.Signals) -> None:
        for pid in [*self._pids()] if self.process.poll() is None else []:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


def started(argv: Sequence[str], environment: Mapping[str, str], log: pathlib.Path, *, piped: bool = False) -> Tree:
    """A process with these variables over our own; what it says goes to the log, its answers with `piped` to a pipe."""
    pipe = subprocess.PIPE if piped else None
    with log.open("a") as stream:
        process = subprocess.Popen(  # noqa: S603 - systems that the benchmark names
            [*LEASH, *argv],
            stdin=pipe or subprocess.DEVNULL,
            stdout=pipe or stream,
            stderr=stream,
            text=True,
            env={**os.environ, **environment},
            start_new_session=True,
        )
    return Tree(process)


def wait(tree: Tree, ready: Callable[[], bool], log: pathlib.Path, seconds: float = 180) -> None:
    """Until it is ready. Raises `systems.NotThere` with the log's last line where it ends, or takes longer."""
    last = time.monotonic() + seconds
    while not ready():
        if tree.process.poll() is not None or time.monotonic() > last:
            raise systems.NotThere(f"it does not start: {last_line(log)}")
        time.sleep(0.02)


def last_line(log: pathlib.Path) -> str:
    """What a process said last."""
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def _status(pid: int) -> Mapping[str, int]:
    """The memory lines of proc_pid_status(5), in KiB."""
    rows = (line.split() for line in _text(_PROC / str(pid) / "status").splitlines())
    return {row[0].rstrip(":"): int(row[1]) for row in rows if row and row[-1] == "kB"}


def _cpu_seconds(pid: int) -> float:
    """utime, stime, cutime and cstime of proc_pid_stat(5)."""
    fields = _text(_PROC / str(pid) / "stat").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICKS


def _listed(folder: pathlib.Path) -> list[pathlib.Path]:
    try:
        return list(folder.iterdir())
    except OSError:  # it has ended
        return []


def _text(path: pathlib.Path) -> str:
    try:
        return path.read_text()
    except OSError:  # it has ended
        return ""
