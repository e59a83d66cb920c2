"""The application: its routes, what every request passes through, and the start of the worker."""

import asyncio
import functools
import http
import importlib.resources
import logging
import pathlib
import time
from collections.abc import AsyncIterator

from aiohttp import web
from aiohttp.typedefs import Handler

from kubeocr_contract import names, settings, wire
from kubeocr_runtime import (
    admission,
    backends,
    browsing,
    callers,
    decoding,
    dialects,
    health,
    incidents,
    keyed,
    keys,
    language_list,
    metrics,
    openapi,
    previews,
    rates,
    readers,
    reference,
    refusals,
    routes,
    services,
    turns,
    uploads,
    worker,
)
from kubeocr_runtime.chat import routes as chat
from kubeocr_runtime.jobs import desk
from kubeocr_runtime.llm import client as llm
from kubeocr_runtime.requests import links, reception
from kubeocr_runtime.requests import routes as ordered
from kubeocr_runtime.structure import routes as structure_routes

LOG = logging.getLogger("kubeocr.http")
FAILED = web.AppKey("failed", asyncio.Event)
"""Set when the models could not be loaded."""
LOADED = web.AppKey("loaded", asyncio.Event)
"""Set when they were."""
# Scripts and pictures come from here and nowhere else: the pages are whole with no network, and stay harmless with one.
_PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; worker-src blob:; connect-src 'self'"
)
_REFUSALS = web.AppKey("refusals", refusals.Refusals)
_REQUEST_ID = web.RequestKey("request_id", str)
_CLIENT_LEFT = 499
_QUIET = frozenset({names.LIVEZ, names.READYZ, names.METRICS, names.STATUS})
"""Asked by machines every few seconds, and open to all: none tells anything of a document."""
_OPEN = _QUIET | {names.DOCS, names.REDOC, names.OPENAPI, reference.STATIC} | browsing.OPEN
"""What needs no API key; anything else does, be it there or not."""
_DECODED_PIXELS = 24_000_000
"""Of decoded pages in memory, or one larger page: three scans of 300 dpi keep the engine busy, and each takes 25 MB."""
_LARGEST_UPLOADS = 4
"""As many files of the largest size that is allowed may be in memory, or more smaller ones."""


def create_app(chosen: settings.Settings, reader: readers.Reader, store: readers.Store) -> web.Application:
    """The application with these settings; `reader` and `store` are fakes in tests."""
    app = web.Application(middlewares=[observe, render_errors, authenticate])
    app[FAILED], app[LOADED] = asyncio.Event(), asyncio.Event()
    app[_REFUSALS] = refusals.Refusals()
    app[services.SERVICES] = _services(chosen, reader, store)
    app[desk.DESK] = desk.create(app[services.SERVICES], ordered.parses(app[services.SERVICES]))
    app[reception.RECEPTION] = reception.Reception.of(chosen, app[desk.DESK])
    app.on_response_prepare.append(_sign)
    app.cleanup_ctx.extend((_run_worker, _watch_backends, _close_llm, _do_jobs))
    app.add_routes(
        [
            *map(_reading, wire.OCR_ROUTES),
            *keyed.ROUTES,
            *previews.routes(),
            *structure_routes.routes(chosen),
            *chat.routes(),
            *ordered.routes(app, chosen),
            web.get(names.LANGUAGES, routes.list_languages),
            *language_list.ROUTES,
            web.get(names.LIVEZ, health.live),
            web.get(names.READYZ, health.ready),
            web.get(names.METRICS, health.expose_metrics),
            web.get(names.STATUS, health.status),
            web.get(names.OPENAPI, _openapi),
            web.get(names.DOCS, functools.partial(_html, reference.swagger_page())),
            web.get(names.REDOC, functools.partial(_html, reference.redoc_page())),
            *browsing.routes(),
            web.static(reference.STATIC, str(importlib.resources.files("kubeocr_runtime") / "static")),
        ]
    )
    return app


def _reading(route: wire.OcrRoute) -> web.RouteDef:
    handler = functools.partial(routes.recognise, route)
    return web.post(route.path, handler, expect_handler=uploads.wait_to_be_asked)


def _services(chosen: settings.Settings, reader: readers.Reader, store: readers.Store) -> services.Services:
    engine = worker.Worker(reader, chosen.request_timeout_seconds)
    figures = metrics.Metrics()
    queue = admission.Load(chosen.queue_pages, chosen.queue_megapixels * 1_000_000, chosen.queue_mib * 2**20)
    rate = rates.Rate()
    decoder = decoding.Decoder(chosen.request_timeout_seconds)
    return services.Services(
        settings=chosen,
        store=store,
        worker=engine,
        entrance=admission.Admission(queue, rate),
        uploads=admission.Budget(_LARGEST_UPLOADS * chosen.upload_mib * 2**20),
        turns=turns.Turns(engine=engine, decoder=decoder, room=admission.Room.of(_DECODED_PIXELS), metrics=figures, rate=rate),
        metrics=figures,
        backends=backends.Watch.of(chosen),
        keys=keys.Keys(pathlib.Path(chosen.api_keys_dir)) if chosen.api_keys_dir else None,
        llm=llm.Client(),
    )


