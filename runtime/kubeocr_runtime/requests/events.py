"""A job as server-sent events: one each time that it changes, the last with what came of it.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from aiohttp import web

from kubeocr_runtime import piecemeal, services
from kubeocr_runtime.jobs import orders
from kubeocr_runtime.requests import reception, telling, waiting

MEDIA = "text/event-stream"
LAST_EVENT_ID = "Last-Event-ID"
_QUIET_SECONDS = 15.0
"""After which a comment keeps proxies from giving up."""
_AGAIN = b"retry: 1000\n\n"
"""Milliseconds until a client that lost us asks anew."""


async def stream(request: web.Request, job: orders.Job) -> web.StreamResponse:
    """From the event on that the client had last; it ends with the job, or with this pod: the client comes again then."""
    at, entrance = request.app[reception.RECEPTION], request.app[services.SERVICES].entrance
    answer = piecemeal.Answer(request, MEDIA, last=entrance.leaving)
    known = _last_event(request)
    if job.over and known == job.version:
        return web.Response(status=204)  # which tells a client that comes again that there is no more
    with answer.reported(lambda: "route=events"):
        await answer.begin()
        await answer.write(_AGAIN)
        while True:
            if job.version != known:
                known = job.version
                await answer.write(await _event(at, job))
            if job.over or entrance.leaving:
                break
            job = await _changed(request, job)
            if job.version == known:
                await answer.write(b": still there\n\n")
    return await answer.end(_nothing_more)


async def _changed(request: web.Request, job: orders.Job) -> orders.Job:
    version = job.version
    return await waiting.until(request, job, lambda found: found.version != version, _QUIET_SECONDS)


async def _event(at: reception.Reception, job: orders.Job) -> bytes:
    data = await telling.body(at, job, (await telling.standing(at, job)).json())
    return f"id: {job.version}\nevent: {job.state}\ndata: ".encode() + data + b"\n\n"


def _last_event(request: web.Request) -> waiting.Seen:
    text = request.headers.get(LAST_EVENT_ID, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


async def _nothing_more() -> None:
    """The stream's end says it."""
