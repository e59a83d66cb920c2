"""To wait until a job has changed, as long as the client and this pod have time for it."""

import asyncio
from collections.abc import Callable

from aiohttp import web

from kubeocr_contract import jobs
from kubeocr_runtime import services
from kubeocr_runtime.jobs import orders
from kubeocr_runtime.requests import reception

MOST_SECONDS = 50.0
"""Proxies give up an answer that does not begin within a minute."""
_SLICE_SECONDS = 1.0
"""After which it is asked whether the pod is about to end."""
Seen = int | None
"""The version of a job that a client knows."""


async def until(request: web.Request, job: orders.Job, enough: Callable[[orders.Job], bool], seconds: float) -> orders.Job:
    """The job as it is then. Raises what `ledger.Ledger.wait` does."""
    at, entrance = request.app[reception.RECEPTION], request.app[services.SERVICES].entrance
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not enough(job) and (left := end - loop.time()) > 0 and not entrance.leaving:
        job = await at.jobs.wait(reception.owner(request), job.order.id, job.version, min(left, _SLICE_SECONDS))
    return job


def etag(request: jobs.Request, version: int) -> str:
    """Of a job's answer: its place in line changes by what others do."""
    return f"{version}-{request.position}"


def seen(request: web.Request) -> Seen:
    """By If-None-Match."""
    for tag in request.if_none_match or ():
        version = tag.value.partition("-")[0]
        if version.isascii() and version.isdigit():
            return int(version)
    return None
