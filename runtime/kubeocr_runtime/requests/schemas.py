"""What the OpenAPI document says of requests: routes that order and tell of one. Pure; `openapi` takes it in."""

from collections.abc import Mapping
from typing import Any

from kubeocr_contract import enhancing, jobs, names, ocr_server, wire
from kubeocr_runtime.requests import converting, links, shapes, timeouts
from kubeocr_runtime.requests.shapes import COUNT, TEXT

_FAILURES = {
    "400": "no JSON, or something in the query or a header that may not be so",
    "401": "the service has API keys, and none of them came with the request",
    "403": "only an admin's API key may do this",
    "404": "there is none of that name, or it is another API key's",
    "409": "over already, or another request's idempotency key",
    "410": "it was over for longer than results are kept",
    "413": "larger, more pages or more pixels than the limits",
    "422": "a field is wrong, or the document is",
    "429": "the API key's quota, or the store of documents is full; Retry-After says when to come again",
    "503": "models are loading, the queue is away, or the document took too long",
}
_ALWAYS = ("400", "401", "503")
_ID = shapes.in_path("request_id")
_CLIENT = shapes.in_path("client_id")
_AGE = shapes.in_query("max_age_hours", {**COUNT, "minimum": 0}, "what was over for so long")
_WAIT = shapes.in_query(
    "wait", {**COUNT, "minimum": 0}, "hold the answer back for so many seconds, until there is more to tell"
)


def paths() -> dict[str, Any]:
    """Of each route."""
    one = f"{names.REQUESTS}/{{request_id}}"
    return {
        **{path: {"post": _order(path)} for path in ocr_server.READING},
        one: {"get": _show(), "delete": _delete()},
        names.REQUESTS: {"get": _tells("list_requests", "The caller's requests", "RequestList", _listing())},
        ocr_server.SUMMARY: {"get": _tells("summary", "How the caller's requests went", "RequestSummary")},
        ocr_server.CLEANUP: {"post": _tells("clean_up", "Forget what is over", "Cleaned", [_AGE, _status(sorted(jobs.ENDED))])},
        ocr_server.QUEUE: {"get": _tells("queue_status", "The queue", "QueueStatus")},
        ocr_server.ACTIVE: {"get": _tells("active_requests", "What is processed", "ActiveRequests")},
        ocr_server.CLEAR: {"post": _tells("clear_completed", "Forget what is completed", "Cleared", [_AGE])},
        ocr_server.TIMEOUTS: {"get": _tells("timeout_settings", "How long requests may take", "Timeouts")},
        ocr_server.UPDATE_TIMEOUTS: {"post": _update_timeouts()},
        ocr_server.HEARTBEAT: {"post": _heartbeat()},
        ocr_server.CLIENT + "/{client_id}": {"get": _tells("client_status", "A client", "ClientStatus", [_CLIENT], "404")},
        ocr_server.DISCONNECT + "/{client_id}": {
            "post": _tells("disconnect", "A client leaves; what waits of its requests is cancelled", "Left", [_CLIENT], "404")
        },
        **_logs(),
        **_conversions(),
    }


def schemas() -> dict[str, Any]:
    """Of their bodies and answers."""
    return {"OrderRequest": _body(), "RequestTimeouts": _timeouts(), "ConvertForm": _form(), **shapes.schemas()}


def _order(path: str) -> dict[str, Any]:
    told = _operation(
        path.rpartition("/")[2], "Read a picture or a PDF, at once or in the background", "409", "413", "422", "429"
    )
    prefer = shapes.in_header("Prefer", "`wait=SECONDS`: how long the answer may be held back; `respond-async`: not at all")
    key = shapes.in_header(ocr_server.IDEMPOTENCY_KEY, "sent again under the same one, it is the same request")
    answers = [shapes.ref("RequestDone"), shapes.ref("RequestQueued")]
    done = {"description": "what was read, or that it is queued", "content": shapes.content({"oneOf": answers})}
    told["responses"]["200"] = done
    return {**told, "parameters": [prefer, key], **shapes.sent("OrderRequest")}


