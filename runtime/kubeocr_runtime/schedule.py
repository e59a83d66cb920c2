"""What the engine does next: fair among requests, lines batched across them. Pure; `worker` asks under its lock.

Each request has a share. Whose share was given the least so far is served next, so a book and a line of text side by side each
get half of the engine, and the line is done at once. Lines that go through the same model at the same width share a batch,
whoever's they are.
"""

import collections
import dataclasses
import enum
from collections.abc import Hashable, Iterable, Iterator
from typing import Generic, TypeVar

Owner = TypeVar("Owner")
LONG = 60_000
"""Pixels of a page whose lines are to be found: more takes longer than a line of text may be kept waiting."""


class Priority(enum.Enum):
    """How much of the engine a request gets beside others."""

    HIGH = 8
    NORMAL = 4
    LOW = 1


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

    def __init__(self, priority: Priority = Priority.NORMAL) -> None:
        self.priority = priority
        self.given = 0.0
        """Pixels by priority."""
        self.pages: collections.deque[Piece[Owner]] = collections.deque()
        self.lines: collections.deque[Piece[Owner]] = collections.deque()

    @property
    def waits(self) -> bool:
        """Whether anything of it waits."""
        return bool(self.pages or self.lines)


class Schedule(Generic[Owner]):
    """All shares of which something waits."""

    def __init__(self, streams: int = 1) -> None:
        self.streams = streams
        """Pieces that are done at the same time."""
        self._shares: dict[Share[Owner], None] = {}
        self._given = 0.0
        """What the share that was served last had been given."""
        self._long = 0
        """Long pieces that are being done."""

    def add(self, share: Share[Owner], pieces: Iterable[Piece[Owner]]) -> None:
        """They wait from now on. A share that comes back has no claim to what it could have had while it was away."""
        if not share.waits:
            share.given = max(share.given, self._given)
        for piece in pieces:
            (share.pages if piece.batch is None else share.lines).append(piece)
        if share.waits:
            self._shares[share] = None

    def take(self) -> tuple[Piece[Owner], ...]:
        """What is to be done next, in one go; empty where nothing is. A page's lines go before its share's next page.

        One stream is kept from long pieces, so that what is short never waits for one to end.
        """
        ordered = sorted(self._shares, key=lambda share: share.given)
        for share in ordered:
            if share.lines:
                return self._batch([share, *(other for other in ordered if other is not share)])
            if not self._long or self._long + 1 < self.streams or not share.pages[0].is_long:
                return self._page(share)
        return ()

    def done(self, pieces: tuple[Piece[Owner], ...]) -> None:
        """What was taken."""
        self._long -= pieces[0].is_long

    def drop(self, share: Share[Owner], owner: Owner) -> None:
        """Nobody waits for what is left of this owner."""
        share.pages = collections.deque(piece for piece in share.pages if piece.owner is not owner)
        share.lines = collections.deque(piece for piece in share.lines if piece.owner is not owner)
        if not share.waits:
            self._shares.pop(share, None)

    def _page(self, share: Share[Owner]) -> tuple[Piece[Owner], ...]:
        piece = share.pages.popleft()
        self._long += piece.is_long
        self._charge(share, piece)
        return (piece,)

    def _batch(self, ordered: list[Share[Owner]]) -> tuple[Piece[Owner], ...]:
        first = ordered[0].lines[0]
        chosen = list(cut(((share, piece) for share in ordered for piece in share.lines), first))
        for share, piece in chosen:
            share.lines.remove(piece)
            self._charge(share, piece)
        return tuple(piece for _, piece in chosen)

    def _charge(self, share: Share[Owner], piece: Piece[Owner]) -> None:
        self._given = max(self._given, share.given)
        share.given += piece.pixels / share.priority.value
        if not share.waits:
            self._shares.pop(share, None)


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
