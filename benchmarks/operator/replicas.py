"""The operator as a process of its own, and what it says and costs."""

import asyncio
import contextlib
import dataclasses
import os
import pathlib
import sys
import typing
import urllib.request
from collections.abc import AsyncIterator, Callable

import pretend

from kubeocr_contract import names

PORT = 28_099
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclasses.dataclass(frozen=True, slots=True)
class Replica:
    """An operator that leads."""

    pid: int

    def metric(self, name: str) -> float:
        """The sum of a metric over its labels."""
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{names.METRICS}", timeout=60) as answer:
            lines = answer.read().decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(f"kubeocr_operator_{name}"))

    @property
    def rss_mib(self) -> float:
        """Resident memory now, in MiB."""
        return self._memory("VmRSS")

    @property
    def peak_mib(self) -> float:
        """The most that was ever resident, in MiB."""
        return self._memory("VmHWM")

    @property
    def cpu_seconds(self) -> float:
        """CPU time so far: fields 14 and 15 of /proc/PID/stat (proc(5))."""
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def _memory(self, name: str) -> float:
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith(name))) / 1024


@contextlib.asynccontextmanager
async def started(kubeconfig: pathlib.Path, log: pathlib.Path) -> AsyncIterator[Replica]:
    """An operator for all namespaces, for as long as it takes. Raises `SystemExit` with the end of its log where it ends."""
    argv = [*pretend.LEASH, sys.executable, "-m", "kubeocr_operator", "--host", "127.0.0.1", "--port", str(PORT)]
    with log.open("wb") as stream:
        environment = {**os.environ, "KUBECONFIG": str(kubeconfig)}
        process = await asyncio.create_subprocess_exec(*argv, stdout=stream, stderr=stream, env=environment)
    ended = asyncio.create_task(_call_off(process, typing.cast("asyncio.Task[None]", asyncio.current_task())))
    replica = Replica(process.pid)
    try:
        await until(lambda: _leads(replica), seconds=60)
        yield replica
    except asyncio.CancelledError:
        raise SystemExit(f"the operator ended:\n{_tail(log)}") from None
    finally:
        ended.cancel()
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def until(holds: Callable[[], bool], *, seconds: float, every: float = 0.1) -> None:
    """Waits until something holds. Raises `TimeoutError`."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - what is asked is another process
            await asyncio.sleep(every)


async def _call_off(process: asyncio.subprocess.Process, body: asyncio.Task[None]) -> None:
    """Whoever waits for something of an operator that has ended would wait for ever."""
    await process.wait()
    body.cancel()


def _leads(replica: Replica) -> bool:
    try:
        return replica.metric("leader") == 1
    except OSError:
        return False


def _tail(log: pathlib.Path) -> str:
    return log.read_text()[-2000:]
