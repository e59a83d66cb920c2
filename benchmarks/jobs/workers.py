"""A worker: a whole service with a pretended reader, in a process that may be killed. Its settings are in its environment."""

import asyncio
import dataclasses
import os
import pathlib
import signal
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from benchmarks.jobs import events, pretend
from kubeocr_contract import settings
from kubeocr_runtime import app
from kubeocr_runtime.jobs import desk, ledger, orders

_NOTES, _SECONDS, _LEASE = "BENCH_NOTES", "BENCH_PAGE_SECONDS", "BENCH_LEASE_SECONDS"


@dataclasses.dataclass(frozen=True, slots=True)
class Site:
    """What workers share."""

    notes: pathlib.Path
    settings: settings.Settings
    page_seconds: float
    lease_seconds: float

    def environment(self) -> Mapping[str, str]:
        """For a worker."""
        own = {_NOTES: str(self.notes), _SECONDS: str(self.page_seconds), _LEASE: str(self.lease_seconds)}
        return {**os.environ, **settings.to_env(self.settings), **own, "PYTHONPATH": os.pathsep.join(sys.path)}


def start(site: Site) -> "subprocess.Popen[bytes]":
    """Another worker."""
    command = [sys.executable, "-m", "benchmarks.jobs.workers"]
    return subprocess.Popen(command, env=dict(site.environment()), stdin=subprocess.DEVNULL)  # noqa: S603


class Noted:
    """A `ledger.Ledger` that notes what the one behind it took."""

    def __init__(self, behind: ledger.Ledger, notes: events.Notes) -> None:
        self._behind, self._notes = behind, notes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._behind, name)

    async def claim(self, worker: ledger.Worker, lease_seconds: float) -> ledger.Claim | None:
        """As behind."""
        claim = await self._behind.claim(worker, lease_seconds)
        if claim:
            self._notes.note(events.CLAIMED, claim.job.order.id, token=claim.token)
        return claim

    async def checkpoint(self, claim: ledger.Claim, page: int, name: str) -> None:
        """As behind."""
        await self._behind.checkpoint(claim, page, name)
        self._notes.note(events.KEPT, claim.job.order.id, page, claim.token)

    async def end(self, claim: ledger.Claim, ending: ledger.Ending) -> orders.Job:
        """As behind."""
        job = await self._behind.end(claim, ending)
        self._notes.note(events.ENDED, claim.job.order.id, token=claim.token)
        return job


def create(env: Mapping[str, str]) -> web.Application:
    """The service."""
    notes = events.Notes(pathlib.Path(env[_NOTES]))
    reader = pretend.Reader(float(env[_SECONDS]), notes)
    application = app.create_app(settings.from_env(env), reader, pretend.Models())
    running = application[desk.DESK].runner
    running.lease_seconds = float(env[_LEASE])
    running.attempts = dataclasses.replace(running.attempts, jobs=Noted(running.attempts.jobs, notes))
    return application


async def serve(application: web.Application) -> None:
    """Do jobs until SIGTERM."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    runner = web.AppRunner(application)
    await runner.setup()
    await ended.wait()
    await application[desk.DESK].runner.drain(2.0)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve(create(os.environ)))
