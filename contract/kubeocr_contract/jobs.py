"""Work that outlives its request, as the jobs API's callers know it: the states of a job and the JSON shapes.

The API's word for a job is request: its keys and paths have it so.
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

from kubeocr_contract import wire

QUEUED, PROCESSING, COMPLETED, FAILED, TIMEOUT = "queued", "processing", "completed", "failed", "timeout"
CANCELLED = wire.CANCELLED
STATES = (QUEUED, PROCESSING, COMPLETED, FAILED, CANCELLED, TIMEOUT)
ENDED = frozenset({COMPLETED, FAILED, CANCELLED, TIMEOUT})
"""States that a job never leaves."""


def moment(seconds: float) -> str:
    """A time since the epoch as ISO 8601 in UTC, to the millisecond."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A job as an answer tells it. Times are seconds since the epoch."""

    id: str
    status: str
    """One of STATES."""
    created: float
    started: float | None = None
    ended: float | None = None
    position: int = 0
    """In line, from 1; 0 where it waits no more."""
    wait: float = 0.0
    """Seconds until it is begun, or (while it is processed) until it is done, as far as can be told."""
    pages: int | None = None
    """In the document; None until it was opened."""
    pages_done: int = 0
    result: Any = None
    error: Mapping[str, object] | None = None
    """`code`, `message`, `details`."""
    reason: str = ""
    """For which it was cancelled."""

    @property
    def progress(self) -> int:
        """Percent of its pages that are done."""
        return 100 if self.status == COMPLETED else 100 * self.pages_done // self.pages if self.pages else 0

    def json(self) -> dict[str, Any]:
        """The answer to who asks for this one."""
        return {
            "request_id": self.id,
            "status": self.status,
            "created_at": moment(self.created),
            "started_at": moment(self.started) if self.started is not None else None,
            "completed_at": moment(self.ended) if self.ended is not None else None,
            **self._so_far(),
            "result": self.result,
            "error": self.error,
        }

    def entry(self) -> dict[str, Any]:
        """Its entry in a list."""
        told = {"request_id": self.id, "status": self.status, "created_at": moment(self.created)}
        return told | self._so_far()

    def _so_far(self) -> dict[str, Any]:
        if self.status == QUEUED:
            return {"queue_position": self.position, "estimated_wait_time": round(self.wait)}
        pages = {"progress": self.progress, "pages_done": self.pages_done, "total_pages": self.pages}
        if self.status == PROCESSING:
            return pages
        cancelled = {"reason": self.reason} if self.status == CANCELLED else {}
        return {**pages, **cancelled, **self._took()}

    def _took(self) -> dict[str, float]:
        if self.started is None or self.ended is None:
            return {}
        return {"processing_time_seconds": round(self.ended - self.started, 3)}
