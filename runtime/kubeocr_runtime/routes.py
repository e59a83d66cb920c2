"""The routes that read: HTTP in, HTTP out. The order of `recognise` is the order in which a request meets its bounds."""

import dataclasses

from aiohttp import web

from kubeocr_contract import images, languages, report, settings, wire
from kubeocr_runtime import admission, backends, errors, guide, keys, metrics, turns, uploads, wishes, worker


@dataclasses.dataclass(frozen=True, slots=True)
class Services:
    """What every route works with."""

    settings: settings.Settings
    store: worker.Store
    worker: worker.Worker
    entrance: admission.Admission
    uploads: admission.Budget
    """Bytes of files that are in memory."""
    turns: turns.Turns
    metrics: metrics.Metrics
    backends: backends.Watch
    keys: keys.Keys | None
    """None where requests need no key."""


SERVICES = web.AppKey("services", Services)


async def recognise(route: wire.OcrRoute, request: web.Request) -> web.Response:
    """POST of a form with a file: every page's lines."""
    services = request.app[SERVICES]
    uploads.refuse_if_declared_too_large(request, services.settings.upload_mib * 2**20)
    refuse_while_loading(services)
    with services.entrance.admit() as ticket:
        async with services.entrance.until(services.settings.request_timeout_seconds):
            reads, wish = await _read(route, request, services, ticket)
    return web.json_response(wishes.answer(wish, reads))


async def _read(
    route: wire.OcrRoute, request: web.Request, services: Services, ticket: admission.Ticket
) -> tuple[list[worker.Read], wishes.Wish]:
    limit = services.settings.upload_mib * 2**20
    async with services.uploads.take(uploads.expected(request, limit)) as held:
        form = await uploads.receive(request, limit)
        held.shrink(len(form.file))
        wish = wishes.parse(route, form.fields, services.store, services.worker.reader)
        async with services.turns.decoder.opened(form.file, services.settings, wish.text_layer) as document:
            ticket.take(document.pages)
            return await services.turns.read_all(document, wish.options, ticket), wish


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
