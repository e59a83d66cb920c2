"""Jobs through workers that are killed, and a Redis that is restarted: what was accepted, and what became of it."""

import asyncio
import contextlib
import dataclasses
import json
import os
import pathlib
import random
import signal
import subprocess
import time

from benchmarks.jobs import events, pretend, servers, workers
from kubeocr_contract import jobs as states
from kubeocr_contract import settings
from kubeocr_runtime import errors
from kubeocr_runtime.jobs import desk, ledger, store

Figures = dict[str, float]
_RETENTION = 86_400
_ADDERS = 4


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How much is done."""

    jobs: int = 1000
    workers: int = 3
    kill_seconds: float = 2.0
    most_kills: int = 10_000
    """On a busy machine workers may take longer to start than to be killed."""
    page_seconds: float = 0.08
    lease_seconds: float = 10.0
    most_seconds: float = 400.0
    """After which what is not done counts as lost."""


@dataclasses.dataclass(slots=True)
class Case:
    """One run."""

    effort: Effort
    site: workers.Site
    jobs: ledger.Ledger
    files: store.Store
    server: servers.RedisServer | None
    numbers: dict[str, str] = dataclasses.field(default_factory=dict)
    """Id of each accepted job -> its number."""
    kills: dict[int, float] = dataclasses.field(default_factory=dict)
    running: list["subprocess.Popen[bytes]"] = dataclasses.field(default_factory=list)
    false_404s: int = 0
    away: int = 0
    """Questions that were answered by 503."""
    accepted_seconds: float = 0.0


async def measure(folder: pathlib.Path, fsync: str | None, effort: Effort) -> Figures:
    """`fsync`: Redis's appendfsync; None: SQLite."""
    case = _case(folder, fsync, effort)
    await case.jobs.open()
    begin = time.monotonic()
    try:
        await _through(case)
        return await _figures(case, time.monotonic() - begin)
    finally:
        for worker in case.running:
            worker.kill()
            worker.wait()
        await case.jobs.close()
        if case.server:
            case.server.stop()


def _case(folder: pathlib.Path, fsync: str | None, effort: Effort) -> Case:
    chosen = settings.Settings(queue_dir=str(folder / "queue"), queue_retention_seconds=_RETENTION)
    server = None
    if fsync:
        (folder / "redis").mkdir(parents=True)
        server = servers.RedisServer(folder / "redis", fsync)
        url_file, shared = str(server.url_file), str(folder / "store")
        chosen = dataclasses.replace(chosen, queue_redis_url_file=url_file, queue_store_url=shared)
    jobs, lying = desk.places(chosen)
    site = workers.Site(folder / "notes", chosen, effort.page_seconds, effort.lease_seconds)
    site.notes.touch()
    return Case(effort, site, jobs, lying, server)


async def _through(case: Case) -> None:
    case.running = [workers.start(case.site) for _ in range(case.effort.workers)]
    meanwhile = [asyncio.create_task(each(case)) for each in (_kill, _restart, _ask)]
    try:
        begin = time.monotonic()
        await asyncio.gather(*(_add(case, first) for first in range(_ADDERS)))
        case.accepted_seconds = time.monotonic() - begin
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(case.effort.most_seconds):
                await _until_done(case)
    finally:
        for task in meanwhile:
            task.cancel()
        await asyncio.gather(*meanwhile, return_exceptions=True)


async def _add(case: Case, first: int) -> None:
    """Its share of the orders; one that is answered by 503 is sent again as it is, as a client would."""
    for number in range(first, case.effort.jobs, _ADDERS):
        document = pretend.document(number)
        order = pretend.order(document)
        await case.files.accept(order.id, order.file, document)
        while True:
            try:
                await case.jobs.add(order)
            except errors.QueueUnavailable:
                case.away += 1
                await asyncio.sleep(0.2)
            else:
                break
        case.numbers[order.id] = str(number)


async def _kill(case: Case) -> None:
    while len(case.kills) < case.effort.most_kills:
        await asyncio.sleep(case.effort.kill_seconds)
        worker = case.running.pop(random.randrange(len(case.running)))  # noqa: S311
        os.kill(worker.pid, signal.SIGKILL)
        case.kills[worker.pid] = time.monotonic()
        await asyncio.to_thread(worker.wait)
        case.running.append(workers.start(case.site))


async def _restart(case: Case) -> None:
    """Twice, when a quarter and half of all is done: killed the first time."""
    for part, kill in ((4, True), (2, False)):
        while case.server and await _done(case) < case.effort.jobs // part:
            await asyncio.sleep(0.3)
        if case.server:
            await asyncio.to_thread(case.server.stop, kill=kill)
            await asyncio.sleep(1.0)
            await asyncio.to_thread(case.server.start)


async def _ask(case: Case) -> None:
    """For any accepted job, over and over: it may be told, or that the queue is away, and nothing else."""
    while True:
        await asyncio.sleep(0.02)
        if case.numbers:
            try:
                await case.jobs.find("", random.choice(list(case.numbers)))  # noqa: S311
            except errors.QueueUnavailable:
                case.away += 1
            except errors.OcrError:
                case.false_404s += 1


async def _done(case: Case) -> int:
    try:
        counts = await case.jobs.counts("")
    except errors.QueueUnavailable:
        return 0
    return sum(counts[state] for state in states.ENDED)


async def _until_done(case: Case) -> None:
    while await _done(case) < case.effort.jobs:
        await asyncio.sleep(0.3)


async def _figures(case: Case, seconds: float) -> Figures:
    found = events.parsed(case.site.notes.read_text().splitlines())
    outcomes = [await _outcome(case, job_id, number) for job_id, number in case.numbers.items()]
    waits = events.recoveries(found, case.kills)
    return {
        "accepted": len(case.numbers),
        "lost": sum(outcome == "lost" for outcome in outcomes),
        "wrong_results": sum(outcome == "wrong" for outcome in outcomes),
        "given_up": sum(outcome == "given up" for outcome in outcomes),
        "done_twice": events.ended_twice(found),
        "pages_read_after_checkpoint": events.read_after_kept(found, case.numbers),
        "false_404s": case.false_404s,
        "answered_503": case.away,
        "kills": len(case.kills),
        "attempts_ended_by_kills": len(waits),
        "recovery_median_seconds": events.median(waits),
        "recovery_max_seconds": round(max(waits, default=0.0), 3),
        "accepted_per_second": round(len(case.numbers) / case.accepted_seconds, 1),
        "done_per_second": round(len(case.numbers) / seconds, 1),
        "seconds": round(seconds, 1),
    }


async def _outcome(case: Case, job_id: str, number: str) -> str:
    """done, lost (not over, or unknown), given up (told so), or wrong: not the result that its document has."""
    try:
        job = await case.jobs.find("", job_id)
    except errors.OcrError:
        return "lost"
    if job.state != states.COMPLETED:
        return "given up" if job.over else "lost"
    result = json.loads(await case.files.get(job_id, job.result))
    want = [pretend.text(int(number), page) for page in range(1, pretend.PAGES + 1)]
    return "done" if [page["text"] for page in result["pages"]] == want else "wrong"
