"""Where a job stands and how long it takes from there. Pure; the figures are a ledger's."""

import dataclasses
import statistics
from collections.abc import Iterable

from kubeocr_contract import jobs
from kubeocr_runtime.jobs import ledger, orders

_START_SECONDS = 5.0
"""That a job is taken to need until the first was done: a few pages."""


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One owner's jobs that wait."""

    owner: str
    waiting: int
    running: int
    served: int
    """Grows each time one of them is begun, over all owners: the smallest was served longest ago."""
    first: int
    """Number of the one that came first, over all owners."""

    @property
    def turn(self) -> tuple[int, int, int]:
        """Whose is smaller is served before."""
        return self.running, self.served, self.first


def position(ahead: int, mine: Line, others: Iterable[Line]) -> int:
    """Of a job with so many of its owner's before it: owners take turns, so each other one begins as many, or one more."""
    return 1 + ahead + sum(min(x.waiting, ahead + (x.turn < mine.turn)) for x in others)


def wait_seconds(place: int, pace: ledger.Pace) -> float:
    """Until a job in this position is begun."""
    slots = max(1, pace.slots)
    free = max(0, slots - pace.processing)
    return max(0, place - free) * _seconds(pace) / slots


def rest_seconds(job: orders.Job, pace: ledger.Pace, now: float) -> float:
    """Until a job that is processed is done."""
    if job.state != jobs.PROCESSING or job.started is None:
        return 0.0
    took = max(0.0, now - job.started)
    if job.pages and job.pages_done:
        return took / job.pages_done * (job.pages - job.pages_done)
    return max(0.0, _seconds(pace) - took)


def _seconds(pace: ledger.Pace) -> float:
    """Of a job: the mean tells how fast a line moves, the median would not."""
    return statistics.fmean(pace.seconds) if pace.seconds else _START_SECONDS
