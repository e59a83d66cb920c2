"""How fast pages are read: what was completed, over the time that something was being read. `turns` tells, `admission` asks."""

import collections
import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterator

_START_PIXELS = 4_000_000
"""Of a page, until the first was read: A4 at 200 dpi."""
_START_SECONDS = 1.0
"""Which such a page takes, until the first was read."""
_PAGES = 8
_SECONDS = 10.0
"""What is remembered: so many pages at least, and what was completed in so much time: slow pages are remembered for longer."""
_MOMENT = 0.05
"""Seconds within which completions count as one: a batch is in the window as a whole or not at all."""


@dataclasses.dataclass(slots=True)
class _Mark:
    """What was completed at a moment, in seconds of work since the start."""

    at: float
    pages: int
    pixels: int


class Rate:
    """Pixels a second, whoever reads them and however many pages at once: a mean of pages' durations would not tell that.

    Time counts only while a page is being read. What was completed longest ago falls out of the window, and with it the values
    to start with.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._worked = 0.0
        self._since = 0.0
        self._reading = 0
        # the window is what came after the first mark
        self._marks = collections.deque([_Mark(-_START_SECONDS, 0, 0), _Mark(0.0, 1, _START_PIXELS)])
        self._pages, self._pixels = 1, _START_PIXELS

    @property
    def pixels_per_second(self) -> float:
        """Above 0."""
        return self._pixels / (self._now() - self._marks[0].at)

    @property
    def page_pixels(self) -> int:
        """Of a page, in the mean."""
        return self._pixels // self._pages

    @contextlib.contextmanager
    def reading(self, pixels: int) -> Iterator[None]:
        """Around the reading of one page of so many pixels; one that fails or is given up was not completed."""
        if not self._reading:
            self._since = self._clock()
        self._reading += 1
        try:
            yield
            self._complete(self._now(), pixels)
        finally:
            self._worked = self._now()
            self._since = self._clock()
            self._reading -= 1

    def _now(self) -> float:
        return self._worked + (self._clock() - self._since if self._reading else 0.0)

    def _complete(self, now: float, pixels: int) -> None:
        last = self._marks[-1]
        if now - last.at < _MOMENT and len(self._marks) > 2:
            last.pages += 1
            last.pixels += pixels
        else:
            self._marks.append(_Mark(now, 1, pixels))
        self._pages += 1
        self._pixels += pixels
        self._forget(now)

    def _forget(self, now: float) -> None:
        """Drop the oldest mark as long as what stays is enough."""
        while now - self._marks[1].at >= _SECONDS and self._pages - self._marks[1].pages >= _PAGES:
            self._marks.popleft()
            self._pages -= self._marks[0].pages
            self._pixels -= self._marks[0].pixels
