"""The answers of the routes of requests, and the parts of their description, as OpenAPI has them. Pure; below `schemas`."""

from collections.abc import Mapping
from typing import Any

from kubeocr_contract import jobs, ocr_server
from kubeocr_runtime.requests import timeouts

TEXT: Mapping[str, Any] = {"type": "string"}
COUNT: Mapping[str, Any] = {"type": "integer"}
NUMBER: Mapping[str, Any] = {"type": "number"}
MOMENT: Mapping[str, Any] = {"type": "string", "format": "date-time"}
MAYBE_MOMENT: Mapping[str, Any] = {"type": ["string", "null"], "format": "date-time"}
BOX: Mapping[str, Any] = {"type": "array", "items": COUNT, "description": "left, top, right, bottom"}
_MAYBE_TEXT: Mapping[str, Any] = {"type": ["string", "null"]}
_MAYBE_COUNT: Mapping[str, Any] = {"type": ["integer", "null"]}
_ANYTHING: Mapping[str, Any] = {"type": "object"}


def schemas() -> dict[str, Any]:
    """By name."""
    return {**_one(), **_many(), **_others(), **_logs()}


def ref(name: str) -> dict[str, str]:
    """To one of them."""
    return {"$ref": f"#/components/schemas/{name}"}


def content(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Of an answer, or a body."""
    return {"application/json": {"schema": schema}}


def sent(name: str) -> dict[str, Any]:
    """The body that an operation takes."""
    return {"requestBody": {"required": True, "content": content(ref(name))}}


def in_path(name: str) -> dict[str, Any]:
    """A parameter."""
    return {"name": name, "in": "path", "required": True, "schema": TEXT}


def in_query(name: str, schema: Mapping[str, Any], told: str) -> dict[str, Any]:
    """A parameter that may be left out."""
    return {"name": name, "in": "query", "schema": schema, "description": told}


def in_header(name: str, told: str) -> dict[str, Any]:
    """Likewise."""
    return {"name": name, "in": "header", "schema": TEXT, "description": told}


def _one() -> dict[str, Any]:
    piece = _object(bbox=BOX, text=TEXT, confidence={**NUMBER, "minimum": 0, "maximum": 1}, page=COUNT)
    layout = _object(**dict.fromkeys(("blocks", "lines", "words"), _list(piece)))
    head = {"request_id": TEXT, "status": {"enum": list(jobs.STATES)}, "created_at": MOMENT}
    whole = {
        **head, "started_at": MAYBE_MOMENT, "completed_at": MAYBE_MOMENT,
        "result": {"anyOf": [ref("OcrResult"), _ANYTHING, {"type": "null"}]}, "error": _FAULT,
    }  # fmt: skip
    return {
        "OcrResult": _object(text=TEXT, confidence=NUMBER, layout=layout),
        "Request": _with(_object(**whole), _SO_FAR),
        "RequestDone": _with(_object(**{**whole, "processing_time_seconds": NUMBER}), _SO_FAR),
        "RequestQueued": _object(
            request_id=TEXT, status={"const": jobs.QUEUED}, message=TEXT, estimated_wait_time=COUNT, queue_position=COUNT,
            state=TEXT, progress=COUNT, created_at=MOMENT, check_status_url=TEXT,
        ),
        "RequestEntry": _with(_object(**head), _SO_FAR),
        "RequestError": _object(error=_object(code=TEXT, message=TEXT, details=_ANYTHING)),
    }  # fmt: skip


def _many() -> dict[str, Any]:
    pagination = _object(total=COUNT, limit=COUNT, offset=COUNT, has_more={"type": "boolean"})
    kinds = ("total", "completed", "pending", "processing", "failed", "cancelled", "timeout")
    worker = _object(worker_id=TEXT, status=TEXT, current_request=_MAYBE_TEXT, started_at=MAYBE_MOMENT)
    active = _object(
        request_id=TEXT, worker_id=TEXT, started_at=MOMENT, progress=COUNT, estimated_completion=MOMENT, pages_done=COUNT,
        total_pages=_MAYBE_COUNT,
    )  # fmt: skip
    return {
        "RequestList": _object(requests=_list(ref("RequestEntry")), pagination=pagination),
        "RequestSummary": _object(
            **{f"{kind}_requests": COUNT for kind in kinds}, average_processing_time=NUMBER, success_rate=NUMBER,
            queue_length=COUNT, system_status={"enum": ["healthy", "degraded"]}, last_updated=MOMENT,
        ),
        "QueueStatus": _object(
            queue_length=COUNT, active_workers=COUNT, max_workers=COUNT, estimated_wait_time=COUNT,
            queue_status={"enum": ["active", "idle", "stopped"]}, recent_requests=_list(ref("RequestEntry")),
            worker_status=_list(worker),
        ),
        "ActiveRequests": _object(active_requests=_list(active), total_active=COUNT),
        "Cleaned": _object(cleaned_requests=COUNT, remaining_requests=COUNT, message=TEXT),
        "Cleared": _object(cleared_requests=COUNT, remaining_requests=COUNT, message=TEXT),
    }  # fmt: skip


def _others() -> dict[str, Any]:
    known = _object(**dict.fromkeys(timeouts.ALLOWED, COUNT))
    conversion = _object(
        session_id=TEXT, status={"enum": list(jobs.STATES)}, created_at=MOMENT, started_at=MAYBE_MOMENT,
        completed_at=MAYBE_MOMENT, progress=COUNT, download_url=_MAYBE_TEXT, expires_at=MAYBE_MOMENT, error=_FAULT,
    )  # fmt: skip
    return {
        "Converting": _object(
            status={"const": "success"}, session_id=TEXT, filename=TEXT, mime_type=TEXT, message=TEXT, check_status_url=TEXT
        ),
        "Conversion": _with(conversion, _SO_FAR),
        "Timeouts": known,
        "TimeoutsUpdated": _object(message=TEXT, new_settings=ref("Timeouts")),
        "Heartbeat": {"type": "object", "required": [ocr_server.CLIENT_ID], "properties": {ocr_server.CLIENT_ID: TEXT}},
        "Alive": _object(status={"const": "alive"}, server_time=MOMENT, queue_status=TEXT),
        "ClientStatus": _object(
            client_id=TEXT, status={"enum": ["active", "inactive", "disconnected"]}, last_heartbeat=MAYBE_MOMENT,
            active_requests=COUNT, total_requests=COUNT, connection_established=MAYBE_MOMENT,
        ),
        "Left": _object(client_id=TEXT, status=TEXT, disconnected_at=MOMENT, cleaned_requests=COUNT, message=TEXT),
    }  # fmt: skip


def _logs() -> dict[str, Any]:
    file = _object(filename=TEXT, size_bytes=COUNT, last_modified=MOMENT, log_levels=_list(TEXT))
    hit = _object(filename=TEXT, line_number=COUNT, content=TEXT, timestamp=MOMENT)
    return {
        "LogFiles": _object(log_files=_list(file), total_files=COUNT),
        "LogContent": _object(filename=TEXT, content=_list(TEXT), total_lines=COUNT, filtered_lines=COUNT),
        "LogStats": _object(
            total_log_files=COUNT, total_size_bytes=COUNT, oldest_log=_MAYBE_TEXT, newest_log=_MAYBE_TEXT,
            log_levels={"type": "object", "additionalProperties": COUNT},
            system_info=_object(uptime=TEXT, memory_usage=TEXT, disk_usage=TEXT),
        ),
        "LogHits": _object(query=TEXT, results=_list(hit), total_results=COUNT, search_time_ms=COUNT),
    }  # fmt: skip


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _with(schema: dict[str, Any], optional: Mapping[str, Any]) -> dict[str, Any]:
    return {**schema, "properties": {**optional, **schema["properties"]}}


def _list(items: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


_FAULT = {"oneOf": [_object(code=TEXT, message=TEXT, details=TEXT), {"type": "null"}]}
_SO_FAR = {
    "queue_position": COUNT, "estimated_wait_time": COUNT, "progress": {**COUNT, "minimum": 0, "maximum": 100},
    "pages_done": COUNT, "total_pages": _MAYBE_COUNT, "reason": TEXT, "processing_time_seconds": NUMBER,
}  # fmt: skip
"""What depends on a request's status."""
