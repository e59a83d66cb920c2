"""Requests that came when the queue was full, in the log: how many, once a second, and not a line for each. Asked by `app`.

There are most of them when there is least time for them; a line for each took a quarter of the event loop's time for it.
"""

import logging
import time
from collections.abc import Callable

LOG = logging.getLogger("kubeocr.refusals")
_SECONDS = 1.0


class Refusals:
    """Counts them until the next line."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._count = 0
        self._told = -_SECONDS

    def note(self) -> None:
        """One more. The first is told at once; the last ones of a rush are told with the next one, and in the metrics."""
        self._count += 1
        if self._clock() - self._told >= _SECONDS:
            LOG.info("refused=%d the queue is full", self._count)
            self._count, self._told = 0, self._clock()
