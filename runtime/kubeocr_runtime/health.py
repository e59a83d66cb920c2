"""The routes for whoever looks after the service: probes, metrics, and what is loaded."""

from aiohttp import web

from kubeocr_contract import images, languages, report
from kubeocr_runtime import errors, metrics, services


async def live(request: web.Request) -> web.Response:
    """Whether the engine works; a pod that is not live is restarted."""
    known = request.app[services.SERVICES]
    if not known.worker.live:
        raise errors.Unavailable("the engine has been at one page for longer than a request may take")
    if not known.turns.decoder.live:
        raise errors.Unavailable("a document has been decoded for longer than a request may take")
    return web.json_response({"status": "ok"})


async def ready(request: web.Request) -> web.Response:
    """Whether pages can be sent: models are loaded, a known page came back right, and the pod is not about to end."""
    known = request.app[services.SERVICES]
    if known.entrance.leaving:
        raise errors.Unavailable("this pod is about to end", headers=errors.retry_after(1))
    services.refuse_while_loading(known)
    return web.json_response({"status": "ok"})


async def status(request: web.Request) -> web.Response:
    """What is loaded, what it runs on and who else is reached, for whoever looks after the service."""
    return web.json_response(report.to_json(_report(request.app[services.SERVICES])))


async def expose_metrics(request: web.Request) -> web.Response:
    """GET in Prometheus' text format."""
    known = request.app[services.SERVICES]
    known.metrics.queue_pages.set(known.entrance.waiting)
    known.metrics.queue_pixels.set(known.entrance.counted.pixels)
    known.metrics.queue_bytes.set(known.entrance.counted.size)
    known.metrics.engine_worked(known.worker.busy_seconds)
    return web.Response(body=known.metrics.render(), headers={"Content-Type": metrics.CONTENT_TYPE})


def _report(known: services.Services) -> report.Report:
    ready, chosen, reader = known.worker.ready, known.settings, known.worker.reader
    loaded = sorted(dict(reader.loaded).items())  # a copy: the worker's thread adds to it
    return report.Report(
        version=images.PROJECT_VERSION,
        ready=ready and not known.entrance.leaving,
        models=tuple(report.Model(name=name, sha256=sha256) for name, sha256 in loaded),
        languages=tuple(x.id for x in languages.find_all(chosen.languages)) if ready else (),
        pipelines=chosen.pipelines if ready else (),
        engine=reader.engine,
        backends=known.backends.found,
    )