def _show() -> dict[str, Any]:
    known = shapes.in_header("If-None-Match", "the ETag of the answer that is known: 304 while nothing has changed")
    last = shapes.in_header("Last-Event-ID", "of the event that was heard last")
    told = _tells("show_request", "A request", "Request", [_ID, _WAIT, known, last], "404", "410")
    events = {"type": "string", "description": "for `Accept: text/event-stream`: each change as an event, to the end"}
    told["responses"]["200"]["content"]["text/event-stream"] = {"schema": events}
    more = {"204": {"description": "of events: there are no more"}, "304": {"description": "as it was"}}
    return {**told, "responses": {**told["responses"], **more}}


def _delete() -> dict[str, Any]:
    reason = shapes.in_query("reason", {**TEXT, "maxLength": 200, "default": "manual"}, "told to whoever asks for it")
    return _tells("cancel", "End a request that waits or runs, ordered or not", "Cancelled", [_ID, reason], "404", "409", "410")


def _listing() -> list[dict[str, Any]]:
    return [
        _status(list(jobs.STATES)),
        shapes.in_query("limit", {**COUNT, "minimum": 1, "maximum": 500, "default": 50}, "at most so many"),
        shapes.in_query("offset", {**COUNT, "minimum": 0, "default": 0}, "without the first"),
        shapes.in_query("start_date", TEXT, "created from then on (ISO 8601)"),
        shapes.in_query("end_date", TEXT, "created before"),
        shapes.in_query(ocr_server.CLIENT_ID, TEXT, "this client's"),
    ]


def _status(allowed: list[str]) -> dict[str, Any]:
    return shapes.in_query("status", {**TEXT, "enum": ["all", *allowed], "default": "all"}, "in this state")


def _update_timeouts() -> dict[str, Any]:
    told = _tells("update_timeout_settings", "Change how long requests may take", "TimeoutsUpdated", [], "403", "422")
    return {**told, **shapes.sent("RequestTimeouts")}


def _heartbeat() -> dict[str, Any]:
    return {**_tells("heartbeat", "A client is there", "Alive", [], "422"), **shapes.sent("Heartbeat")}


def _logs() -> dict[str, Any]:
    level = shapes.in_query("level", {**TEXT, "enum": ["all", "DEBUG", "INFO", "WARNING", "ERROR"]}, "lines of this level")
    text = shapes.in_query("search", TEXT, "lines with this text in them")
    lines = shapes.in_query("lines", {**COUNT, "minimum": 1}, "the last so many")
    query = {**shapes.in_query("query", TEXT, "likewise"), "required": True}
    day = shapes.in_query("date", TEXT, "of this day")
    period = [shapes.in_query(name, TEXT, "ISO 8601") for name in ("start_date", "end_date")]
    limit = shapes.in_query("limit", {**COUNT, "minimum": 1}, "at most so many")
    told = {
        "": ("list_logs", "The pod's own log, by days", "LogFiles", [level, day]),
        "/stats": ("log_stats", "How much of it is kept", "LogStats", []),
        "/search": ("search_logs", "Lines of it", "LogHits", [query, level, *period, limit]),
        "/{filename}": ("show_log", "A day of it", "LogContent", [shapes.in_path("filename"), lines, level, text]),
    }
    return {
        ocr_server.LOGS + path: {"get": _tells(name, what, answer, parameters, "403", "404")}
        for path, (name, what, answer, parameters) in told.items()
    }