@web.middleware
async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
    """One line of log (of refusals one a second) and one observation a request; nothing of a document's content."""
    begin = time.monotonic()
    status = _CLIENT_LEFT
    request_id = request[_REQUEST_ID] = callers.name(request.headers)
    try:
        response = await handler(request)
        status = response.status
        if request.app[services.SERVICES].entrance.leaving:
            # a proxy that hears of our end sends no new connection, but goes on with those that it has
            response.force_close()
    except ConnectionError:  # the client has left: as where aiohttp hears of it before we write
        raise asyncio.CancelledError from None
    finally:
        seconds = time.monotonic() - begin
        route = _route(request)
        key = request[callers.CALLER].key.name if callers.CALLER in request else ""
        request.app[services.SERVICES].metrics.answered(route, status, seconds, key)
        refused = status == http.HTTPStatus.TOO_MANY_REQUESTS
        if refused:
            request.app[_REFUSALS].note()
        level = logging.DEBUG if refused or route in _QUIET else logging.INFO
        told = (request.method, route, status, seconds, request_id)
        LOG.log(level, "method=%s route=%s status=%d seconds=%.3f request_id=%s", *told)
    return response


@web.middleware
async def render_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whatever goes wrong becomes an error of the path's API; what nobody foresaw is logged, and the client told its id."""
    try:
        return await handler(request)
    except web.HTTPException as e:
        allowed = {"Allow": e.headers["Allow"]} if "Allow" in e.headers else {}
        status, body = dialects.told(request.path, e.status, e.reason.lower().replace(" ", "_"), e.reason, {})
        response = web.json_response(body, status=status, headers=allowed)
    except ConnectionError:
        raise
    except Exception as e:  # noqa: BLE001
        error = incidents.told(e, f"route={_route(request)}")
        status, body = dialects.told(request.path, error.status, error.code, error.message, error.details)
        response = web.json_response(body, status=status, headers=error.headers)
    if uploads.leaves_unread(request):
        response.force_close()
    return response


@web.middleware
async def authenticate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whoever brings no API key goes no further, where the service has any, and nobody with a name that is none.

    Nothing of the body is read yet.
    """
    known = request.app[services.SERVICES].keys
    if _route(request) not in _OPEN and not links.opens(
        request.path, request.query, request.app[services.SERVICES].settings, time.time()
    ):
        key = known.admit(request.headers) if known is not None else keys.NONE
        callers.refuse_wrong_name(request.headers)
        request[callers.CALLER] = callers.Caller(request[_REQUEST_ID], key)
    return await handler(request)


async def _sign(request: web.Request, response: web.StreamResponse) -> None:
    """Every answer says which request's it is."""
    response.headers[wire.REQUEST_ID] = request.get(_REQUEST_ID) or callers.name(request.headers)


def _route(request: web.Request) -> str:
    """The route's own path, never what a client made up: each new label would be a new series."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unknown"


async def _run_worker(app: web.Application) -> AsyncIterator[None]:
    loading = asyncio.create_task(_load(app))
    yield
    loading.cancel()
    app[services.SERVICES].worker.stop()
    app[services.SERVICES].turns.decoder.stop()


async def _watch_backends(app: web.Application) -> AsyncIterator[None]:
    asking = asyncio.create_task(app[services.SERVICES].backends.run())
    yield
    asking.cancel()


async def _close_llm(app: web.Application) -> AsyncIterator[None]:
    yield
    await app[services.SERVICES].llm.close()


async def _do_jobs(app: web.Application) -> AsyncIterator[None]:
    async with app[desk.DESK].open(app[LOADED]), app[reception.RECEPTION].messenger.working():
        yield


async def _load(app: web.Application) -> None:
    known = app[services.SERVICES]
    begin = time.monotonic()
    try:
        await known.worker.start()
    except Exception as e:
        LOG.critical("models cannot be loaded: %s", e, exc_info=LOG.isEnabledFor(logging.DEBUG))
        app[FAILED].set()
        return
    app[LOADED].set()
    LOG.info("ready seconds=%.1f languages=%s", time.monotonic() - begin, ",".join(known.settings.languages))


async def _openapi(request: web.Request) -> web.Response:
    return web.json_response(openapi.document(keys=request.app[services.SERVICES].keys is not None))


async def _html(page: str, _: web.Request) -> web.Response:
    return web.Response(text=page, content_type="text/html", headers={"Content-Security-Policy": _PAGE_POLICY})
