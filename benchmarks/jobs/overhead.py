"""What the ledger's part of a job takes, and how soon an engine is free of a job that is cancelled."""

import asyncio
import pathlib
import time

from aiohttp import web

from benchmarks.jobs import kills, pretend, servers, workers
from kubeocr_contract import settings
from kubeocr_runtime import services
from kubeocr_runtime.jobs import desk, ledger, redis, sqlite

_JOBS = 200
_CANCELS = 20
_WORKER = ledger.Worker("bench", 1)


async def measure(folder: pathlib.Path) -> kills.Figures:
    """Milliseconds a job of three pages, one after the other."""
    figures: kills.Figures = {"sqlite_ms": await _each(sqlite.Sqlite(folder / "jobs.sqlite", 3600))}
    for fsync in ("everysec", "always"):
        (folder / fsync).mkdir()
        server = servers.RedisServer(folder / fsync, fsync)
        figures[f"redis_{fsync}_ms"] = await _each(redis.Redis(str(server.url_file), "bench", 3600))
        server.stop()
    return figures


async def _each(jobs: ledger.Ledger) -> float:
    await jobs.open()
    begin = time.monotonic()
    for number in range(_JOBS):
        await jobs.add(pretend.order(pretend.document(number)))
        claim = await jobs.claim(_WORKER, 10)
        if claim is None:
            raise LookupError("no job waits, though one was added")
        await jobs.begin(claim, pretend.PAGES)
        for page in range(1, pretend.PAGES + 1):
            await jobs.checkpoint(claim, page, f"page-{page}")
        await jobs.end(claim, ledger.Ending.completed("result"))
    took = time.monotonic() - begin
    await jobs.close()
    return round(1000 * took / _JOBS, 2)


async def cancel(folder: pathlib.Path) -> kills.Figures:
    """Seconds from the word until the attempt is over and the engine has nothing of it to do, in a service of one slot."""
    chosen = settings.Settings(queue_dir=str(folder / "queue"), queue_slots=1)
    site = workers.Site(folder / "notes", chosen, page_seconds=0.2, lease_seconds=10.0)
    application = workers.create(site.environment())
    runner = web.AppRunner(application)
    await runner.setup()
    took = [await _cancelled(application, number) for number in range(_CANCELS)]
    await runner.cleanup()
    return {"freed_median_seconds": round(sorted(took)[_CANCELS // 2], 3), "freed_max_seconds": round(max(took), 3)}


async def _cancelled(application: web.Application, number: int) -> float:
    found, known = application[desk.DESK], application[services.SERVICES]
    document = pretend.document(number)
    job = (await found.add(pretend.order(document), document)).job
    while not known.worker.busy:
        await asyncio.sleep(0.005)
    begin = time.monotonic()
    await found.cancel("", job.order.id, "bench")
    while found.runner.attempts.entrance.requests or known.worker.busy:
        await asyncio.sleep(0.005)
    return time.monotonic() - begin