def _conversions() -> dict[str, Any]:
    session = shapes.in_path("session_id")
    begun = _tells("convert", "Convert a file to another format", "Converting", [], "413", "422", "429")
    form = {"multipart/form-data": {"schema": shapes.ref("ConvertForm")}}
    got = _operation("download", "The converted file", "404", "409", "410")
    file = {"schema": {"type": "string", "format": "binary"}}
    got["responses"]["200"] = {"description": "the file", "content": {"application/octet-stream": file}}
    signed = [shapes.in_query(name, TEXT, "of a link that needs no API key") for name in (links.EXPIRES, links.SIGNATURE)]
    told = _tells("convert_status", "Where a conversion stands", "Conversion", [session, _WAIT], "404", "410")
    return {
        ocr_server.CONVERT: {"post": {**begun, "requestBody": {"required": True, "content": form}}},
        ocr_server.CONVERT_STATUS + "/{session_id}": {"get": told},
        ocr_server.DOWNLOAD + "/{session_id}/{filename}": {
            "get": {**got, "parameters": [session, shapes.in_path("filename"), *signed]}
        },
    }


def _tells(name: str, summary: str, answer: str, parameters: list[dict[str, Any]] | None = None, *codes: str) -> dict[str, Any]:
    told = _operation(name, summary, *codes)
    told["responses"]["200"] = {"description": "the answer", "content": shapes.content(shapes.ref(answer))}
    return {**told, "parameters": parameters or []}


def _operation(name: str, summary: str, *codes: str) -> dict[str, Any]:
    failures = {
        code: {"description": _FAILURES[code], "content": shapes.content(shapes.ref("RequestError"))}
        for code in sorted({*_ALWAYS, *codes})
    }
    return {"summary": summary, "operationId": f"requests_{name}", "tags": ["requests"], "responses": failures}


def _body() -> dict[str, Any]:
    properties: Mapping[str, Any] = {
        ocr_server.IMAGE: {**TEXT, "description": "a data URL in base64: PNG, JPEG, GIF, BMP, TIFF, WebP or PDF"},
        "prompt_mode": {**TEXT, "description": "prompt_layout_all or prompt_text_only, with _ and a language or mixed"},
        "language": TEXT,
        "languages": {"type": "array", "items": TEXT},
        ocr_server.TIMEOUT: {**COUNT, "minimum": 1, "description": "seconds that it may take once it is begun"},
        enhancing.OPTIONS_FIELD: enhancing.options_schema(),
        ocr_server.CLIENT_ID: {**TEXT, "description": "as the client calls itself"},
        ocr_server.WEBHOOK: {**TEXT, "description": "a URL that is told of the end; its server has to be allowed"},
        wire.PRIORITY_FIELD: {**TEXT, "enum": list(wire.PRIORITIES)},
        wire.TEXT_LAYER_FIELD: {**TEXT, "enum": list(wire.TEXT_LAYERS)},
    }
    return {"type": "object", "required": [ocr_server.IMAGE], "properties": properties}


def _timeouts() -> dict[str, Any]:
    ranges = timeouts.ALLOWED.items()
    properties = {name: {**COUNT, "minimum": least, "maximum": most} for name, (least, most) in ranges}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _form() -> dict[str, Any]:
    flag = {"type": "boolean", "default": False}
    options = {**TEXT, "description": "JSON: language, enhance_options; chunk_size is taken and changes nothing"}
    properties: Mapping[str, Any] = {
        wire.FILE_FIELD: {**TEXT, "format": "binary"},
        "convert_type": {**TEXT, "enum": ["file"], "default": "file"},
        "output_format": {**TEXT, "enum": list(converting.FORMATS), "default": next(iter(converting.FORMATS))},
        converting.SMART: {**flag, "description": "find the page's structure"},
        converting.MODE: {**TEXT, "enum": list(converting.MODES), "description": f"with {converting.SMART}"},
        converting.BOX: {**TEXT, "description": f"JSON, for {converting.FROM_BBOX}: [left, top, right, bottom] in pixels"},
        converting.THRESHOLD: {**COUNT, "minimum": 0, "maximum": 100, "description": "leave lines of less confidence out"},
        "ocr_options": options,
        "filename": TEXT,
    }
    return {"type": "object", "required": [wire.FILE_FIELD], "properties": properties}
