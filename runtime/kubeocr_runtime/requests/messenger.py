"""Tells webhooks of requests' ends, each until it has heard or is given up.

The pod that took an order waits for its end and tells it. What was told, and how often it was tried, lies beside the request's
result; so the next start of a pod that has its queue to itself goes on where the last one left off, and pods that share a queue
look every few minutes for ends that nobody tells. A pod that dies before it wrote that it was heard leaves that end to be told
once more: a webhook may hear twice (`webhooks.DELIVERY` is the same), and hears of each end that is kept.
"""

import asyncio
import contextlib
import dataclasses
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
from aiohttp import hdrs, web

from kubeocr_contract import settings
from kubeocr_runtime import backends, errors, hosts
from kubeocr_runtime.jobs import desk as desks
from kubeocr_runtime.jobs import ledger, orders
from kubeocr_runtime.requests import webhooks

LOG = logging.getLogger("kubeocr.webhooks")
_NOTE = "webhook"
"""Name of a note in a job's folder."""
_WAIT_SECONDS = 30.0
_LOOK_SECONDS = 300.0
"""How often it is looked for webhooks that nobody tells."""
_ORPHAN_SECONDS = 60.0
"""For so long after an end it is the business of who took the order."""
_ANSWER_SECONDS = 10.0
_AT_ONCE = 8
_PAGE = 500
_AWAY_SECONDS = 2.0


@dataclasses.dataclass(slots=True)
class Messenger:
    """Lives on the event loop's thread only."""

    settings: settings.Settings
    desk: desks.Desk
    clock: Callable[[], float] = time.time
    pause: Callable[[int], float] = webhooks.pause
    settle_seconds: float = 1.0
    """Right after a request's end, whoever did it deletes all beside the result, and would a note too."""
    _following: dict[str, asyncio.Task[None]] = dataclasses.field(default_factory=dict)
    _room: asyncio.Semaphore = dataclasses.field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    @contextlib.asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """While the pod runs; what is not told in the end is another's, or the next start's."""
        looking = asyncio.create_task(self._look_around())
        try:
            yield
        finally:
            tasks = [looking, *self._following.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def follow(self, job: orders.Job) -> None:
        """Tell of its end, whenever that is. Does nothing for one without a webhook."""
        name = job.order.id
        if job.order.webhook and name not in self._following:
            task = self._following[name] = asyncio.create_task(self._tell_of(job))
            task.add_done_callback(lambda _: self._following.pop(name, None))

    async def _look_around(self) -> None:
        alone = not desks.is_shared(self.settings)  # then nobody else tells what the last start did not
        while True:
            with contextlib.suppress(errors.QueueUnavailable):
                await self._take_over(self._is_untold if alone else self._is_nobodys)
            alone = False
            await asyncio.sleep(_LOOK_SECONDS)

    async def _take_over(self, is_ours: Callable[[orders.Job], Awaitable[bool]]) -> None:
        offset, more = 0, True
        while more:
            found = (await self.desk.jobs.select(None, ledger.Query(limit=_PAGE, offset=offset))).jobs
            for job in found:
                if job.order.webhook and await is_ours(job):
                    self.follow(job)
            offset, more = offset + _PAGE, len(found) == _PAGE

    async def _is_untold(self, job: orders.Job) -> bool:
        return not job.over or not (await self._note(job)).over

    async def _is_nobodys(self, job: orders.Job) -> bool:
        now = self.clock()
        return job.ended is not None and now - job.ended > _ORPHAN_SECONDS and (await self._note(job)).free(now)

    async def _tell_of(self, job: orders.Job) -> None:
        try:
            job = await self._end_of(job)
            await asyncio.sleep(self.settle_seconds)
            note = await self._note(job)
            while not note.over:
                async with self._room:
                    note = await self._attempt(job, note)
                if not note.over:
                    await asyncio.sleep(self.pause(note.attempts))
        except (errors.RequestNotFound, errors.RequestGone):
            LOG.info("request=%s is forgotten: its webhook is not told", job.order.id)

    async def _end_of(self, job: orders.Job) -> orders.Job:
        while not job.over:
            try:
                job = await self.desk.jobs.wait(None, job.order.id, job.version, _WAIT_SECONDS)
            except errors.QueueUnavailable:
                await asyncio.sleep(_AWAY_SECONDS)
        return job

    async def _attempt(self, job: orders.Job, note: webhooks.Note) -> webhooks.Note:
        """What came of it is kept before anything else is done."""
        why, heard = await self._send(job)
        tried = note.attempts + 1
        now = webhooks.Note(tried, self.clock(), over=heard or tried >= webhooks.ATTEMPTS)
        level = logging.INFO if heard else logging.WARNING
        told = (job.order.id, hosts.of(job.order.webhook), tried, why)
        LOG.log(level, "request=%s webhook=%s attempt=%d %s", *told)
        with contextlib.suppress(errors.QueueUnavailable):
            await self.desk.files.put(job.order.id, _NOTE, now.to_bytes())
        return now

    async def _send(self, job: orders.Job) -> tuple[str, bool]:
        """What came of it, and whether the webhook need not be told again."""
        url = job.order.webhook
        if not hosts.allows(self.settings.webhook_hosts, url):
            return "its server is not allowed any more", True
        try:
            secret = backends.secret(self.settings.signing_secret_file)
            status = await self._post(url, webhooks.body(job), job, secret)
        except backends.Unreachable as e:
            return str(e), False
        except (aiohttp.ClientError, TimeoutError, OSError) as e:
            return type(e).__name__, False
        return f"status={status}", 200 <= status < 300 or status == web.HTTPGone.status_code

    async def _post(self, url: str, content: bytes, job: orders.Job, secret: str) -> int:
        headers = {
            hdrs.CONTENT_TYPE: "application/json",
            webhooks.SIGNATURE: webhooks.signature(secret, int(self.clock()), content),
            webhooks.DELIVERY: f"{job.order.id}.{job.state}",
        }
        limit = aiohttp.ClientTimeout(total=_ANSWER_SECONDS)
        # a redirect would lead to a server that nobody allowed
        async with (
            aiohttp.ClientSession(timeout=limit, cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.post(url, data=content, headers=headers, allow_redirects=False) as answer,
        ):
            return answer.status

    async def _note(self, job: orders.Job) -> webhooks.Note:
        try:
            return webhooks.Note.of(await self.desk.files.get(job.order.id, _NOTE))
        except (errors.RequestGone, ValueError, TypeError):
            return webhooks.Note()
