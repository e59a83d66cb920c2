"""An order for work, and the job that it becomes. Values and what may follow what: pure, and the same for every ledger."""

import dataclasses
import hashlib
import json
import re
import uuid
from collections.abc import Mapping

from kubeocr_contract import jobs
from kubeocr_runtime import errors

_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
NEXT: Mapping[str, frozenset[str]] = {
    jobs.QUEUED: frozenset({jobs.PROCESSING, jobs.CANCELLED, jobs.TIMEOUT}),
    jobs.PROCESSING: frozenset({jobs.QUEUED, *jobs.ENDED}),
    **dict.fromkeys(sorted(jobs.ENDED), frozenset()),
}
"""State of a job -> states that may come next. From processing back to queued: its worker is gone, or it is tried again."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What was asked for. It never changes, and is small: the file lies in the store."""

    id: str
    """Nobody can guess it (`new_id`); also the name of the job's folder in the store."""
    owner: str = ""
    """Name of the API key that it came with; empty where the service has none."""
    route: str
    """Path of the route whose parser reads the fields, and in whose JSON the result is."""
    fields: Mapping[str, str] = dataclasses.field(default_factory=dict)
    file: str
    """Name of the document in the job's folder."""
    digest: str
    """SHA-256 of the document, hexadecimal."""
    size: int
    """Bytes of the document."""
    wait_seconds: float
    """How long it may stand in line before it is given up as `timeout`; anew each time that it comes back there."""
    run_seconds: float
    """How long one attempt may take before it is given up as `timeout`."""
    attempts: int
    """How often it is begun at most; one whose last attempt ended with no word is parked as `failed`."""
    client: str = ""
    """As the client calls itself; empty where it does not."""
    webhook: str = ""
    """URL that is told of the job's end; empty: none is."""
    idempotency_key: str = ""
    """The client's: an order that is sent again under the same one is the same order. Empty: each is its own."""

    @property
    def content(self) -> str:
        """A digest of what is asked for: the same under the same idempotency key, or it is another order. Hexadecimal."""
        asked = json.dumps([self.route, sorted(self.fields.items()), self.digest, self.webhook])
        return hashlib.sha256(asked.encode()).hexdigest()


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """Why a job failed: as its client would have been told by an answer (`errors.OcrError`)."""

    code: str
    message: str
    details: Mapping[str, object] = dataclasses.field(default_factory=dict)

    @classmethod
    def of(cls, error: errors.OcrError) -> "Fault":
        """The same, to be kept."""
        return cls(error.code, error.message, error.details)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """An order and what became of it, as it was when it was looked at. Times are seconds since the epoch."""

    order: Order
    state: str
    """One of `kubeocr_contract.jobs.STATES`."""
    created: float
    version: int
    """Grows with each change of the job; no two of its looks differ under the same one."""
    attempts: int = 0
    """How often it was begun, without those that were handed back because their pod ended."""
    worker: str = ""
    """Who does it, or did it last."""
    started: float | None = None
    """Of the attempt that counts: the last."""
    ended: float | None = None
    pages: int | None = None
    """In the document; None until it was opened."""
    pages_done: int = 0
    """That are kept, in whichever attempt they were read."""
    result: str = ""
    """Name of the result in the job's folder; empty unless it is completed."""
    fault: Fault | None = None
    """Set where it failed or ran out of time."""
    reason: str = ""
    """For which it was cancelled."""

    @property
    def over(self) -> bool:
        """Whether nothing changes any more."""
        return self.state in jobs.ENDED


def new_id() -> str:
    """122 random bits: who does not know it cannot ask for it."""
    return f"req_{uuid.uuid4().hex}"


def is_id(text: str) -> bool:
    """Whether a job may be called this; such a name leads out of no folder."""
    return _ID.fullmatch(text) is not None and text.strip(".") != ""


def may(state: str, following: str) -> bool:
    """Whether a job may go from one state to another."""
    return following in NEXT[state]


def parked(order: Order) -> Fault:
    """Why a job is not begun once more: whoever did it was gone each time."""
    message = f"given up after {order.attempts} attempts, each of which ended with its worker"
    return Fault("worker_lost", message, {"attempts": order.attempts})


def waited_too_long(order: Order) -> Fault:
    """Why a job is not begun at all."""
    return Fault("queue_timeout", f"not begun within {order.wait_seconds:g} s", {"queue_timeout": order.wait_seconds})


def agreed(job: Job, order: Order) -> Job:
    """The job that is there, where an order that comes again asks for the same. Raises `errors.IdempotencyConflict`."""
    if job.order.content == order.content:
        return job
    key = order.idempotency_key[:128]
    raise errors.IdempotencyConflict(
        f"{key!r} is the idempotency key of another request; a new request needs a new one", request_id=job.order.id
    )


def never_known(job_id: str) -> errors.RequestNotFound:
    """For an id that is nobody's, or another owner's: who asks cannot tell which."""
    return errors.RequestNotFound(f"no request named {job_id[:128]!r} is known here")


def gone(job_id: str) -> errors.RequestGone:
    """For one whose retention is over."""
    return errors.RequestGone(f"the request named {job_id} was over for longer than results are kept")
