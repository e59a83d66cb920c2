"""Jobs in a Redis that several pods share: the ledger where one is named. Each operation is one script (`scripts`).

Connections are made anew by whatever is asked next; so is the client where the file with the URL says something else by then.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Collection, Mapping

from redis import asyncio as client
from redis import exceptions
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from kubeocr_contract import jobs
from kubeocr_runtime import backends, errors
from kubeocr_runtime.jobs import bells, estimates, ledger, orders, scripts, texts, troubles

_CONNECT_SECONDS = 2.0
_ANSWER_SECONDS = 5.0
_CONNECTIONS = 32
_AGAIN_SECONDS = 0.5
"""After which Redis is asked anew for what changes."""


class Redis:
    """A `ledger.Ledger`, which says what each method does."""

    def __init__(self, url_file: str, queue: str, retention_seconds: float, clock: Callable[[], float] | None = None) -> None:
        """A file with a URL. Who names the same queue shares it. Without a clock Redis's own counts: pods' may differ."""
        self._url_file, self._queue, self._retention, self._clock = url_file, queue, retention_seconds, clock
        self._known: tuple[str, client.Redis] | None = None
        self._bells, self._trouble = bells.Bells(), troubles.Trouble("the queue's Redis")
        self._listening: asyncio.Task[None] | None = None

    async def open(self) -> None:
        self._listening = asyncio.create_task(self._listen())

    async def close(self) -> None:
        if self._listening:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        await self._forget_client()

    async def add(self, order: orders.Order) -> ledger.Added:
        faults = (texts.of(orders.parked(order)), texts.of(orders.waited_too_long(order)))
        named = (order.id, order.owner, order.client, order.idempotency_key, texts.of(order))
        is_new, look = await self._run("add", *named, order.wait_seconds, order.attempts, *faults)
        job = scripts.job(look)
        return ledger.Added(job if is_new else orders.agreed(job, order), is_new=bool(is_new))

    async def claim(self, worker: ledger.Worker, lease_seconds: float) -> ledger.Claim | None:
        token = secrets.token_hex(8)
        reply = await self._run("claim", worker.name, token, lease_seconds)
        if reply is None:
            return None
        pages = scripts.pairs(reply[1])
        return ledger.Claim(scripts.job(reply[0]), token, {int(page): name for page, name in pages.items()})

    async def renew(self, worker: ledger.Worker, claims: Collection[ledger.Claim], lease_seconds: float) -> frozenset[str]:
        asked = [word for claim in claims for word in (claim.job.order.id, claim.token)]
        return frozenset(scripts.strings(await self._run("renew", worker.name, worker.slots, lease_seconds, *asked)))

    async def begin(self, claim: ledger.Claim, pages: int) -> None:
        await self._hold("begin", claim, pages)

    async def checkpoint(self, claim: ledger.Claim, page: int, name: str) -> None:
        await self._hold("checkpoint", claim, page, name)

    async def end(self, claim: ledger.Claim, ending: ledger.Ending) -> orders.Job:
        said = (ending.state, ending.result, texts.of(ending.fault))
        return scripts.job(await self._hold("end", claim, *said, ledger.RECENT))

    async def give_back(self, claim: ledger.Claim, fault: orders.Fault | None = None) -> orders.Job:
        return scripts.job(await self._hold("give_back", claim, texts.of(fault)))

    async def cancel(self, owner: ledger.Owner, job_id: str, reason: str) -> orders.Job:
        return scripts.job(await self._see("cancel", owner, job_id, reason))

    async def find(self, owner: ledger.Owner, job_id: str) -> orders.Job:
        return scripts.job(await self._see("find", owner, job_id))

    async def wait(self, owner: ledger.Owner, job_id: str, version: int, seconds: float) -> orders.Job:
        return await self._bells.changed(lambda: self.find(owner, job_id), job_id, version, seconds)

    async def select(self, owner: ledger.Owner, query: ledger.Query) -> ledger.Listing:
        within = (query.created_from, query.created_before, query.limit, query.offset)
        looks, total = await self._run("select", scripts.scope(owner, query.client), *within, *sorted(query.states))
        return ledger.Listing(tuple(map(scripts.job, looks)), total)

    async def counts(self, owner: ledger.Owner) -> Mapping[str, int]:
        return dict(zip(jobs.STATES, await self._run("counts", scripts.whose(owner), *jobs.STATES), strict=True))

    async def position(self, owner: ledger.Owner, job_id: str) -> int:
        reply = await self._see("position", owner, job_id)
        if not reply:
            return 0
        ahead, own, found = reply
        lines = {name: estimates.Line(name.decode(), *figures) for name, *figures in found}
        return estimates.position(ahead, lines.pop(own), lines.values())

    async def pace(self) -> ledger.Pace:
        slots, processing, took = await self._run("pace", ledger.PRESENT_SECONDS)
        return ledger.Pace(slots, processing, tuple(map(float, took)))

    async def clear(self, owner: ledger.Owner, states: frozenset[str], ended_before: float) -> tuple[str, ...]:
        limits = (ended_before, ledger.SWEEP, ledger.GONE_SECONDS)
        return scripts.strings(await self._run("clear", scripts.whose(owner), *limits, *sorted(states & jobs.ENDED)))

    async def sweep(self) -> ledger.Swept:
        limits = (self._retention, ledger.SWEEP, ledger.GONE_SECONDS, ledger.PRESENT_SECONDS)
        return ledger.Swept(*map(scripts.strings, await self._run("sweep", *limits)))

    async def known(self, job_ids: Collection[str]) -> frozenset[str]:
        return frozenset(scripts.strings(await self._run("known", *job_ids)))

    async def idle(self, seconds: float) -> None:
        await self._bells.heard(bells.WORK, seconds)

    async def _hold(self, script: str, claim: ledger.Claim, *values: str | float) -> scripts.Reply:
        job_id = claim.job.order.id
        return scripts.held(await self._run(script, job_id, claim.token, *values), job_id)

    async def _see(self, script: str, owner: ledger.Owner, job_id: str, *values: str) -> scripts.Reply:
        return scripts.found(await self._run(script, scripts.whose(owner), job_id, *values), job_id)

    async def _run(self, script: str, *values: str | float) -> scripts.Reply:
        """Raises `errors.QueueUnavailable`."""
        now = self._clock() if self._clock else ""
        try:
            ready = self._client().register_script(scripts.text(script))
            async with asyncio.timeout(_ANSWER_SECONDS):
                reply = await ready(keys=[scripts.prefix(self._queue)], args=[now, *values])
        except (exceptions.RedisError, OSError) as e:
            self._trouble.is_there(str(e) or type(e).__name__)
            await self._forget_client_of_another_url()
            # what Redis says may name hosts: the log has it
            raise scripts.away(type(e).__name__) from e
        self._trouble.is_over()
        return reply

    def _client(self) -> client.Redis:
        if self._known is None:
            url = self._url()
            self._known = url, _connect(url, self._url_file)
        return self._known[1]

    def _url(self) -> str:
        try:
            return backends.secret(self._url_file)
        except backends.Unreachable as e:
            raise scripts.away(str(e)) from e

    async def _forget_client_of_another_url(self) -> None:
        if self._known is not None and self._known[0] != self._url():
            await self._forget_client()

    async def _forget_client(self) -> None:
        if self._known is not None:
            _, known = self._known
            self._known = None
            with contextlib.suppress(exceptions.RedisError, OSError):
                await known.aclose()

    async def _listen(self) -> None:
        """What changed is told by whoever changed it; what was told while nobody listened, nobody hears."""
        while True:
            with contextlib.suppress(exceptions.RedisError, OSError, errors.QueueUnavailable):
                async with self._client().pubsub() as channel:
                    await channel.subscribe(scripts.prefix(self._queue) + "changes")
                    self._bells.ring_all()
                    async for message in channel.listen():
                        if message["type"] == "message":
                            self._bells.ring([message["data"].decode()])
            await asyncio.sleep(_AGAIN_SECONDS)


def _connect(url: str, file: str) -> client.Redis:
    """What finds its connection closed is sent once more: a restart closes all, and every script may be run twice."""
    try:
        pool = client.BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=_ANSWER_SECONDS,
            socket_timeout=None,  # with one it waits by asyncio.wait_for, which loses cancels in Python 3.11; `_run` has ours
            socket_connect_timeout=_CONNECT_SECONDS,
            socket_keepalive=True,
            retry=Retry(NoBackoff(), 1, (exceptions.ConnectionError,)),
        )
    except ValueError:  # whose text may have a part of the password
        raise scripts.away(f"{file} holds no URL of a Redis") from None
    return client.Redis.from_pool(pool)
