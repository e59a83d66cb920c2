"""Which services are due: each key at most once in line and at most once in work, failures later and later.

Filled by the watches (handlers.py), drained by the workers (workers.py); it does not know what a reconcile is. The semantics
are those of client-go's workqueue, in memory only: nothing is written to wake up.
https://pkg.go.dev/k8s.io/client-go/util/workqueue
"""

import asyncio
import dataclasses
import heapq
import random
import time
from collections.abc import Callable


@dataclasses.dataclass(frozen=True, order=True, slots=True)
class Key:
    """What is reconciled: one OCRService."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Backoff:
    """Delays after 1, 2, 3… failures in a row: `first` seconds, doubled each time up to `most`, less up to half at random."""

    first: float = 1.0
    most: float = 300.0

    def delay(self, failures: int, chance: float) -> float:
        """Seconds to wait after so many failures in a row; `chance` within 0 to 1."""
        return min(self.most, self.first * 2.0 ** min(failures - 1, 32)) * (1 - chance / 2)


class WorkQueue:
    """Keys in the order in which they became due. Belongs to one event loop."""

    def __init__(
        self,
        *,
        backoff: Backoff | None = None,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`clock` counts seconds, `chance` is uniform within 0 to 1."""
        self._backoff, self._clock, self._chance = backoff or Backoff(), clock, chance
        self._ready: dict[Key, float] = {}
        self._working: set[Key] = set()
        self._again: set[Key] = set()
        self._due: dict[Key, float] = {}
        self._timetable: list[tuple[float, Key]] = []
        self._failures: dict[Key, int] = {}
        self._news = asyncio.Event()
        self._finished = clock()

    def __len__(self) -> int:
        """Keys that could be worked on now, if there were a worker."""
        return len(self._ready) + len(self._again)

    @property
    def waiting(self) -> float:
        """Seconds for which keys have been in line without one being finished; 0 where none waits. Large means stuck."""
        oldest = next(iter(self._ready.values()), None)
        return 0.0 if oldest is None else self._clock() - max(oldest, self._finished)

    def add(self, key: Key) -> None:
        """Makes a key due now, or once more after the work on it that is under way."""
        self._due.pop(key, None)
        if key in self._working:
            self._again.add(key)
        elif key not in self._ready:
            self._ready[key] = self._clock()
            self._news.set()

    def add_after(self, key: Key, delay: float) -> None:
        """Makes a key due in so many seconds, unless something makes it due earlier."""
        due = self._clock() + delay
        if key not in self._ready and due < self._due.get(key, float("inf")):
            self._due[key] = due
            heapq.heappush(self._timetable, (due, key))
            self._news.set()

    async def get(self) -> Key:
        """The next key, once one is due. The caller owes a `done`."""
        while True:
            self._call_due()
            if self._ready:
                return self._take()
            self._news.clear()
            await self._wait()

    def done(self, key: Key) -> None:
        """The work on a key is over, however it went; it is in line again if it was added meanwhile."""
        self._working.discard(key)
        self._finished = self._clock()
        if key in self._again:
            self._again.discard(key)
            self.add(key)

    def succeeded(self, key: Key) -> None:
        """Forgets the failures of a key."""
        self._failures.pop(key, None)

    def failed(self, key: Key, *, at_least: float = 0.0) -> None:
        """Makes a key due after the delay that its failures in a row call for, and no sooner than `at_least` seconds."""
        self._failures[key] = self._failures.get(key, 0) + 1
        self.add_after(key, max(at_least, self._backoff.delay(self._failures[key], self._chance())))

    def _take(self) -> Key:
        key = next(iter(self._ready))
        del self._ready[key]
        self._working.add(key)
        return key

    def _call_due(self) -> None:
        now = self._clock()
        while self._timetable and self._timetable[0][0] <= now:
            due, key = heapq.heappop(self._timetable)
            if self._due.get(key) == due:
                self.add(key)

    async def _wait(self) -> None:
        timeout = max(0.0, self._timetable[0][0] - self._clock()) if self._timetable else None
        try:
            await asyncio.wait_for(self._news.wait(), timeout)
        except TimeoutError:
            return
