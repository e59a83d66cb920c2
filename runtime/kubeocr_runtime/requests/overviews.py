"""Requests seen together: lists, counts, the queue; and to forget those that are over."""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from kubeocr_contract import jobs, names, ocr_server
from kubeocr_runtime.jobs import estimates, ledger, orders
from kubeocr_runtime.requests import ordering, queries, reception, telling

_MOST_LISTED = 500
_HOURS = (0, 24 * 365)
_ALL = "all"
_RECENT = 10
_SEEN = 500
"""Of the requests that are processed: more than any pods do at a time."""


def routes() -> list[web.RouteDef]:
    """All of them."""
    return [
        web.get(names.REQUESTS, list_all),
        web.get(ocr_server.SUMMARY, summarise),
        web.post(ocr_server.CLEANUP, clean_up),
        web.get(ocr_server.QUEUE, queue),
        web.get(ocr_server.ACTIVE, active),
        web.post(ocr_server.CLEAR, clear_completed),
    ]


async def list_all(request: web.Request) -> web.Response:
    """GET of the caller's requests, the newest first."""
    at, query = request.app[reception.RECEPTION], request.query
    status = queries.choice(query, "status", _ALL, jobs.STATES)
    wanted = ledger.Query(
        states=frozenset(jobs.STATES) if status == _ALL else frozenset({status}),
        client=ordering.client(query) or None,
        created_from=queries.moment(query, "start_date", 0.0),
        created_before=queries.moment(query, "end_date", float("inf")),
        limit=queries.whole(query, "limit", 50, (1, _MOST_LISTED)),
        offset=queries.whole(query, "offset", 0, (0, 10**9)),
    )
    found = await at.jobs.select(reception.owner(request), wanted)
    entries = [told.entry() for told in await _standing(at, found.jobs)]
    return web.json_response(ocr_server.page_of(entries, found.total, wanted.limit, wanted.offset))


async def summarise(request: web.Request) -> web.Response:
    """GET of how the caller's requests went."""
    at = request.app[reception.RECEPTION]
    counts, pace = await at.jobs.counts(reception.owner(request)), await at.jobs.pace()
    return web.json_response(ocr_server.summary(counts, pace.seconds, healthy=pace.slots > 0, now=at.clock()))


async def queue(request: web.Request) -> web.Response:
    """GET of the whole queue: numbers are of all, names only of what the caller may see."""
    at, owner = request.app[reception.RECEPTION], reception.owner(request)
    counts, pace = await at.jobs.counts(None), await at.jobs.pace()
    waiting = ledger.Query(states=frozenset({jobs.QUEUED}), limit=_RECENT)
    recent = await _standing(at, (await at.jobs.select(owner, waiting)).jobs)
    processed = ledger.Query(states=frozenset({jobs.PROCESSING}), limit=_SEEN)
    busy = (await at.jobs.select(None, processed)).jobs
    told = {
        "queue_length": counts[jobs.QUEUED],
        "active_workers": pace.processing,
        "max_workers": pace.slots,
        "queue_status": ("active" if counts[jobs.QUEUED] or pace.processing else "idle") if pace.slots else "stopped",
        "estimated_wait_time": round(estimates.wait_seconds(counts[jobs.QUEUED] + 1, pace)),
        "recent_requests": [each.entry() for each in recent],
        "worker_status": _workers(busy, owner),
    }
    return web.json_response(told)


async def active(request: web.Request) -> web.Response:
    """GET of what is processed of the caller's."""
    at = request.app[reception.RECEPTION]
    wanted = ledger.Query(states=frozenset({jobs.PROCESSING}), limit=_MOST_LISTED)
    found, pace = await at.jobs.select(reception.owner(request), wanted), await at.jobs.pace()
    now = at.clock()
    listed = [_active(job, now + estimates.rest_seconds(job, pace, now)) for job in found.jobs]
    return web.json_response({"active_requests": listed, "total_active": found.total})


async def clean_up(request: web.Request) -> web.Response:
    """POST: forget what was over for so long."""
    hours = queries.whole(request.query, "max_age_hours", 24, _HOURS)
    status = queries.choice(request.query, "status", _ALL, sorted(jobs.ENDED))
    count, left = await _forget(request, frozenset(jobs.ENDED) if status == _ALL else frozenset({status}), hours)
    return web.json_response(ocr_server.cleared("cleaned_requests", count, left, "Cleanup completed successfully"))


async def clear_completed(request: web.Request) -> web.Response:
    """POST: forget what was completed so long ago."""
    hours = queries.whole(request.query, "max_age_hours", 1, _HOURS)
    count, left = await _forget(request, frozenset({jobs.COMPLETED}), hours)
    return web.json_response(ocr_server.cleared("cleared_requests", count, left, "Completed requests cleared successfully"))


async def _forget(request: web.Request, states: frozenset[str], hours: int) -> tuple[int, int]:
    """How many were forgotten, and how many the caller has still."""
    at, owner = request.app[reception.RECEPTION], reception.owner(request)
    count = await at.desk.clear(owner, states, at.clock() - hours * 3600)
    return count, sum((await at.jobs.counts(owner)).values())


async def _standing(at: reception.Reception, found: Sequence[orders.Job]) -> list[jobs.Request]:
    pace = await at.jobs.pace() if any(not job.over for job in found) else None
    return [await telling.standing(at, job, pace) for job in found]


def _active(job: orders.Job, end: float) -> dict[str, Any]:
    request = jobs.Request(id=job.order.id, status=job.state, created=job.created, pages=job.pages, pages_done=job.pages_done)
    return {
        "request_id": job.order.id,
        "worker_id": job.worker,
        "started_at": jobs.moment(job.started if job.started is not None else job.created),
        "progress": request.progress,
        "estimated_completion": jobs.moment(end),
        "pages_done": job.pages_done,
        "total_pages": job.pages,
    }


def _workers(busy: Sequence[orders.Job], owner: ledger.Owner) -> list[dict[str, Any]]:
    """An entry for each request that is processed; whose it is not, sees no more than that."""
    return [
        {
            "worker_id": job.worker,
            "status": jobs.PROCESSING,
            "current_request": job.order.id if owner in {None, job.order.owner} else None,
            "started_at": jobs.moment(job.started) if job.started is not None else None,
        }
        for job in busy
    ]
