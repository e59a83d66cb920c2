"""The OpenAPI 3.1 document of what `app` serves; `reference` shows it. Pure."""

from typing import Any

from kubeocr_contract import detected, enhancing, images, names, wire
from kubeocr_runtime import keys as api_keys
from kubeocr_runtime import openapi_llm, previews, tongues
from kubeocr_runtime.formats import schemas
from kubeocr_runtime.requests import schemas as ordered
from kubeocr_runtime.structure import schemas as structure_schemas

TITLE = "KubeOCR"
_ERRORS = {
    "401": "the service has API keys, and none of them came with the request",
    "406": "Accept names nothing that an answer may be; `allowed` says what may",
    "408": "nothing came for a while in the middle of the form",
    "409": "the request was cancelled (`cancelled`), or one of its name still runs (`duplicate_request`)",
    "413": "larger, more pages or more pixels than the limits",
    "415": "neither an image nor a PDF",
    "422": "a field is wrong, the language is unknown or not in this image, or the document is broken",
    "429": "as many pages, pixels or bytes wait as may; Retry-After says when to come again",
    "503": "models are loading or the pod is about to end; Retry-After says when to come again",
    "504": "not done within the time that a request may take",
}
_REQUEST_ID = {
    "name": wire.REQUEST_ID,
    "in": "header",
    "description": "a name for the request, by which it can be cancelled while it runs; one is made where there is none",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,128}$"},
}
_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "header": {"type": "apiKey", "in": "header", "name": api_keys.HEADER},
}
_DETECTED = {detected.KEY: detected.schema()}
_FLAGS = {
    wire.PAGE_ORIENTATION: "turn pages that lie on their side or stand on their head",
    wire.PREPROCESSOR: f"as {wire.PAGE_ORIENTATION}; kept for callers that set it",
    wire.LINE_ORIENTATION: "turn lines that stand on their head",
    wire.UNWARPING: "flatten a page that is bent; where the image does not have the model, true is answered 422",
}


