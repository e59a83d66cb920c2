"""The life of a server: bind, load, serve until told to end, let what was accepted finish."""

import asyncio
import logging
import os
import pathlib
import signal
from typing import NoReturn

import uvloop
from aiohttp import web

from kubeocr_contract import languages, names, settings
from kubeocr_runtime import admission, allocation, app, certificates, engines, last_words, models, pipelines, services
from kubeocr_runtime.jobs import desk, runner

LOG = logging.getLogger("kubeocr.serving")
_LAST_WRITES_SECONDS = 5.0
_LINGERING_SECONDS = 1.0
"""For which what a refused client still sends is thrown away, so that it sees its answer and not a connection that breaks."""


def serve(chosen: settings.Settings) -> int:
    """Serve until SIGTERM or SIGINT; the exit code: 1 where it could not start or accepted work did not end in time.

    Raises `settings.InvalidSettings` for a folder that is not there, and a language that is none.
    """
    for field in ("api_keys_dir", "tls_dir"):
        folder = getattr(chosen, field)
        if folder and not pathlib.Path(folder).is_dir():
            raise settings.InvalidSettings(field, f"there is no folder {folder}")
    try:
        languages.find_all(chosen.languages)
    except languages.UnknownLanguage as e:
        raise settings.InvalidSettings("languages", str(e)) from None
    logging.basicConfig(
        level=chosen.log_level.upper(), format="time=%(asctime)s level=%(levelname)s logger=%(name)s %(message)s"
    )
    logging.getLogger().addHandler(last_words.LastWords())
    allocation.give_back_what_is_freed()
    try:
        reader = pipelines.Pipelines.open(chosen)
        application = app.create_app(chosen, reader, reader.store)
        certificate = certificates.Certificate(pathlib.Path(chosen.tls_dir)) if chosen.tls_dir else None
    except (models.BadModels, engines.EngineUnavailable) as e:
        LOG.critical("models cannot be loaded: %s", e)
        return 1
    except certificates.BadCertificate as e:
        LOG.critical("the certificate cannot serve: %s", e)
        return 1
    # a twelfth more requests a second than with asyncio's own loop, and refusals in half the time (docs/PERFORMANCE.md)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_serve(chosen, application, certificate))


async def _serve(chosen: settings.Settings, application: web.Application, certificate: certificates.Certificate | None) -> int:
    # a client that leaves cancels its handler, which takes its pages out of the line
    runner = web.AppRunner(
        application,
        handler_cancellation=True,
        access_log=None,
        shutdown_timeout=_LAST_WRITES_SECONDS,
        lingering_time=_LINGERING_SECONDS,
    )
    await runner.setup()
    meanwhile = [asyncio.create_task(_settle(application[app.LOADED]))]
    if certificate:
        meanwhile.append(asyncio.create_task(certificate.keep_renewed()))
    try:
        code = await _until_the_end(chosen, application, runner, certificate)
    finally:
        for task in meanwhile:
            task.cancel()
        await runner.cleanup()
    known = application[services.SERVICES]
    if code or known.worker.busy or known.turns.decoder.busy:
        _leave(code)
    return code


async def _settle(loaded: asyncio.Event) -> None:
    await loaded.wait()
    allocation.keep_what_is_loaded()


async def _until_the_end(
    chosen: settings.Settings, application: web.Application, runner: web.AppRunner, certificate: certificates.Certificate | None
) -> int:
    context = certificate.context if certificate else None
    try:
        await web.TCPSite(runner, chosen.host, chosen.port, ssl_context=context).start()
    except OSError as e:
        LOG.critical("cannot listen on host=%s port=%d: %s", chosen.host, chosen.port, e.strerror)
        return 1
    LOG.info("listening host=%s port=%d tls=%s", chosen.host, chosen.port, "on" if context else "off")
    ended = await _told_to_end(application[app.FAILED])
    if ended is None:
        return 1
    return await _drain(application, chosen.drain_seconds, ended)


def _leave(code: int) -> NoReturn:
    """End without waiting for threads: what they still do, nobody waits for, and a hung engine would keep the process."""
    logging.shutdown()
    os._exit(code)


async def _told_to_end(failed: asyncio.Event) -> signal.Signals | None:
    """Waits for a signal, which it returns, or for the models to fail."""
    ended = asyncio.Event()
    told: list[signal.Signals] = []

    def note(number: signal.Signals) -> None:
        told.append(number)
        ended.set()
        # a second one does not wait for anybody
        asyncio.get_running_loop().add_signal_handler(number, _leave, 128 + number)

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, note, number)
    waits = [asyncio.create_task(event.wait()) for event in (ended, failed)]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    return told[0] if told else None


async def _drain(application: web.Application, seconds: int, ended: signal.Signals) -> int:
    """Fail readiness, answer on until every proxy has heard of it, then finish what was accepted; jobs go back in line."""
    entrance, jobs = application[services.SERVICES].entrance, application[desk.DESK].runner
    entrance.leaving = True
    jobs.leave()
    LOG.info("ending requests=%d waiting_pages=%d", entrance.requests, entrance.waiting)
    if ended == signal.SIGTERM:  # from a kubelet; who presses Ctrl-C has no proxies
        await asyncio.sleep(min(names.UNREADY_SECONDS, seconds))
    entrance.drain()
    giving_back = asyncio.create_task(jobs.drain(seconds - runner.GIVE_BACK_SECONDS))
    code = await _finish(entrance, seconds)
    await giving_back
    return code


async def _finish(entrance: admission.Admission, seconds: int) -> int:
    """The requests that were accepted."""
    try:
        async with asyncio.timeout(seconds):
            await entrance.idle.wait()
    except TimeoutError:
        LOG.error(  # noqa: TRY400
            "drain_seconds=%d were not enough: requests=%d waiting_pages=%d are told to come again",
            seconds,
            entrance.requests,
            entrance.waiting,
        )
        entrance.drop()
        return 1
    return 0
