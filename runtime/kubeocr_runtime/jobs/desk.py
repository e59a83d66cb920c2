"""Jobs as routes have them: ledger, store and runner of this pod, chosen by the settings."""

import asyncio
import contextlib
import dataclasses
import os
import pathlib
import socket
import tempfile
import uuid
from collections.abc import AsyncIterator, Mapping

from aiohttp import web

from kubeocr_contract import settings
from kubeocr_runtime import errors, services
from kubeocr_runtime.jobs import attempts, files, ledger, orders, runner, sqlite, store, tasks, texts

_FILE = "jobs.sqlite"
_ORDER_BYTES = 128 * 1024
"""Of an order as text: nothing large lies in a ledger."""
_FILES = "files"


@dataclasses.dataclass(frozen=True, slots=True)
class Desk:
    """What takes orders and hands out what became of them."""

    jobs: ledger.Ledger
    files: store.Store
    runner: runner.Runner

    @contextlib.asynccontextmanager
    async def open(self, loaded: asyncio.Event) -> AsyncIterator[None]:
        """Jobs are done from when `loaded` is set; in the end those in hand go back in line."""
        await self.jobs.open()
        running = asyncio.create_task(self._run(loaded))
        yield
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(runner.GIVE_BACK_SECONDS):
                await self.runner.drain(0.0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await self.jobs.close()
        self.files.close()

    async def _run(self, loaded: asyncio.Event) -> None:
        await loaded.wait()
        await self.runner.run()

    async def add(self, order: orders.Order, document: bytes) -> ledger.Added:
        """Take an order; once this returns, it is not lost. Raises as `Store.accept` and `Ledger.add`, and `errors.TooLarge`.

        Where the ledger does not answer, the document stays: the order may be there.
        """
        if len(texts.of(order)) > _ORDER_BYTES:
            raise errors.TooLarge(f"what is asked for besides the document is more than {_ORDER_BYTES // 1024} KiB")
        await self.files.accept(order.id, order.file, document)
        try:
            added = await self.jobs.add(order)
        except errors.IdempotencyConflict:
            await self.files.drop(order.id)
            raise
        if added.job.order.id != order.id:
            await self.files.drop(order.id)
        return added

    async def cancel(self, owner: ledger.Owner, job_id: str, reason: str) -> orders.Job:
        """As `Ledger.cancel`; its document is deleted."""
        job = await self.jobs.cancel(owner, job_id, reason)
        if not job.result:
            await self.files.drop(job_id)
        return job

    async def result(self, job: orders.Job) -> bytes:
        """Of a job that is completed, as its route would have answered. Raises `errors.RequestGone`."""
        return await self.files.get(job.order.id, job.result)

    async def clear(self, owner: ledger.Owner, states: frozenset[str], ended_before: float) -> int:
        """Forget all such jobs that are over; how many there were."""
        total = 0
        while ids := await self.jobs.clear(owner, states, ended_before):
            for job_id in ids:
                await self.files.drop(job_id)
            total += len(ids)
        return total


DESK = web.AppKey("desk", Desk)


def create(known: services.Services, parses: Mapping[str, tasks.Parse] | None = None) -> Desk:
    """As the settings say; `parses` has what is done by route, all that reads where it is left out. Nothing is asked yet."""
    chosen = known.settings
    jobs, lying = places(chosen)
    worker = ledger.Worker(f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}", chosen.queue_slots)
    making = attempts.Attempts.of((jobs, lying), known, tasks.parses(known) if parses is None else parses)
    keep = max(runner.ORPHAN_SECONDS, chosen.queue_retention_seconds)
    return Desk(jobs, lying, runner.Runner(worker, making, keep))


def places(chosen: settings.Settings) -> tuple[ledger.Ledger, store.Store]:
    """Where jobs are, and their files."""
    folder = pathlib.Path(chosen.queue_dir) if chosen.queue_dir else _folder_of_its_own(chosen.port)
    return _ledger(chosen, folder), _store(chosen, folder)


def is_shared(chosen: settings.Settings) -> bool:
    """Whether jobs outlive the pod: their ledger and their files do."""
    return bool(chosen.queue_redis_url_file and chosen.queue_store_url)


def _ledger(chosen: settings.Settings, folder: pathlib.Path) -> ledger.Ledger:
    if not is_shared(chosen):
        return sqlite.Sqlite(folder / _FILE, chosen.queue_retention_seconds)
    from kubeocr_runtime.jobs import redis  # noqa: PLC0415  (who has no queue of this kind does not pay for it)

    return redis.Redis(chosen.queue_redis_url_file, chosen.queue_name, chosen.queue_retention_seconds)


def _store(chosen: settings.Settings, folder: pathlib.Path) -> store.Store:
    most = chosen.queue_store_mib * 2**20
    if is_shared(chosen):
        return files.Files(f"{chosen.queue_store_url.rstrip('/')}/{chosen.queue_name}", most)
    return files.Files(str(folder / _FILES), most, within=folder)


def _folder_of_its_own(port: int) -> pathlib.Path:
    """The same each time that a server on this port starts: what it has accepted survives a crash."""
    return pathlib.Path(tempfile.gettempdir()) / f"kubeocr-{port}"
