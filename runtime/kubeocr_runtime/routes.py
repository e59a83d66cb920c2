"""The routes that read: HTTP in, HTTP out. The order of `recognise` is the order in which a request meets its bounds."""

import contextlib
import dataclasses
import datetime as dt
from collections.abc import AsyncIterator

from aiohttp import web

from kubeocr_contract import images, languages, report, settings, wire
from kubeocr_runtime import (
    admission,
    backends,
    callers,
    decoding,
    errands,
    errors,
    guide,
    keys,
    metrics,
    readers,
    schedule,
    streams,
    turns,
    uploads,
    wishes,
    worker,
)

_NO_REASON = "manual"
_REASON_LENGTH = 200


@dataclasses.dataclass(frozen=True, slots=True)
class Services:
    """What every route works with."""

    settings: settings.Settings
    store: readers.Store
    worker: worker.Worker
    entrance: admission.Admission
    uploads: admission.Budget
    """Bytes of files that are in memory."""
    turns: turns.Turns
    metrics: metrics.Metrics
    backends: backends.Watch
    keys: keys.Keys | None
    """None where requests need no key."""

    @property
    def file_bytes(self) -> int:
        """The largest file: one that the queue cannot take at all would only be told to come again, for ever."""
        return min(self.settings.upload_mib, self.settings.queue_mib) * 2**20


SERVICES = web.AppKey("services", Services)


async def recognise(route: wire.OcrRoute, request: web.Request) -> web.StreamResponse:
    """POST of a form with a file: every page's lines, in one piece or page by page."""
    services = request.app[SERVICES]
    uploads.refuse_if_declared_too_large(request, services.file_bytes)
    refuse_while_loading(services)
    visit = _Visit(route, request, services)
    return await (_page_by_page if streams.wanted(request) else _whole)(visit)


@dataclasses.dataclass(frozen=True, slots=True)
class _Visit:
    """A request that may read."""

    route: wire.OcrRoute
    request: web.Request
    services: Services


@dataclasses.dataclass(frozen=True, slots=True)
class _Task:
    """What it asks for."""

    document: decoding.Opened
    wish: wishes.Wish
    job: turns.Job


async def _whole(visit: _Visit) -> web.Response:
    async with _let_in(visit) as ticket, _opened(visit, ticket) as task:
        reads = await visit.services.turns.read_all(task.document, task.job)
    return web.json_response(wishes.answer(task.wish, reads))


async def _page_by_page(visit: _Visit) -> web.StreamResponse:
    stream = streams.Stream(visit.request, last=visit.services.entrance.leaving)
    with stream.reported():
        async with _let_in(visit) as ticket, _opened(visit, ticket) as task:
            await stream.begin(task.wish, task.document.pages)
            await visit.services.turns.deliver(task.document, task.job, stream.tell)
    return await stream.end()


@contextlib.asynccontextmanager
async def _let_in(visit: _Visit) -> AsyncIterator[admission.Ticket]:
    """A request's place in the queue, as long as its time lasts."""
    services = visit.services
    expected = uploads.expected(visit.request, services.file_bytes)
    seconds = services.settings.request_timeout_seconds
    with services.entrance.admit(visit.request[callers.CALLER], seconds, expected) as ticket:
        async with ticket.deadline.kept():
            yield ticket


@contextlib.asynccontextmanager
async def _opened(visit: _Visit, ticket: admission.Ticket) -> AsyncIterator[_Task]:
    """A request's document, while its file may stay in memory."""
    services, limit = visit.services, visit.services.file_bytes
    async with services.uploads.take(uploads.expected(visit.request, limit)) as held:
        form = await uploads.receive(visit.request, limit)
        held.shrink(len(form.file))
        wish = wishes.parse(visit.route, form.fields, services.store, services.worker.reader)
        ticket.deadline.shorten(wishes.seconds(form.fields, services.settings.request_timeout_seconds))
        async with services.turns.decoder.opened(form.file, services.settings, wish.text_layer) as document:
            first = await services.turns.first_pixels(document)
            ticket.take(document.pages, first, len(form.file))
            share = errands.Share(schedule.Priority[wish.priority.upper()])
            yield _Task(document, wish, turns.Job(wish.options, share, ticket, first))


async def cancel(request: web.Request) -> web.Response:
    """DELETE of a request that runs: it ends at once, and its client is told why."""
    services, own = request.app[SERVICES], request[callers.CALLER]
    reason = request.query.get("reason", _NO_REASON)
    if not (1 <= len(reason) <= _REASON_LENGTH and reason.isprintable()):
        raise errors.InvalidField(f"reason: 1 to {_REASON_LENGTH} printable characters are allowed", field="reason")
    request_id = request.match_info["request_id"]
    services.entrance.running.cancel(callers.Caller(request_id, own.key), reason)
    at = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return web.json_response(wire.cancelled(request_id, reason, at))


async def list_languages(request: web.Request) -> web.Response:
    """GET of what can be read, and where."""
    services = request.app[SERVICES]
    return web.json_response(guide.languages(services.settings, services.store.carried()))


async def live(request: web.Request) -> web.Response:
    """Whether the engine works; a pod that is not live is restarted."""
    services = request.app[SERVICES]
    if not services.worker.live:
        raise errors.Unavailable("the engine has been at one page for longer than a request may take")
    if not services.turns.decoder.live:
        raise errors.Unavailable("a document has been decoded for longer than a request may take")
    return web.json_response({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """Whether pages can be sent: models are loaded, a known page came back right, and the pod is not about to end."""
    services = request.app[SERVICES]
    if services.entrance.leaving:
        raise errors.Unavailable("this pod is about to end", headers=errors.retry_after(1))
    refuse_while_loading(services)
    return web.json_response({"status": "ok"})


async def status(request: web.Request) -> web.Response:
    """What is loaded, what it runs on and who else is reached, for whoever looks after the service."""
    return web.json_response(report.to_json(_report(request.app[SERVICES])))


async def expose_metrics(request: web.Request) -> web.Response:
    """GET in Prometheus' text format."""
    services = request.app[SERVICES]
    services.metrics.queue_pages.set(services.entrance.waiting)
    services.metrics.queue_pixels.set(services.entrance.counted.pixels)
    services.metrics.queue_bytes.set(services.entrance.counted.size)
    services.metrics.engine_worked(services.worker.busy_seconds)
    return web.Response(body=services.metrics.render(), headers={"Content-Type": metrics.CONTENT_TYPE})


def refuse_while_loading(services: Services) -> None:
    """Raises `errors.Unavailable`."""
    if not services.worker.ready:
        raise errors.Unavailable("models are still loading", headers=errors.retry_after(2))


def _report(services: Services) -> report.Report:
    ready, chosen, reader = services.worker.ready, services.settings, services.worker.reader
    loaded = sorted(dict(reader.loaded).items())  # a copy: the worker's thread adds to it
    return report.Report(
        version=images.PROJECT_VERSION,
        ready=ready and not services.entrance.leaving,
        models=tuple(report.Model(name=name, sha256=sha256) for name, sha256 in loaded),
        languages=tuple(x.id for x in languages.find_all(chosen.languages)) if ready else (),
        pipelines=chosen.pipelines if ready else (),
        engine=reader.engine,
        backends=services.backends.found,
    )
