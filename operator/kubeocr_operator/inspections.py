"""Asks services' pods what they are: which models they loaded, and whether the servers that they lean on answer.

A reconcile says which services there are (`follow`) and reads what is known (`report`): both only touch memory. The asking is
the leader's own task, a few pods at a time; an answer that is news puts the service on the queue. Pods that answer nobody are
asked less and less often: thousands of pretend ones, or a network that keeps the operator away, cost next to nothing.
"""

import asyncio
import contextlib
import dataclasses
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import aiohttp

from kubeocr_contract import images, names
from kubeocr_contract import report as reports
from kubeocr_operator import errors, plans, selection, workqueue
from kubeocr_operator.conditions import pods

AT_ONCE = 8
EVERY_SECONDS = 60.0
"""Between two questions to a service whose pods lean on other servers: those come and go without any pod changing."""
SOON_SECONDS = 1.0
"""Until kube-proxy has heard of a pod that became ready."""
AGAIN_SECONDS = 15.0
"""A first answer may have come from a pod that is on its way out and has not been forgotten everywhere."""
_TIMEOUT = aiohttp.ClientTimeout(total=3)
_BACKOFF = workqueue.Backoff(first=30, most=600)
_LARGEST = 1 << 20
_LOG = logging.getLogger(__name__)

Ask = Callable[[str], Awaitable[reports.Report]]
"""URL -> what answered there. Raises `NoReport`."""


@dataclasses.dataclass(frozen=True, slots=True)
class Subject:
    """Whom to ask. As long as it stays the same, so does what the pods loaded."""

    url: str
    pods: tuple[int, ...]
    """Of the Deployment: generation, and pods that exist, are of the newest template, are ready."""
    leans: bool
    """Whether on another server."""
    wish: images.Wish
    """What they are to read."""

    @property
    def answers(self) -> bool:
        """Whether there is a pod to ask."""
        return self.pods[-1] > 0


def subject(plan: plans.Plan, deployment: Mapping[str, Any] | None) -> Subject:
    """Whom to ask about a service. Pure."""
    chosen = plan.settings
    leans = bool(chosen.llm_url or chosen.vlm_url or chosen.queue_redis_url_file)
    return Subject(f"{plan.url}{names.STATUS}", _counts(deployment), leans, selection.wish(plan.spec))


def _counts(deployment: Mapping[str, Any] | None) -> tuple[int, ...]:
    generation = 0 if deployment is None else deployment["metadata"].get("generation", 0)
    counts = pods.counted(deployment)
    return generation, counts.total, counts.updated, counts.ready


