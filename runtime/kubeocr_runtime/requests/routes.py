"""The routes of requests: to order, to ask, to end. What is asked of many at once is `overviews`."""

import functools

from aiohttp import hdrs, web

from kubeocr_contract import jobs, names, ocr_server, settings
from kubeocr_runtime import callers, errors, services, uploads
from kubeocr_runtime.jobs import orders, tasks
from kubeocr_runtime.requests import (
    conversion_works,
    conversions,
    events,
    logs,
    ordering,
    overviews,
    presence,
    queries,
    reception,
    taking,
    telling,
    waiting,
    works,
)

_SYNCHRONOUS_SECONDS = 20.0
"""For which an order's answer is held back, where its client does not say how long: most pages are read by then."""
_JSON = "application/json"
_NO_REASON, _REASON_LENGTH = "manual", 200


def routes(app: web.Application, chosen: settings.Settings) -> list[web.RouteDef]:
    """What `app` serves of this API. A literal path goes before one with a name in it."""
    wait = uploads.wait_to_be_asked
    one = f"{names.REQUESTS}/{{request_id}}"
    return [
        *(web.post(path, functools.partial(order, path), expect_handler=wait) for path in ocr_server.READING),
        *overviews.routes(),
        *presence.routes(),
        *logs.install(app, chosen),
        *conversions.routes(),
        web.get(one, show),
        web.delete(one, cancel),
    ]


def parses(known: services.Services) -> dict[str, tasks.Parse]:
    """What jobs do: what is ordered here, and what they do anyhow."""
    return {**tasks.parses(known), **works.parses(known), **conversion_works.parses(known)}


async def order(path: str, request: web.Request) -> web.Response:
    """POST of a picture or a PDF: what was read where it is done in time, else where it stands."""
    at = request.app[reception.RECEPTION]
    seconds = ordering.preferred_wait(request.headers, _SYNCHRONOUS_SECONDS, waiting.MOST_SECONDS)
    with taking.let_in(request):
        added = await taking.take(path, request)
        job = await waiting.until(request, added.job, lambda found: found.over, seconds)
        return await _answer(at, job)


async def show(request: web.Request) -> web.StreamResponse:
    """GET of one request: at once, when it has changed (`wait`, If-None-Match), or as often as it does (events)."""
    at = request.app[reception.RECEPTION]
    job = await at.jobs.find(reception.owner(request), request_id(request))
    if ordering.wants_events(request.headers):
        return await events.stream(request, job)
    seconds, seen = queries.whole(request.query, "wait", 0, (0, 3600)), waiting.seen(request)
    enough = _over if seen is None else lambda found: found.over or found.version != seen
    job = await waiting.until(request, job, enough, min(seconds, waiting.MOST_SECONDS))
    told = await telling.standing(at, job)
    tag = waiting.etag(told, job.version)
    headers = {hdrs.CACHE_CONTROL: "private, no-cache", hdrs.ETAG: f'W/"{tag}"', **_come_again(at, job)}
    if any(each.value == tag for each in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    body = await telling.body(at, job, told.json())
    return web.Response(body=body, content_type=_JSON, headers=headers)


async def cancel(request: web.Request) -> web.Response:
    """DELETE of a request: one that was ordered, or one whose own connection waits for it."""
    reason = queries.line(request.query, "reason", _NO_REASON, _REASON_LENGTH)
    name, own = request.match_info["request_id"], request[callers.CALLER]
    running = request.app[services.SERVICES].entrance.running
    try:
        job = await _cancelled(request, reason)
    except errors.RequestNotFound:
        running.cancel(callers.Caller(name, own.key), reason)
        return web.json_response(ocr_server.cancelled(name, request.app[reception.RECEPTION].clock(), reason))
    if job.state != jobs.CANCELLED:
        raise errors.RequestOver(f"the request is over: {job.state}", request_id=name, state=job.state)
    return web.json_response(ocr_server.cancelled(name, job.ended or job.created, job.reason))


def request_id(request: web.Request) -> str:
    """Of the path. Raises `errors.RequestNotFound` for what cannot be one."""
    name = request.match_info["request_id"]
    if not orders.is_id(name):
        raise orders.never_known(name)
    return name


async def _cancelled(request: web.Request, reason: str) -> orders.Job:
    return await request.app[reception.RECEPTION].desk.cancel(reception.owner(request), request_id(request), reason)


def _over(job: orders.Job) -> bool:
    return job.over


async def _answer(at: reception.Reception, job: orders.Job) -> web.Response:
    """To who ordered it: one that failed by then is answered as any request that fails."""
    headers = {hdrs.LOCATION: f"{names.REQUESTS}/{job.order.id}"}
    told = await telling.standing(at, job)
    if job.state == jobs.COMPLETED:
        body = await telling.body(at, job, ocr_server.done(told))
        return web.Response(body=body, content_type=_JSON, headers=headers)
    if not job.over:
        return web.json_response(ocr_server.queued(told), headers=headers)
    if job.fault is None:
        raise errors.Cancelled(f"the request was cancelled: {job.reason}", request_id=job.order.id, reason=job.reason)
    raise errors.again(job.fault.code, job.fault.message, {**job.fault.details, "request_id": job.order.id})


def _come_again(at: reception.Reception, job: orders.Job) -> dict[str, str]:
    """When to poll, for one that is not over."""
    return {} if job.over else errors.retry_after(at.timeouts.polling_interval)
