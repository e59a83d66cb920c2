"""How much may wait: pages that were accepted and are not read yet, their pixels, the bytes of their files, and the memory that
they may hold. Asked by `routes`.
"""

import asyncio
import contextlib
import dataclasses
import operator
from collections.abc import AsyncIterator, Callable, Iterator

from kubeocr_runtime import callers, deadlines, errors, quotas, rates

_SMALL = 1_000_000
"""Pixels of a page that is at hand at once: a line, a receipt."""
_SHARE = 4
"""A document takes at most one place in so many of the queue, and so of its pixels and bytes: documents take turns, so a book
keeps no letter waiting for all of its pages, and must not keep one out."""


@dataclasses.dataclass(frozen=True, slots=True)
class Load:
    """What waits, or may."""

    pages: int = 0
    pixels: int = 0
    size: int = 0
    """Bytes of files."""

    def plus(self, more: "Load", less: "Load") -> "Load":
        """With something more, and something less."""
        added = (self.pages + more.pages, self.pixels + more.pixels, self.size + more.size)
        return Load(added[0] - less.pages, added[1] - less.pixels, added[2] - less.size)

    def capped(self, most: "Load") -> "Load":
        """No more than this of each."""
        return Load(min(self.pages, most.pages), min(self.pixels, most.pixels), min(self.size, most.size))

    def share(self) -> "Load":
        """What one document may take of it: a page in any case."""
        return Load(max(1, self.pages // _SHARE), max(1, self.pixels // _SHARE), max(1, self.size // _SHARE))


@dataclasses.dataclass(frozen=True, slots=True)
class _Measure:
    """One of a load's numbers, and how it is told."""

    of: Callable[[Load], int]
    unit: str
    size: int = 1

    def told(self, amount: int) -> str:
        return f"{amount / self.size:.1f}" if self.size > 1 else str(amount)


_MEASURES = (
    _Measure(operator.attrgetter("pages"), "pages"),
    _Measure(operator.attrgetter("pixels"), "megapixels", 1_000_000),
    _Measure(operator.attrgetter("size"), "MiB", 2**20),
)


@dataclasses.dataclass(slots=True)
class Admission:
    """Counts what waits against a limit. Lives on the event loop's thread only."""

    limit: Load
    rate: rates.Rate = dataclasses.field(default_factory=rates.Rate)
    waiting: int = 0
    """Pages."""
    counted: Load = Load()
    """What is held against the limit: of each document up to its share."""
    held: dict[str, Load] = dataclasses.field(default_factory=dict)
    """By each tenant, of those that hold any of it."""
    requests: int = 0
    leaving: bool = False
    """Readiness fails, requests are still let in: proxies hear of it a little later."""
    draining: bool = False
    """No request is let in."""
    running: deadlines.Running = dataclasses.field(default_factory=deadlines.Running)
    accounts: quotas.Accounts = dataclasses.field(default_factory=quotas.Accounts)
    idle: asyncio.Event = dataclasses.field(default_factory=asyncio.Event)
    """Set by the end of the last request that was let in, once `draining`."""

    @contextlib.contextmanager
    def admit(self, caller: callers.Caller, seconds: int, size: int) -> Iterator["Ticket"]:
        """A request with a file of so many bytes waits from now on until it ends; as one page of the mean size, until it is
        known what it has.

        Raises `errors.Unavailable` while draining, `errors.Overloaded` where as much waits as may, `errors.DuplicateRequest`,
        `errors.QuotaExceeded`.
        """
        if self.draining:
            raise _ending("this pod is about to end; ask again")
        with self.running.entered(caller, seconds) as deadline:
            ticket = Ticket(self, deadline, self.accounts.allowance(caller.key.name, caller.key.quota), caller.key.name)
            ticket.take(1, self.rate.page_pixels, size)
            self.requests += 1
            try:
                with ticket.allowance.entered():
                    yield ticket
            finally:
                ticket.leave()
                self.requests -= 1
                self._tell_if_idle()

    def drop(self) -> None:
        """End every request now: the pod's time is over."""
        self.running.end_all(lambda: _ending("this pod had to end before the document was read; ask again"))

    def drain(self) -> None:
        """Let no request in any more."""
        self.draining = True
        self._tell_if_idle()

    def refuse_if_full(self, tenant: str, wanted: Load, held: Load) -> None:
        """Whether a document may take this, capped as it is, for what it holds. Raises `errors.Overloaded`.

        Where there are API keys, one may hold no more than it leaves free beside another document of its own: alone half of the
        queue, beside a second greedy one a third, so that there is always room for whoever comes next.
        https://doi.org/10.1109/90.664262 (dynamic queue length thresholds)
        """
        theirs = self.held.get(tenant, Load())
        alone = not tenant or theirs == held
        for measure in _MEASURES:
            wish, limit = measure.of(wanted), measure.of(self.limit)
            more = wish - measure.of(held)
            free = limit - measure.of(self.counted) - more
            if more > 0 and free < 0:
                raise self._overloaded(f"{measure.told(wish)} more among at most {limit / measure.size:g} {measure.unit}")
            if more > 0 and not alone and measure.of(theirs) + more > free:
                holds = f"{measure.told(measure.of(theirs))} of {limit / measure.size:g} {measure.unit}"
                raise self._overloaded(f"{measure.told(wish)} more of an API key that holds {holds}")

    def hold(self, tenant: str, more: Load, less: Load) -> None:
        """Of a document, in place of what it held."""
        self.counted = self.counted.plus(more, less)
        theirs = self.held.pop(tenant, Load()).plus(more, less)
        if theirs != Load():
            self.held[tenant] = theirs

    def _overloaded(self, wish: str) -> errors.Overloaded:
        """With the time after which what is counted will have been read."""
        wait = self.counted.pixels / self.rate.pixels_per_second
        return errors.Overloaded(
            f"{self.waiting} pages wait, there is no room for {wish}; come again in about {max(wait, 1):.0f} s",
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
    """One request's place: its pages that still wait, and its time."""

    admission: Admission
    deadline: deadlines.Deadline
    allowance: quotas.Allowance
    tenant: str
    left: int = 0
    """Pages."""
    counted: Load = Load()
    _page_pixels: int = 0
    """Of the page that was looked at last: those that nobody looked at yet are taken to be as large."""
    _size: int = 0

    def take(self, pages: int, page_pixels: int | None, size: int) -> None:
        """It is known now what there is; None: not how large its pages are. Raises `errors.Overloaded`."""
        page_pixels = page_pixels or self._page_pixels
        self.admission.refuse_if_full(self.tenant, self._load(pages, page_pixels, size), self.counted)
        self._page_pixels, self._size = page_pixels, size
        self._hold(pages)

    def measured(self, page_pixels: int) -> None:
        """A page that is about to be decoded has so many pixels."""
        self._page_pixels = page_pixels
        self._hold(self.left)

    def done(self) -> None:
        """One page waits no more."""
        self._hold(self.left - 1)

    def leave(self) -> None:
        """Nothing waits any more, and the file is gone."""
        self._size = 0
        self._hold(0)

    def _hold(self, pages: int) -> None:
        load = self._load(pages, self._page_pixels, self._size)
        self.admission.waiting += pages - self.left
        self.admission.hold(self.tenant, load, self.counted)
        self.left, self.counted = pages, load

    def _load(self, pages: int, page_pixels: int, size: int) -> Load:
        share = self.admission.limit.share()
        places = min(pages, share.pages)
        return Load(places, places * page_pixels, size).capped(share)


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


@dataclasses.dataclass(frozen=True, slots=True)
class Room:
    """Memory for decoded pages, in pixels: small ones have their own and wait for no large one."""

    large: Budget
    small: Budget

    @classmethod
    def of(cls, pixels: int) -> "Room":
        """So much for each."""
        return cls(Budget(pixels), Budget(pixels))

    def take(self, pixels: int) -> contextlib.AbstractAsyncContextManager["Holding"]:
        """As `Budget.take`, for a page."""
        return (self.small if pixels <= _SMALL else self.large).take(pixels)


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
