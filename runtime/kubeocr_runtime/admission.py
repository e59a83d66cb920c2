"""How much may wait: pages that were accepted and are not read yet, and the memory that they may hold. Asked by `routes`."""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable, Iterator

from kubeocr_runtime import errors

_SMOOTHING = 0.1
"""Weight of the newest page in the mean time of a page: some ten pages are remembered."""
_SHARE = 4
"""A document takes at most one place in so many of the queue: it is read one page a turn, so a book keeps no letter waiting for
all of its pages, and must not keep one out."""


@dataclasses.dataclass(slots=True)
class Admission:
    """Counts waiting pages against a limit. Lives on the event loop's thread only."""

    limit: int
    waiting: int = 0
    """Pages."""
    places: int = 0
    """What is counted against the limit: pages, of each document up to its share."""
    requests: int = 0
    leaving: bool = False
    """Readiness fails, requests are still let in: proxies hear of it a little later."""
    draining: bool = False
    """No request is let in."""
    page_seconds: float = 1.0
    dropped: bool = False
    """Requests that were let in are told to come again: the pod's time is over."""
    _limits: set[asyncio.Timeout] = dataclasses.field(default_factory=set)
    idle: asyncio.Event = dataclasses.field(default_factory=asyncio.Event)
    """Set by the end of the last request that was let in, once `draining`."""

    @contextlib.contextmanager
    def admit(self) -> Iterator["Ticket"]:
        """A request waits from now on until it ends, as one page until it is known how many it has.

        Raises `errors.Unavailable` while draining, `errors.Overloaded` while as many pages wait as may wait.
        """
        if self.draining:
            raise _ending("this pod is about to end; ask again")
        ticket = Ticket(self)
        ticket.take(1)
        self.requests += 1
        try:
            yield ticket
        finally:
            ticket.hold(0)
            self.requests -= 1
            self._tell_if_idle()

    @property
    def share(self) -> int:
        """Places that one document may take."""
        return max(1, self.limit // _SHARE)

    @contextlib.asynccontextmanager
    async def until(self, seconds: int) -> AsyncIterator[None]:
        """What a request does, for at most so many seconds.

        Raises `errors.DeadlineExceeded`, or `errors.Unavailable` where `drop` came first.
        """
        try:
            async with asyncio.timeout(seconds) as limit:
                self._limits.add(limit)
                try:
                    yield
                finally:
                    self._limits.discard(limit)
        except TimeoutError:
            if self.dropped:
                raise _ending("this pod had to end before the document was read; ask again") from None
            raise errors.DeadlineExceeded(f"not done within {seconds} s; send fewer pages or ask again later") from None

    def drop(self) -> None:
        """End every request now, each with an answer: a connection that breaks tells a client nothing."""
        self.dropped = True
        for limit in self._limits:
            if not limit.expired():
                limit.reschedule(asyncio.get_running_loop().time())

    def drain(self) -> None:
        """Let no request in any more."""
        self.draining = True
        self._tell_if_idle()

    def overloaded(self, pages: int) -> errors.Overloaded:
        """The refusal of so many pages, with the time after which there should be room."""
        wait = self.places * self.page_seconds
        return errors.Overloaded(
            f"{self.waiting} pages wait, there is no room for {pages} more; come again in about {max(wait, 1):.0f} s",
            headers=errors.retry_after(wait),
            waiting_pages=self.waiting,
        )

    def _tell_if_idle(self) -> None:
        if self.draining and not self.requests:
            self.idle.set()


def _ending(message: str) -> errors.Unavailable:
    return errors.Unavailable(message, headers=errors.retry_after(1))


@dataclasses.dataclass(slots=True)
class Ticket:
    """The pages of one request that still wait."""

    admission: Admission
    left: int = 0
    places: int = 0

    def take(self, pages: int) -> None:
        """It is known now how many pages there are. Raises `errors.Overloaded`."""
        places = min(pages, self.admission.share)
        if self.admission.places - self.places + places > self.admission.limit:
            raise self.admission.overloaded(pages)
        self.hold(pages)

    def done(self, seconds: float) -> None:
        """One page was read, in so many seconds of the engine."""
        self.hold(self.left - 1)
        self.admission.page_seconds += _SMOOTHING * (seconds - self.admission.page_seconds)

    def hold(self, pages: int) -> None:
        """So many pages wait now."""
        places = min(pages, self.admission.share)
        self.admission.waiting += pages - self.left
        self.admission.places += places - self.places
        self.left, self.places = pages, places


class Budget:
    """An amount of memory that requests share, first come first served. Lives on the event loop's thread only."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.free = total
        self._first = asyncio.Lock()  # the first in line holds it while it waits; asyncio hands it on in the order of asking
        self._freed = asyncio.Event()

    @contextlib.asynccontextmanager
    async def take(self, amount: int) -> AsyncIterator["Holding"]:
        """Wait until so much is free (or all is, where more is asked for), and hold it."""
        holding = Holding(self, min(amount, self.total))
        async with self._first:
            while self.free < holding.amount:
                self._freed.clear()
                await self._freed.wait()
            self.free -= holding.amount
        try:
            yield holding
        finally:
            holding.shrink(0)

    def give_back(self, amount: int) -> None:
        """Whoever waits may look again."""
        self.free += amount
        self._freed.set()


@dataclasses.dataclass(slots=True)
class Holding:
    """What someone holds of a budget."""

    budget: Budget
    amount: int

    def hand_over(self) -> Callable[[], None]:
        """Give it back no longer by oneself: whoever gets this does, once."""
        amount, self.amount = self.amount, 0
        return lambda: self.budget.give_back(amount)

    def shrink(self, amount: int) -> None:
        """It turned out to be less; what is over goes back."""
        self.budget.give_back(max(0, self.amount - amount))
        self.amount = min(self.amount, amount)
