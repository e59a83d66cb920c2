"""What the engine does next: fair among requests, lines batched across them. Pure; `worker` asks under its lock.

Each request has a share. Whose share was given the least so far is served next, so a book and a line of text side by side each
get half of the engine, and the line is done at once. Short requests go one after the other to their end, the shortest before
those that came a little earlier: of 256 whose pages were all looked at first, none was answered for four seconds. Lines that go
through the same model at the same width share a batch, whoever's they are; while one is not full, a few more short pages are
looked at.

All that is among the requests of one tenant. Of several, the one that was given the least is served next (`tenants`).
"""

import collections
import dataclasses
import enum
from collections.abc import Hashable, Iterable, Iterator
from typing import Generic, TypeVar

from kubeocr_runtime import tenants

Owner = TypeVar("Owner")
LONG = 60_000
"""Pixels of a page whose lines are to be found: more takes longer than a line of text may be kept waiting."""


class Priority(enum.Enum):
    """How much of the engine a request gets beside others."""

    HIGH = 8
    NORMAL = 4
    LOW = 1


_PAST = 16
"""Short pages that may be looked at before lines, for each line that a batch takes: widths differ, and with fewer most lines
are read alone."""
_FIRST = LONG / Priority.NORMAL.value
"""What a share is given in the order in which they came, before it takes turns."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Piece(Generic[Owner]):
    """Work that is done in one go: finding a page's lines (`batch` is None), or reading one of them."""

    owner: Owner
    """The page."""
    pixels: int
    """The measure of the engine's time: those of a line as its model sees it, or as many as take equally long."""
    index: int = 0
    """Of the line in its page."""
    batch: Hashable = None
    """What may share a batch with it: the same recogniser and width."""
    budget: int = 0
    """Pixels of a batch beyond which a larger one is no faster."""

    @property
    def is_long(self) -> bool:
        """Whether others may have to be kept from waiting for it."""
        return self.batch is None and self.pixels >= LONG


class Share(Generic[Owner]):
    """What one request waits for, and what it was given."""

    def __init__(self, priority: Priority = Priority.NORMAL, tenant: str = "") -> None:
        self.priority = priority
        self.tenant = tenant
        self.given = 0.0
        """Pixels by priority."""
        self.came = 0.0
        """What it would have been given when it came."""
        self.head_start = 0.0
        """Of its page when it came, before those who were given as much: the shorter it is, the more."""
        self.doing = 0
        """Pieces of it that are being done."""
        self.passed = 0
        """Pages that were looked at while its lines waited for more."""
        self.pages: collections.deque[Piece[Owner]] = collections.deque()
        self.lines: collections.deque[Piece[Owner]] = collections.deque()

    @property
    def waits(self) -> bool:
        """Whether anything of it waits."""
        return bool(self.pages or self.lines)

    @property
    def takes_turns(self) -> bool:
        """Whether it was given too much to go to its end."""
        return self.given - self.came >= _FIRST

    @property
    def takes_long(self) -> bool:
        """Whether others' lines had better not wait for what it has next."""
        return self.takes_turns or (not self.lines and self.pages[0].is_long)

    @property
    def place(self) -> tuple[float, bool]:
        """In the line; until it is given much, it is where it was when it came."""
        return (self.given, True) if self.takes_turns else (self.came - self.head_start, False)


