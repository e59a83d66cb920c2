"""The OCR server's API as its callers know it: paths, errors, and the JSON around a request (which itself is `jobs`).

Keys that are ours only add to theirs.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kubeocr_contract import jobs, names

PREFIX = "/api/v1"
READING = (f"{PREFIX}/ocr", f"{PREFIX}/process")
"""The route that reads, and its old name."""
SUMMARY = f"{names.REQUESTS}/status/summary"
CLEANUP = f"{names.REQUESTS}/cleanup"
QUEUE = f"{PREFIX}/queue-status"
ACTIVE = f"{PREFIX}/active-requests"
CLEAR = f"{PREFIX}/clear-completed"
TIMEOUTS = f"{PREFIX}/timeout-settings"
UPDATE_TIMEOUTS = f"{PREFIX}/update-timeout-settings"
HEARTBEAT = f"{PREFIX}/heartbeat"
CLIENT = f"{PREFIX}/client-status"
DISCONNECT = f"{PREFIX}/disconnect"
LOGS = f"{PREFIX}/logs"
CONVERT = f"{PREFIX}/convert"
CONVERT_STATUS = f"{CONVERT}/status"
DOWNLOAD = f"{CONVERT}/download"

IMAGE, TIMEOUT, CLIENT_ID, WEBHOOK = "image", "timeout", "client_id", "webhook"
"""Fields of a request's JSON, the last two of them ours."""
IDEMPOTENCY_KEY = "Idempotency-Key"
"""Header: a request that is sent again under the same one is the same request."""
_CODES = {
    "invalid_field": "VALIDATION_ERROR",
    "unsupported_media_type": "VALIDATION_ERROR",
    "invalid_body": "INVALID_REQUEST",
    "unavailable": "SERVICE_UNAVAILABLE",
    "internal": "INTERNAL_ERROR",
}
"""Ours -> theirs, where theirs is not ours in capital letters."""
_STATUSES = {415: 422, 504: 503}
_ENCODED = frozenset({"invalid_image_url", "invalid_base64"})
"""What is wrong with how a file is sent, not with what it is: 400 there."""


def speaks(path: str) -> bool:
    """Whether whoever asks for a path expects this API's errors; some of its paths are OpenAI's (`openai.speaks`)."""
    return path.startswith(f"{PREFIX}/")


def status(ours: int, code: str) -> int:
    """Of an error."""
    return 400 if code in _ENCODED else _STATUSES.get(ours, ours)


def code(ours: str) -> str:
    """As callers of this API know it."""
    return _CODES.get(ours, ours.upper())


def error(ours: str, message: str, /, **details: object) -> dict[str, object]:
    """The body of an error."""
    issue = {"issue": message} if "field" in details else {}
    return {"error": {"code": code(ours), "message": message, "details": {**details, **issue}}}


def fault(ours: str, message: str, details: Mapping[str, object]) -> dict[str, object]:
    """`error` of a request that failed: `details` is a text there, and what programs need of it is `context`."""
    told = "OCR_ENGINE_ERROR" if ours == "internal" else code(ours)
    text = "; ".join(f"{name}: {value}" for name, value in details.items()) or message
    return {"code": told, "message": message, "details": text, "context": dict(details)}


def result(text: str, confidence: float, layout: Mapping[str, Sequence[object]]) -> dict[str, Any]:
    """Of a document that was read; `layout` has blocks, lines and words (`piece`)."""
    return {"text": text, "confidence": confidence, "layout": {part: list(found) for part, found in layout.items()}}


def piece(text: str, confidence: float, box: tuple[int, int, int, int], page: int) -> dict[str, Any]:
    """A block, a line or a word; `box` is left, top, right and bottom in pixels of the page as it was sent."""
    return {"bbox": list(box), "text": text, "confidence": confidence, "page": page}


def done(request: jobs.Request) -> dict[str, Any]:
    """The answer to an order that is done by then."""
    told = request.json()
    return {**told, "processing_time_seconds": told.get("processing_time_seconds", 0.0)}


def queued(request: jobs.Request) -> dict[str, Any]:
    """The answer to an order that takes longer: `status` is what callers look for, `state` what is the case."""
    waits = request.status == jobs.QUEUED
    return {
        "request_id": request.id,
        "status": jobs.QUEUED,
        "message": "Request added to processing queue" if waits else "Request is being processed",
        "estimated_wait_time": round(request.wait),
        "queue_position": request.position,
        "state": request.status,
        "progress": request.progress,
        "created_at": jobs.moment(request.created),
        "check_status_url": f"{names.REQUESTS}/{request.id}",
    }


def cancelled(request_id: str, at: float, reason: str) -> dict[str, Any]:
    """The answer to the DELETE of one; `at` is seconds since the epoch."""
    told = {"request_id": request_id, "status": jobs.CANCELLED, "cancelled_at": jobs.moment(at), "reason": reason}
    return {**told, "message": "Request cancelled successfully"}


def converting(session: str, filename: str, media: str) -> dict[str, Any]:
    """The answer to a file that is to be converted."""
    return {
        "status": "success",
        "session_id": session,
        "filename": filename,
        "mime_type": media,
        "message": "File uploaded and queued for processing",
        "check_status_url": f"{CONVERT_STATUS}/{session}",
    }


def conversion(request: jobs.Request, url: str | None, expires: float | None) -> dict[str, Any]:
    """Where a conversion stands; `url` of its result, which can be fetched until `expires` (since the epoch)."""
    told = request.json()
    del told["result"]
    return {
        "session_id": told.pop("request_id"),
        **told,
        "progress": request.progress,
        "download_url": url,
        "expires_at": jobs.moment(expires) if expires is not None else None,
    }


def page_of(entries: Iterable[Mapping[str, object]], total: int, limit: int, offset: int) -> dict[str, Any]:
    """A part of a list of requests."""
    listed = list(entries)
    more = offset + len(listed) < total
    return {"requests": listed, "pagination": {"total": total, "limit": limit, "offset": offset, "has_more": more}}


def summary(counts: Mapping[str, int], seconds: Sequence[float], *, healthy: bool, now: float) -> dict[str, Any]:
    """How requests went; `seconds` are what those took that were completed last."""
    over = sum(counts[state] for state in (jobs.COMPLETED, jobs.FAILED, jobs.TIMEOUT))
    return {
        "total_requests": sum(counts.values()),
        "completed_requests": counts[jobs.COMPLETED],
        "pending_requests": counts[jobs.QUEUED],
        "processing_requests": counts[jobs.PROCESSING],
        "failed_requests": counts[jobs.FAILED],
        "cancelled_requests": counts[jobs.CANCELLED],
        "timeout_requests": counts[jobs.TIMEOUT],
        "average_processing_time": round(sum(seconds) / len(seconds), 3) if seconds else 0.0,
        "success_rate": round(counts[jobs.COMPLETED] / over, 4) if over else 1.0,
        "queue_length": counts[jobs.QUEUED],
        "system_status": health(healthy=healthy),
        "last_updated": jobs.moment(now),
    }


def health(*, healthy: bool) -> str:
    """Whether anybody does what is queued."""
    return "healthy" if healthy else "degraded"


def cleared(key: str, count: int, remaining: int, message: str) -> dict[str, Any]:
    """What was forgotten; `key` is cleaned_requests or cleared_requests."""
    return {key: count, "remaining_requests": remaining, "message": message}