def document(*, keys: bool = False) -> dict[str, Any]:
    """The whole description, of a service with API keys or without."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": TITLE,
            "version": images.PROJECT_VERSION,
            "description": "Reads text from images and PDFs. Speaks the PaddleOCR API; everything works with no network.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {**{route.path: {"post": _ocr(route)} for route in wire.OCR_ROUTES}, **_more_paths()},
        "components": {
            "schemas": {**_schemas(), **structure_schemas.schemas(_form()), **ordered.schemas()},
            **({"securitySchemes": _SCHEMES} if keys else {}),
        },
        **({"security": [{name: []} for name in _SCHEMES]} if keys else {}),
    }


def _more_paths() -> dict[str, Any]:
    return {
        **openapi_llm.paths(_ocr(wire.OCR_ROUTES[0])),
        **structure_schemas.paths([_REQUEST_ID], _error_answers()),
        previews.PATH: previews.operation(_error_answers()),
        **ordered.paths(),
        **_plain_paths(),
    }


def _ocr(route: wire.OcrRoute) -> dict[str, Any]:
    return {
        "summary": f"Read text with {route.version}",
        "description": route.description,
        "operationId": route.path.rpartition("/")[2],
        "tags": ["ocr"],
        "parameters": [_REQUEST_ID, schemas.QUERY],
        "requestBody": {
            "required": True,
            "content": {"multipart/form-data": {"schema": {"$ref": "#/components/schemas/OcrForm"}}},
        },
        "responses": {
            "200": _read(),
            **_error_answers(),
        },
    }


def _error_answers() -> dict[str, Any]:
    return {code: _json(text, "Error") for code, text in _ERRORS.items()}


def _read() -> dict[str, Any]:
    kinds = [{"$ref": f"#/components/schemas/{name}"} for name in ("FirstLine", "PageDone", "PageNotDone", "LastLine")]
    lines = {
        "description": f"For `Accept: {wire.JSON_LINES}`: an object a line, each page's as soon as it is read.",
        "oneOf": kinds,
    }
    answer = _json("what was read", "OcrAnswer")
    answer["content"].update({wire.JSON_LINES: {"schema": lines}, **schemas.media()})
    answer["headers"] = {wire.REQUEST_ID: {"description": "on every answer", "schema": {"type": "string"}}}
    return answer


def _plain_paths() -> dict[str, Any]:
    asked = {
        names.LANGUAGES: ("The languages, and where each can be read", "languages", "application/json"),
        names.OCR_SERVER_LANGUAGES: ("The OCR server's, each with what reads it", "languages", "application/json"),
        names.LIVEZ: ("Whether the engine works", "health", "application/json"),
        names.READYZ: ("Whether pages can be sent", "health", "application/json"),
        names.METRICS: ("Figures in Prometheus' text format", "health", "text/plain"),
        names.STATUS: ("What is loaded, what it runs on and whether other servers answer", "health", "application/json"),
    }
    return {path: {"get": _get(path, *told)} for path, told in asked.items()}


def _get(path: str, summary: str, tag: str, media: str) -> dict[str, Any]:
    listing = path in {names.LANGUAGES, names.OCR_SERVER_LANGUAGES}
    open_to_all: dict[str, Any] = {} if listing else {"security": []}
    schema = {"type": "object"} if media == "application/json" else {"type": "string"}
    answers = {"200": {"description": "the answer", "content": {media: {"schema": schema}}}}
    if path in {names.LIVEZ, names.READYZ}:
        answers["503"] = _json("not now", "Error")
    if path == names.STATUS:
        answers["200"] = _json("the pod's own words", "Status")
    if listing:
        answers["401"] = _json(_ERRORS["401"], "Error")
    operation = path.strip("/").replace("/", "_")
    return {"summary": summary, "operationId": operation, "tags": [tag], "responses": answers, **open_to_all}


def _json(description: str, schema: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}}


def _schemas() -> dict[str, Any]:
    text, number, count = {"type": "string"}, {"type": "number"}, {"type": "integer"}
    return {
        "OcrForm": _form(),
        **openapi_llm.schemas(_form()),
        "OcrAnswer": _object({
            "pipeline": text, "description": text, "results": {"type": "array", "items": {"$ref": "#/components/schemas/Line"}},
            "total_texts": count, "pipeline_flags": {"type": "object", "additionalProperties": {"type": "boolean"}},
            "language": text, "models": {"type": "object"}, "order": text, "text": text, "total_pages": count,
            "pages": {"type": "array", "items": {"$ref": "#/components/schemas/Page"}}, "timings": {"type": "object"},
        }, **_DETECTED),
        "Line": schemas.with_words(_object({
            "text": text, "confidence": {**number, "minimum": 0, "maximum": 1}, "page": {**count, "minimum": 1},
            "bbox": {"type": "array", "items": {"type": "array", "items": count}, "description": "four corners [x, y]"},
        }, language=text)),
        "Page": _object({
            "page": count, "width": count, "height": count, "angle": {"enum": [0, 90, 180, 270]}, "text": text,
            "source": {"enum": [wire.OCR, wire.TEXT_LAYER]},
        }, enhancement=enhancing.done_schema(), language=text, **_DETECTED),
        **_line_schemas(),
        "Cancelled": _object({
            "request_id": text, "status": {"const": wire.CANCELLED}, "cancelled_at": text, "reason": text, "message": text,
        }),
        "Error": _object({"detail": text, "code": text}),
        "Status": _object({
            "version": text, "ready": {"type": "boolean"}, "languages": {"type": "array", "items": text},
            "models": {"type": "array", "items": _object({"name": text, "sha256": text})},
            "pipelines": {"type": "array", "items": text},
            "engine": _object({"name": text, "device": text, "provider": text, "threads": count}),
            "backends": _object({kind: {"$ref": "#/components/schemas/Backend"} for kind in ("llm", "vlm", "queue")}),
        }),
        "Backend": _object({
            "configured": {"type": "boolean"}, "reachable": {"type": "boolean"}, "message": text, "checked_at": text,
            "models_present": {"type": "object", "additionalProperties": {"type": "boolean"}},
        }),
    }  # fmt: skip


def _line_schemas() -> dict[str, Any]:
    """Of an answer that comes page by page."""
    text, count, anything = {"type": "string"}, {"type": "integer"}, {"type": "object"}
    why = {"code": text, "detail": text}
    page = {"page": count, "width": count, "height": count, "angle": count, "text": text, "source": text}
    lines = {"type": "array", "items": {"$ref": "#/components/schemas/Line"}}
    ended = _object({
        "status": {"enum": [wire.DONE, wire.PARTIAL, wire.FAILED]}, "total_pages": count,
        wire.DONE: count, wire.FAILED: count, wire.SKIPPED: count, "timings": anything,
    })  # fmt: skip
    return {
        "FirstLine": _object({
            "pipeline": text, "description": text, "pipeline_flags": anything, "language": text, "models": anything,
            "order": text, "total_pages": count, "request_id": text,
        }),
        "PageDone": _object(
            {**page, "status": {"const": wire.DONE}, "results": lines, "timings": anything},
            enhancement=enhancing.done_schema(), language=text, **_DETECTED,
        ),
        "PageNotDone": _object({"page": count, "status": {"enum": [wire.FAILED, wire.SKIPPED]}, **why}),
        "LastLine": {**ended, "properties": {**ended["properties"], **why, "language": text, **_DETECTED}},
    }  # fmt: skip


def _form() -> dict[str, Any]:
    flags = {name: {"type": "boolean", "default": default, "description": _FLAGS[name]} for name, default in wire.FLAGS.items()}
    return {
        "type": "object",
        "required": [wire.FILE_FIELD],
        "properties": {
            wire.FILE_FIELD: {
                "type": "string",
                "contentMediaType": "application/octet-stream",
                "format": "binary",
                "description": "PNG, JPEG, GIF, BMP, TIFF, WebP or PDF",
            },
            wire.LANGUAGE_FIELD: {
                "type": "string",
                "default": wire.DEFAULT_LANGUAGE,
                "description": f"an id of `{names.LANGUAGES}`, an ISO code or a name, in any case; up to {tongues.MOST} with "
                "commas, each line is then read by the model that is surest of it; or `auto`",
            },
            **flags,
            wire.ORDER_FIELD: {
                "type": "string",
                "enum": list(wire.ORDERS),
                "default": wire.ORDERS[0],
                "description": "columns and rows as a person reads them, or across the page as PaddleOCR does",
            },
            **enhancing.form_schemas(),
            **_ours(),
            **schemas.FIELDS,
        },
    }


def _object(properties: dict[str, Any], **optional: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties | optional}


def _ours() -> dict[str, Any]:
    """Fields that the PaddleOCR API does not have."""
    return {
        wire.PRIORITY_FIELD: {
            "type": "string",
            "enum": list(wire.PRIORITIES),
            "default": wire.PRIORITIES[0],
            "description": "how large a share of the engine the request gets while others wait too",
        },
        wire.TIMEOUT_FIELD: {
            "type": "integer",
            "minimum": 1,
            "description": "how long the client waits, from the request's head on; no longer than the service allows",
        },
        wire.TEXT_LAYER_FIELD: {
            "type": "string",
            "enum": list(wire.TEXT_LAYERS),
            "default": wire.TEXT_LAYERS[0],
            "description": "take a PDF page's own text in place of reading it: wherever it has any (force), or where "
            "nothing speaks against it (auto); pictures are read as ever",
        },
    }