class Schedule(Generic[Owner]):
    """All shares of which something waits or is being done."""

    def __init__(self, streams: int = 1) -> None:
        self.streams = streams
        """Pieces that are computed at the same time."""
        self._shares: dict[Share[Owner], None] = {}
        self._tenants = tenants.Tenants()
        self._taken: dict[Piece[Owner], Share[Owner]] = {}
        """What is being done, and whose it is."""
        self._lines: collections.Counter[Hashable] = collections.Counter()
        """Pixels that wait, by what may share a batch."""
        self._given: dict[str, float] = collections.defaultdict(float)
        """What a share of a tenant's would have been given that was there from the start."""
        self._weights: collections.Counter[str] = collections.Counter()
        """Priorities of a tenant's shares together."""
        self._long = 0
        """Long pieces that are being done."""

    def add(self, share: Share[Owner], pieces: Iterable[Piece[Owner]]) -> None:
        """They wait from now on. A share that comes back has no claim to what it could have had while it was away."""
        pieces = tuple(pieces)
        level = self._given[share.tenant]
        if share not in self._shares and share.given <= level:
            share.given = share.came = level
            share.head_start = max(0.0, _FIRST - sum(piece.pixels for piece in pieces) / share.priority.value)
        for piece in pieces:
            (share.pages if piece.batch is None else share.lines).append(piece)
            self._lines[piece.batch] += piece.pixels if piece.batch is not None else 0
        self._keep(share)

    def take(self) -> tuple[Piece[Owner], ...]:
        """What is to be done next, in one go; empty where nothing is. A page's lines go before its share's next page.

        One stream is kept from long pieces, so that what is short never waits for one to end.
        """
        ordered = sorted((share for share in self._shares if share.waits), key=self._place)
        passed: list[Share[Owner]] = []
        for share in ordered:
            if passed and not self._may_pass(share, passed[0]):
                break
            if self._hopes_for_more(share):
                passed.append(share)
            elif share.lines:
                return self._batch(share, ordered)
            elif not self._long or self._long + 1 < self.streams or not share.pages[0].is_long:
                return self._page(share, passed)
        return self._batch(passed[0], ordered) if passed else ()

    def done(self, pieces: tuple[Piece[Owner], ...]) -> None:
        """What was taken."""
        self._long -= pieces[0].is_long
        for piece in pieces:
            share = self._taken.pop(piece)
            share.doing -= 1
            self._keep(share)

    def drop(self, share: Share[Owner], owner: Owner) -> None:
        """Nobody waits for what is left of this owner."""
        for piece in share.lines:
            self._lines[piece.batch] -= piece.pixels if piece.owner is owner else 0
        share.pages = collections.deque(piece for piece in share.pages if piece.owner is not owner)
        share.lines = collections.deque(piece for piece in share.lines if piece.owner is not owner)
        self._keep(share)

    def _keep(self, share: Share[Owner]) -> None:
        """As long as there is anything of it."""
        stays, was_there = share.waits or share.doing > 0, share in self._shares
        if stays and not was_there:
            self._shares[share] = None
            self._tenants.enter(share.tenant)
            self._weights[share.tenant] += share.priority.value
        elif was_there and not stays:
            del self._shares[share]
            self._tenants.leave(share.tenant)
            self._weights[share.tenant] -= share.priority.value

    def _place(self, share: Share[Owner]) -> tuple[float, tuple[float, bool]]:
        """In the line: its tenant's first, then its own among theirs."""
        return self._tenants.given(share.tenant), share.place

    def _may_pass(self, share: Share[Owner], first: Share[Owner]) -> bool:
        """Whether a page of it may be looked at while the lines of the first wait for more to share their batch."""
        return not share.takes_long and self._tenants.is_level(share.tenant, first.tenant)

    def _hopes_for_more(self, share: Share[Owner]) -> bool:
        """Whether a short request's lines do not fill a batch, and not too many pages went past them."""
        if share.takes_turns or not share.lines:
            return False
        first = share.lines[0]
        full = self._lines[first.batch] + first.pixels > first.budget
        return not full and share.passed < _PAST * (first.budget // first.pixels)

    def _page(self, share: Share[Owner], passed: Iterable[Share[Owner]]) -> tuple[Piece[Owner], ...]:
        piece = share.pages.popleft()
        self._long += piece.is_long
        self._charge(share, piece)
        for other in passed:
            other.passed += 1
        return (piece,)

    def _batch(self, leader: Share[Owner], ordered: Iterable[Share[Owner]]) -> tuple[Piece[Owner], ...]:
        first = leader.lines[0]
        shares = [leader, *(other for other in ordered if other is not leader)]
        chosen = list(cut(((share, piece) for share in shares for piece in share.lines), first))
        for share, piece in chosen:
            share.lines.remove(piece)
            share.passed = 0
            self._lines[piece.batch] -= piece.pixels
            self._charge(share, piece)
        return tuple(piece for _, piece in chosen)

    def _charge(self, share: Share[Owner], piece: Piece[Owner]) -> None:
        self._taken[piece] = share
        share.doing += 1
        share.given += piece.pixels / share.priority.value
        self._tenants.charge(share.tenant, piece.pixels)
        self._given[share.tenant] += piece.pixels / self._weights[share.tenant]


Waiting = tuple[Share[Owner], Piece[Owner]]


def cut(waiting: Iterable[Waiting[Owner]], first: Piece[Owner]) -> Iterator[Waiting[Owner]]:
    """The batch that `first`, itself the first that waits, leads: what may share one with it, as long as its budget lasts."""
    left = max(first.budget, first.pixels)
    for share, piece in waiting:
        if piece.batch == first.batch:
            yield share, piece
            left -= piece.pixels
        if left < first.pixels:
            return
