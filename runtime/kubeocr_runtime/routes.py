"""The routes that read: HTTP in, HTTP out. The order of `recognise` is the order in which a request meets its bounds."""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable

from aiohttp import web

from kubeocr_contract import settings, wire
from kubeocr_runtime import admission, documents, errors, guide, metrics, pipelines, uploads, wishes, worker


@dataclasses.dataclass(frozen=True, slots=True)
class Services:
    """What every route works with."""

    settings: settings.Settings
    store: worker.Store
    worker: worker.Worker
    admission: admission.Admission
    metrics: metrics.Metrics


SERVICES = web.AppKey("services", Services)


async def recognise(route: wire.OcrRoute, request: web.Request) -> web.Response:
    """POST of a form with a file: every page's lines."""
    services = request.app[SERVICES]
    limit = services.settings.upload_mib * 2**20
    uploads.refuse_if_declared_too_large(request, limit)
    refuse_while_loading(services)
    with services.admission.admit() as ticket:
        async with _deadline(services.settings.request_timeout_seconds):
            form = await uploads.receive(request, limit)
            wish = wishes.parse(route, form.fields, services.store, services.worker.reader)
            document = await asyncio.to_thread(documents.open_document, form.file, services.settings)
            with contextlib.closing(document):
                ticket.take(document.pages)
                reads = await _read_all(document, wish.options, services, ticket)
    return web.json_response(wishes.answer(wish, reads))


async def list_languages(request: web.Request) -> web.Response:
    """GET of what can be read, and where."""
    services = request.app[SERVICES]
    return web.json_response(guide.languages(services.settings, services.store.carried()))


async def live(request: web.Request) -> web.Response:
    """Whether the engine works; a pod that is not live is restarted."""
    if request.app[SERVICES].worker.live:
        return web.json_response({"status": "ok"})
    raise errors.Unavailable("the engine has been at one page for longer than a request may take")


async def ready(request: web.Request) -> web.Response:
    """Whether pages can be sent: models are loaded, a known page came back right, and the pod is not about to end."""
    services = request.app[SERVICES]
    if services.admission.leaving:
        raise errors.Unavailable("this pod is about to end", headers=errors.retry_after(1))
    refuse_while_loading(services)
    return web.json_response({"status": "ok"})


async def expose_metrics(request: web.Request) -> web.Response:
    """GET in Prometheus' text format."""
    services = request.app[SERVICES]
    services.metrics.queue_pages.set(services.admission.waiting)
    services.metrics.busy_seconds.set(services.worker.busy_seconds)
    return web.Response(body=services.metrics.render(), headers={"Content-Type": metrics.CONTENT_TYPE})


def refuse_while_loading(services: Services) -> None:
    """Raises `errors.Unavailable`."""
    if not services.worker.ready:
        raise errors.Unavailable("models are still loading", headers=errors.retry_after(2))


async def _read_all(
    document: documents.Document, options: pipelines.ReadOptions, services: Services, ticket: admission.Ticket
) -> list[worker.Read]:
    """Every page in turn; the next is decoded while one is read. Whoever leaves takes the rest out of the line."""
    reads = []
    async with contextlib.aclosing(_decoded(document)) as pages:
        async for page in pages:
            read = await services.worker.read(page, options)
            ticket.done(read.inference_seconds)
            _count(services.metrics, read)
            reads.append(read)
    return reads


async def _decoded(document: documents.Document) -> AsyncGenerator[documents.Page, None]:
    def decode(index: int) -> Awaitable[documents.Page]:
        return asyncio.to_thread(document.page, index)

    following = asyncio.ensure_future(decode(0))
    try:
        for index in range(document.pages):
            page = await following
            if index + 1 < document.pages:
                following = asyncio.ensure_future(decode(index + 1))
            yield page
    finally:
        following.cancel()
        # the thread cannot be stopped: the document must not be closed under it
        await asyncio.wait([following])


def _count(figures: metrics.Metrics, read: worker.Read) -> None:
    figures.pages.labels("read").inc()
    figures.page_seconds.labels("queue").observe(read.queue_seconds)
    figures.page_seconds.labels("inference").observe(read.inference_seconds)


@contextlib.asynccontextmanager
async def _deadline(seconds: int) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise errors.DeadlineExceeded(f"not done within {seconds} s; send fewer pages or ask again later") from None
