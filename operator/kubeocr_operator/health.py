"""What kubelet and Prometheus ask: /livez, /readyz, /metrics. The answer itself shows that the event loop moves."""

import asyncio
import dataclasses
from collections.abc import Callable

from aiohttp import web

from kubeocr_contract import names
from kubeocr_operator import metrics

STALLED_SECONDS = 120.0
"""A watch is silent for 70 s at most (handlers.py), a reconcile takes 60 s at most (workers.py)."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Signs:
    """Where signs of life are read."""

    leads: Callable[[], bool]
    reachable: Callable[[], bool]
    watch_age: Callable[[], float]
    waiting: Callable[[], float]
    """Seconds for which services wait without one being finished."""


def sick(signs: Signs) -> str | None:
    """Why the process should be started anew; None where it is well."""
    if not signs.leads():
        return None
    if signs.watch_age() > STALLED_SECONDS:
        return f"a watch has brought nothing for {signs.watch_age():.0f} s"
    if signs.waiting() > STALLED_SECONDS:
        return f"services wait, and none was finished for {signs.waiting():.0f} s"
    return None


def app(signs: Signs, counts: metrics.Metrics) -> web.Application:
    """The HTTP application."""

    async def livez(_: web.Request) -> web.Response:
        return _answer(sick(signs))

    async def readyz(_: web.Request) -> web.Response:
        return _answer(None if signs.reachable() else "the API server does not answer")

    async def scrape(_: web.Request) -> web.Response:
        return web.Response(body=counts.render(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    found = web.Application()
    found.add_routes([web.get(names.LIVEZ, livez), web.get(names.READYZ, readyz), web.get(names.METRICS, scrape)])
    return found


async def serve(application: web.Application, host: str, port: int) -> web.AppRunner:
    """Starts to answer; the caller owes the runner its `cleanup`."""
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    await asyncio.sleep(0)
    return runner


def _answer(problem: str | None) -> web.Response:
    return web.Response(text=f"{problem or 'ok'}\n", status=200 if problem is None else 503)
