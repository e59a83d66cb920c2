"""A claim in a worker's hands: what is done for it ends with its lease, at once."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from kubeocr_runtime import errors
from kubeocr_runtime.jobs import ledger

T = TypeVar("T")
_AGAIN_SECONDS = 0.3
"""After which a ledger or a store that was away is asked anew."""


class Stopped(Exception):
    """The attempt is over before its job is: nothing more is written of it."""


class Hold:
    """Lives on the event loop's thread only."""

    def __init__(self, claim: ledger.Claim, until: float) -> None:
        """`until`: when the lease ends, by the loop's clock."""
        self.claim, self.until = claim, until
        self.handed_back = False
        """Whether it was stopped with its lease still good: the pod ends."""
        self._stopped = False
        self._limit: asyncio.Timeout | None = None

    @contextlib.asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """What is done for the job. Raises `Stopped` as soon as the lease ends or is lost."""
        limit = asyncio.timeout_at(self.until)
        try:
            async with limit:
                self._limit = limit
                yield
        except TimeoutError:
            if not limit.expired():
                raise
            raise Stopped from None
        except ledger.LeaseLost:
            raise Stopped from None
        finally:
            self._limit = None

    def renew(self, until: float) -> None:
        """It lasts until then, unless it was stopped."""
        if not self._stopped:
            self._last_until(until)

    def stop(self, *, hand_back: bool = False) -> None:
        """Now. `hand_back`: the job goes back in line, at no cost to it."""
        if not self._stopped:
            self._stopped, self.handed_back = True, hand_back
            self._last_until(0.0)

    async def insist(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask a ledger or a store until it answers; within `kept`."""
        while True:
            try:
                return await ask()
            except errors.QueueUnavailable:
                await asyncio.sleep(_AGAIN_SECONDS)

    def _last_until(self, when: float) -> None:
        self.until = when
        if self._limit is not None and not self._limit.expired():
            self._limit.reschedule(when)
