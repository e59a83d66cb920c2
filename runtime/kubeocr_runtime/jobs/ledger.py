"""Where jobs are kept: what every implementation does, whoever asks it (`sqlite` in one pod, `redis` for several).

Every operation is done as a whole or not at all, whatever ends in the middle of it. Each raises `errors.QueueUnavailable` where
the ledger cannot be asked now: whether it was done is not known then, and it is safe to ask again. What is kept here is small;
files lie in the store (`files`).

An owner sees no job but its own; `None` in place of an owner is whoever looks after the service.
"""

import dataclasses
from collections.abc import Collection, Mapping
from typing import Protocol

from kubeocr_contract import jobs
from kubeocr_runtime.jobs import orders

Owner = str | None


class LeaseLost(Exception):
    """The job is somebody else's by now, or over: whoever hears this writes nothing more of it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Added:
    """What became of an order."""

    job: orders.Job
    is_new: bool
    """False: the job was there, under the order's id or its idempotency key. The file that came with this one is not needed
    where the ids differ."""


@dataclasses.dataclass(frozen=True, slots=True)
class Worker:
    """A process that does jobs."""

    name: str
    slots: int
    """Jobs that it does at the same time."""


@dataclasses.dataclass(frozen=True, slots=True)
class Claim:
    """A job in somebody's hands until its lease ends, unless it is renewed before."""

    job: orders.Job
    token: str
    """No two claims have the same: it fences off who held the job before."""
    done: Mapping[int, str]
    """Page (from 1) -> the name under which earlier attempts kept it: it is not read again."""


@dataclasses.dataclass(frozen=True, slots=True)
class Ending:
    """How a job ends by its worker's word."""

    state: str
    result: str = ""
    fault: orders.Fault | None = None

    @classmethod
    def completed(cls, result: str) -> "Ending":
        """With the name of a result in the job's folder."""
        return cls(jobs.COMPLETED, result)

    @classmethod
    def failed(cls, fault: orders.Fault) -> "Ending":
        """With what is wrong with it: another attempt would fail likewise."""
        return cls(jobs.FAILED, fault=fault)

    @classmethod
    def late(cls, fault: orders.Fault) -> "Ending":
        """It took longer than it may."""
        return cls(jobs.TIMEOUT, fault=fault)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which jobs are wanted, the newest first. Times are seconds since the epoch."""

    states: frozenset[str] = frozenset(jobs.STATES)
    client: str | None = None
    """None: whoever's."""
    created_from: float = 0.0
    created_before: float = float("inf")
    limit: int = 50
    offset: int = 0


@dataclasses.dataclass(frozen=True, slots=True)
class Listing:
    """A part of the jobs that a query finds."""

    jobs: tuple[orders.Job, ...]
    total: int
    """How many it finds in all."""


@dataclasses.dataclass(frozen=True, slots=True)
class Pace:
    """How fast jobs are done at present, whoever's they are."""

    slots: int
    """Of all workers that were heard of lately."""
    processing: int
    seconds: tuple[float, ...]
    """That the jobs took which were completed last, the newest first; empty before the first."""


