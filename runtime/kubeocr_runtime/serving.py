"""The life of a server: bind, load, serve until told to end, let what was accepted finish."""

import asyncio
import logging
import signal

from aiohttp import web

from kubeocr_contract import names, settings
from kubeocr_runtime import admission, app, models, pipelines, routes

LOG = logging.getLogger("kubeocr.serving")
_LAST_WRITES_SECONDS = 5.0


def serve(chosen: settings.Settings) -> int:
    """Serve until SIGTERM or SIGINT; the exit code: 1 where models could not be loaded or accepted work did not end in time."""
    logging.basicConfig(
        level=chosen.log_level.upper(), format="time=%(asctime)s level=%(levelname)s logger=%(name)s %(message)s"
    )
    store = models.Store.open(chosen)
    return asyncio.run(_serve(chosen, app.create_app(chosen, pipelines.Pipelines.open(chosen), store)))


async def _serve(chosen: settings.Settings, application: web.Application) -> int:
    # a client that leaves cancels its handler, which takes its pages out of the line
    runner = web.AppRunner(application, handler_cancellation=True, access_log=None, shutdown_timeout=_LAST_WRITES_SECONDS)
    await runner.setup()
    await web.TCPSite(runner, chosen.host, chosen.port).start()
    LOG.info("listening host=%s port=%d", chosen.host, chosen.port)
    try:
        failed = await _told_to_end(application[app.FAILED])
        return 1 if failed else await _drain(application[routes.SERVICES].admission, chosen.drain_seconds)
    finally:
        await runner.cleanup()


async def _told_to_end(failed: asyncio.Event) -> bool:
    """Waits for a signal, or for the models to fail: whether they failed."""
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    waits = [asyncio.create_task(event.wait()) for event in (ended, failed)]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    return failed.is_set()


async def _drain(entrance: admission.Admission, seconds: int) -> int:
    """Fail readiness, answer on until every proxy has heard of it, then finish what was accepted."""
    entrance.leaving = True
    LOG.info("ending requests=%d waiting_pages=%d", entrance.requests, entrance.waiting)
    await asyncio.sleep(min(names.UNREADY_SECONDS, seconds))
    entrance.drain()
    try:
        async with asyncio.timeout(seconds):
            await entrance.idle.wait()
    except TimeoutError:
        LOG.error("drain_seconds=%d were not enough: %d pages are dropped", seconds, entrance.waiting)  # noqa: TRY400
        return 1
    return 0
