"""One replica works, the others wait: a Lease of coordination.k8s.io, held by client-go's rules.

Other replicas count a lease as free 15 s after they last saw it renewed. Whoever leads stops writing 10 s after its last
renewal (`Lease.valid`, asked before each write), so that there are never two writers, whatever the clocks say and however long
a process was suspended.
"""

import asyncio
import contextlib
import dataclasses
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
from kubernetes.aio import client as api
from kubernetes.aio.leaderelection import electionconfig, leaderelection, leaderelectionrecord
from kubernetes.aio.leaderelection.resourcelock import leaselock

from kubeocr_contract import names
from kubeocr_operator import errors

_ANSWER_SECONDS = 4.0
"""A renewal must fail in time for another one before the deadline, and an API server that is busy takes its time."""
_LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """In whole seconds, as the lease has them; client-go's defaults."""

    lease: int = 15
    renew: int = 10
    retry: int = 2


class Lease(leaselock.LeaseLock):
    """The lock, with an end to waiting, and with the times that readiness and fencing need."""

    def __init__(
        self,
        client: api.ApiClient,
        *,
        namespace: str,
        identity: str,
        timing: Timing | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`identity` is this replica's and no other's, `clock` counts seconds."""
        super().__init__(names.LEASE, namespace, identity, client)
        self.timing = timing or Timing()
        self._clock = clock
        self.heard = float("-inf")
        """When the API server last told of the lease."""
        self._renewed = float("-inf")

    @property
    def valid(self) -> bool:
        """Whether this process may write: its own renewal was sent within the deadline."""
        return self._clock() - self._renewed < self.timing.renew

    @property
    def reachable(self) -> bool:
        """Whether the API server answered lately, which standing by needs too."""
        return self._clock() - self.heard < self.timing.lease

    async def get(self, name: str, namespace: str) -> tuple[bool, Any]:
        """The lease's record, or why there is none."""
        with _as_api_error() as failure:
            async with asyncio.timeout(_ANSWER_SECONDS):
                found: tuple[bool, Any] = await super().get(name, namespace)
            if found[0] or found[1].status == 404:
                self.heard = self._clock()
            return found
        return False, failure[0]

    async def create(self, name: str, namespace: str, election_record: leaderelectionrecord.LeaderElectionRecord) -> bool:
        """Whether the lease could be created. The library's own asks with pretty=True, which its client refuses (37.0.2)."""
        return await self._renewing(self._created(name, namespace, election_record))

    async def update(self, name: str, namespace: str, updated_record: leaderelectionrecord.LeaderElectionRecord) -> bool:
        """Whether the lease could be taken or renewed."""
        return await self._renewing(super().update(name, namespace, updated_record))

    async def release(self) -> None:
        """Gives the lease back, so that another replica need not wait for its end. Best effort."""
        held, record = await self.get(self.name, self.namespace)
        lease = self.lease_reference
        if not held or lease is None or lease.spec is None or record.holder_identity != self.identity:
            return
        self._renewed = float("-inf")
        lease.spec.holder_identity = ""
        with contextlib.suppress(api.ApiException, aiohttp.ClientError, TimeoutError):
            async with asyncio.timeout(_ANSWER_SECONDS):
                await self.api_instance.replace_namespaced_lease(self.name, self.namespace, lease)

    async def _created(self, name: str, namespace: str, record: leaderelectionrecord.LeaderElectionRecord) -> bool:
        body = api.V1Lease(metadata=api.V1ObjectMeta(name=name), spec=self.update_lease(record))
        try:
            await self.api_instance.create_namespaced_lease(namespace, body)
        except api.ApiException as error:
            _LOG.warning("the lease was not created: %s", error.reason)
            return False
        return True

    async def _renewing(self, writing: Awaitable[bool]) -> bool:
        """Counts from when the renewal was sent: others saw it later than that, and wait longer."""
        sent = self._clock()
        with _as_api_error():
            async with asyncio.timeout(_ANSWER_SECONDS):
                if await writing:
                    self._renewed = sent
                    return True
        return False


async def lead(lease: Lease, work: Callable[[], Awaitable[None]]) -> None:
    """Waits for the lease, works while it is held, and gives it back. Raises `LeaseLost` when it could not be renewed."""
    async with _election(lease) as (won, election):
        await asyncio.wait({won, election}, return_when=asyncio.FIRST_COMPLETED)
        _LOG.info("leading identity=%s", lease.identity)
        working = asyncio.ensure_future(work())
        try:
            await asyncio.wait({working, election}, return_when=asyncio.FIRST_COMPLETED)
            if election.done():
                raise errors.LeaseLost(f"the lease {names.LEASE} could not be renewed") from election.exception()
            await working
        finally:
            await _cancelled(working)


@contextlib.asynccontextmanager
async def _election(lease: Lease) -> AsyncIterator[tuple[asyncio.Future[None], asyncio.Task[None]]]:
    """A future that is done when the lease is ours, and the task that renews it, which ends when it no longer is."""
    won: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def began() -> None:
        won.set_result(None)

    async def ended() -> None:
        _LOG.error("the lease is lost identity=%s", lease.identity)

    timing = lease.timing
    wanted = electionconfig.Config(lease, timing.lease, timing.renew, timing.retry, began, ended)
    election = asyncio.create_task(leaderelection.LeaderElection(wanted).run(), name="lease")
    try:
        yield won, election
    finally:
        await _cancelled(election)
        await lease.release()


async def _cancelled(task: asyncio.Future[None]) -> None:
    task.cancel()
    await asyncio.wait({task})


@contextlib.contextmanager
def _as_api_error() -> Any:
    """Turns what the client library lets through into what its leader election takes for a failed attempt."""
    failure: list[api.ApiException] = []
    try:
        yield failure
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        _LOG.warning("the lease could not be reached: %s", str(error) or type(error).__name__)
        failure.append(api.ApiException(status=0, reason=str(error) or type(error).__name__))