@dataclasses.dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found."""

    back_in_line: tuple[str, ...] = ()
    """Their workers were gone."""
    parked: tuple[str, ...] = ()
    """Likewise, after as many attempts as they had: failed."""
    waited_too_long: tuple[str, ...] = ()
    forgotten: tuple[str, ...] = ()
    """Their retention was over: their folders in the store are to be deleted."""

    @property
    def more(self) -> bool:
        """Whether another sweep is due at once: each takes but a bounded number."""
        return any(len(x) >= SWEEP for x in (self.back_in_line, self.parked, self.waited_too_long, self.forgotten))


SWEEP = 100
"""Jobs of each kind that one sweep takes at most, so that it keeps no other operation waiting."""
RECENT = 64
"""Completed jobs that `Pace` tells of."""
PRESENT_SECONDS = 15.0
"""For so long a worker counts as there after it was heard of last."""
GONE_SECONDS = 30 * 86_400.0
"""For so long a job that was forgotten is told apart from one that never was."""


class Ledger(Protocol):
    """All jobs. Times are those of the clock that it was made with."""

    async def open(self) -> None:
        """Before anything else; where it is away it is tried again by whatever is asked later."""
        ...

    async def close(self) -> None:
        """Nothing is asked any more."""
        ...

    async def add(self, order: orders.Order) -> Added:
        """Take an order; once this returns, it is not lost. The file has to lie in the store by then.

        An order with an id that is known is that job. So is one whose owner sent its idempotency key before, if it asks for the
        same (`Order.content`). Raises `errors.IdempotencyConflict` where it asks for something else.
        """
        ...

    async def claim(self, worker: Worker, lease_seconds: float) -> Claim | None:
        """The job that is next in line, processing from now on; None where none waits.

        Next is the owner of whose jobs the fewest are processed, of several the one that was served longest ago; and of an
        owner's jobs the one that came first.
        """
        ...

    async def renew(self, worker: Worker, claims: Collection[Claim], lease_seconds: float) -> frozenset[str]:
        """Hold on to jobs for so long from now; the tokens of those that are still held.

        One that is not is somebody else's or over (cancelled, say). Also tells that the worker is there: it asks every half a
        second, with no claim too.
        """
        ...

    async def begin(self, claim: Claim, pages: int) -> None:
        """So many pages the document has. Raises `LeaseLost`."""
        ...

    async def checkpoint(self, claim: Claim, page: int, name: str) -> None:
        """A page (from 1) is done: it lies in the job's folder under that name, and no attempt does it again.

        One that was done before stays as it was kept first. Raises `LeaseLost`.
        """
        ...

    async def end(self, claim: Claim, ending: Ending) -> orders.Job:
        """The job is over. Said again by the same claim, it changes nothing. Raises `LeaseLost`."""
        ...

    async def give_back(self, claim: Claim, fault: orders.Fault | None = None) -> orders.Job:
        """Back in line, in the place that its age gives it, to be tried again. Raises `LeaseLost`.

        Without a fault the attempt does not count: the worker has to end. With one, and after as many attempts as the order
        has, the job is parked: failed with that fault.
        """
        ...

    async def cancel(self, owner: Owner, job_id: str, reason: str) -> orders.Job:
        """It is over, if it was not; who processes it hears so by `renew`. Raises as `find`."""
        ...

    async def find(self, owner: Owner, job_id: str) -> orders.Job:
        """A job. Raises `errors.RequestNotFound` for one that never was or is another owner's, `errors.RequestGone`."""
        ...

    async def wait(self, owner: Owner, job_id: str, version: int, seconds: float) -> orders.Job:
        """The job as soon as its version is above the one given, or after so long as it is. Raises as `find`."""
        ...

    async def select(self, owner: Owner, query: Query) -> Listing:
        """Some of the jobs."""
        ...

    async def counts(self, owner: Owner) -> Mapping[str, int]:
        """State -> how many jobs are in it; every state is there."""
        ...

    async def position(self, owner: Owner, job_id: str) -> int:
        """How many jobs are begun until this one is, itself included, if no other comes; 0 where it does not wait.

        Raises as `find`.
        """
        ...

    async def pace(self) -> Pace:
        """For estimates (`estimates`)."""
        ...

    async def clear(self, owner: Owner, states: frozenset[str], ended_before: float) -> tuple[str, ...]:
        """Forget jobs that are over, up to SWEEP; their ids, whose folders in the store are to be deleted by who asked."""
        ...

    async def sweep(self) -> Swept:
        """Look after what nobody does: lapsed leases, too long a wait, retention. Several may sweep at the same time."""
        ...

    async def known(self, job_ids: Collection[str]) -> frozenset[str]:
        """Which of them are jobs; the others' folders in the store are nobody's."""
        ...

    async def idle(self, seconds: float) -> None:
        """Wait until there may be something to claim, or for so long. Raises nothing."""
        ...