class Inspections:
    """What the pods of each service said last. Belongs to one event loop."""

    def __init__(self, changed: Callable[[workqueue.Key], None], queue: workqueue.WorkQueue | None = None) -> None:
        """`changed` hears of each service whose report is not what it was."""
        self._changed = changed
        self._queue = workqueue.WorkQueue(backoff=_BACKOFF) if queue is None else queue
        self._subjects: dict[workqueue.Key, Subject] = {}
        self._reports: dict[workqueue.Key, reports.Report] = {}
        self._unconfirmed: set[workqueue.Key] = set()

    def report(self, key: workqueue.Key) -> reports.Report | None:
        """What a pod of a service said last, without times; None before the first answer, and while no pod is ready."""
        return self._reports.get(key)

    def wish(self, key: workqueue.Key) -> images.Wish | None:
        """What the pods of a service are to read; None where nobody knows."""
        known = self._subjects.get(key)
        return None if known is None else known.wish

    def follow(self, key: workqueue.Key, wanted: Subject) -> None:
        """From now on whom to ask about a service: nobody while no pod is ready, and then what was said counts no more."""
        if self._subjects.get(key) == wanted:
            return
        self._subjects[key] = wanted
        if wanted.answers:
            self._unconfirmed.add(key)
            self._queue.succeeded(key)
            self._queue.add_after(key, SOON_SECONDS)
        else:
            self._unconfirmed.discard(key)
            self._reports.pop(key, None)

    def follow_on(self, key: workqueue.Key, deployment: Mapping[str, Any] | None) -> None:
        """As `follow`, where no plan says whom to ask: as before, and the pods as they are now. Nobody where none was asked."""
        before = self._subjects.get(key)
        if before is not None:
            self.follow(key, dataclasses.replace(before, pods=_counts(deployment)))

    def forget(self, key: workqueue.Key) -> None:
        """A service is gone."""
        self._subjects.pop(key, None)
        self._reports.pop(key, None)
        self._unconfirmed.discard(key)

    async def run(self, ask: Ask) -> None:
        """Asks, for as long as this process leads."""
        async with asyncio.TaskGroup() as tasks:
            for _ in range(AT_ONCE):
                tasks.create_task(self._work(ask))

    async def inspect(self, key: workqueue.Key, ask: Ask) -> None:
        """Asks about one service, and settles when to ask again."""
        wanted = self._subjects.get(key)
        if wanted is None or not wanted.answers:
            return
        try:
            found = _lasting(await ask(wanted.url))
        except errors.NoReport as error:
            _LOG.debug("no report of %s: %s", key, error)
            self._queue.failed(key)
            return
        if self._subjects.get(key) == wanted:
            self._plan_next(key, wanted)
            self._note(key, found)

    async def _work(self, ask: Ask) -> None:
        while True:
            key = await self._queue.get()
            try:
                await self.inspect(key, ask)
            except Exception:  # noqa: BLE001 - a bug that one pod shows must not stop the others
                _LOG.exception("inspection of %s has a bug", key)
                self._queue.failed(key)
            finally:
                self._queue.done(key)

    def _plan_next(self, key: workqueue.Key, wanted: Subject) -> None:
        self._queue.succeeded(key)
        if key in self._unconfirmed:
            self._unconfirmed.discard(key)
            self._queue.add_after(key, AGAIN_SECONDS)
        elif wanted.leans:
            self._queue.add_after(key, EVERY_SECONDS)

    def _note(self, key: workqueue.Key, found: reports.Report) -> None:
        if self._reports.get(key) != found:
            self._reports[key] = found
            self._changed(key)


@contextlib.asynccontextmanager
async def client() -> AsyncIterator[Ask]:
    """What asks over HTTP. Certificates are not looked at: they are for clients' names, and no secret is sent."""
    connector = aiohttp.TCPConnector(limit=AT_ONCE, ssl=False, force_close=True)
    async with aiohttp.ClientSession(connector=connector, timeout=_TIMEOUT) as session:

        async def ask(url: str) -> reports.Report:
            return await _ask(session, url)

        yield ask


async def _ask(session: aiohttp.ClientSession, url: str) -> reports.Report:
    try:
        async with session.get(url, allow_redirects=False) as answer:
            body, status = await _read(answer.content), answer.status
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise errors.NoReport(f"{url}: {error or type(error).__name__}") from error
    return _parsed(url, status, body)


async def _read(content: aiohttp.StreamReader) -> bytes:
    """All of an answer, or so much that it is none."""
    body = bytearray()
    async for chunk in content.iter_any():
        body += chunk
        if len(body) > _LARGEST:
            break
    return bytes(body)


def _parsed(url: str, status: int, body: bytes) -> reports.Report:
    """A pod that is about to end, or not ready yet, does not count."""
    if status != 200:
        raise errors.NoReport(f"{url}: answered with {status}")
    try:
        found = reports.from_json(json.loads(body))
    except (ValueError, RecursionError) as error:
        raise errors.NoReport(f"{url}: {error}") from error
    if not found.ready:
        raise errors.NoReport(f"{url}: that pod is not ready")
    return found


def _lasting(found: reports.Report) -> reports.Report:
    """A report without the times of its checks: they alone are no news."""
    backends = {field.name: getattr(found.backends, field.name) for field in dataclasses.fields(found.backends)}
    timeless = {name: dataclasses.replace(backend, checked_at="") for name, backend in backends.items()}
    return dataclasses.replace(found, backends=reports.Backends(**timeless))
