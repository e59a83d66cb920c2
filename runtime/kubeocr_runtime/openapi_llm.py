"""What OpenAPI tells of the routes that lean on language models. Pure; `openapi` puts it into its document."""

from typing import Any

from kubeocr_contract import extraction

_TEXT, _COUNT, _ANYTHING = {"type": "string"}, {"type": "integer"}, {"type": "object"}
_ERRORS = {
    "502": "a language model answers with what cannot be used",
    "503": "models are loading, or the language model is away (`llm_unavailable`); Retry-After says when to come again",
}


def paths(reading: dict[str, Any]) -> dict[str, Any]:
    """`reading` is the operation of a route that reads."""
    return {extraction.PATH: {"post": _extract(reading)}}


def schemas(form: dict[str, Any]) -> dict[str, Any]:
    """`form` is the schema of a reading route's."""
    return {
        "KeysForm": {
            **form,
            "required": [*form["required"], extraction.KEYS],
            "properties": {**form["properties"], **_fields()},
        },
        "KeysAnswer": _object({
            "pipeline": {"const": extraction.PIPELINE}, "description": _TEXT, "extracted_data": _extracted(),
            "requested_keys": {"type": "array", "items": _TEXT}, "models": _models(), "success": {"type": "boolean"},
            "pipeline_flags": {"type": "object", "additionalProperties": {"type": "boolean"}},
            "details": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/KeyDetail"}},
            "language": _TEXT, "total_pages": _COUNT, "timings": _ANYTHING, "warnings": {"type": "array", "items": _TEXT},
        }),
        "KeyDetail": _detail(),
    }  # fmt: skip


def _extract(reading: dict[str, Any]) -> dict[str, Any]:
    content = {"multipart/form-data": {"schema": {"$ref": "#/components/schemas/KeysForm"}}}
    answer = {"schema": {"$ref": "#/components/schemas/KeysAnswer"}}
    return {
        **reading,
        "summary": "Extract values of keys",
        "description": extraction.DESCRIPTION,
        "operationId": "chatocrv4",
        "tags": ["llm"],
        "requestBody": {"required": True, "content": content},
        "responses": {
            **reading["responses"],
            "200": {"description": "what was found", "content": {"application/json": answer}},
            **{status: {**reading["responses"]["503"], "description": text} for status, text in _ERRORS.items()},
        },
    }


def _fields() -> dict[str, Any]:
    told = {
        extraction.KEYS: "separated by commas, or a JSON list",
        extraction.VISION_MODEL: "the model that is shown the first pages; the service's where it is left out",
        extraction.TEXT_MODEL: "the model that is given the text; the service's where it is left out",
        extraction.URL: "a server of OpenAI's API; followed where the service allows its host, else its own is asked",
        extraction.API_KEY: "sent to that server as the bearer token",
    }
    return {name: {**_TEXT, "description": text} for name, text in told.items()}


def _extracted() -> dict[str, Any]:
    values = {"type": "object", "additionalProperties": _TEXT, "description": f'a value or "{extraction.NOT_FOUND}"'}
    return {
        "type": "object",
        "required": ["chat_res"],
        "properties": {"chat_res": values, "fallback_mode": {"const": extraction.TEXT_ONLY}},
    }


def _models() -> dict[str, Any]:
    return _object({"mllm_model": {"type": ["string", "null"]}, "llm_model": _TEXT, "api_base_url": _TEXT})


def _detail() -> dict[str, Any]:
    line = _object({"text": _TEXT, "bbox": {"type": "array", "items": {"type": "array", "items": _COUNT}}})
    place = _object({"page": _COUNT, "lines": {"type": "array", "items": line}})
    told = _object({
        "status": {"enum": [extraction.FOUND, extraction.UNVERIFIED, extraction.MISSING]}, "value": _TEXT,
        "model": {"type": ["string", "null"]}, "places": {"type": "array", "items": place},
    })  # fmt: skip
    answer = {**_TEXT, "description": "of an unverified key: what the model said, which stands nowhere in the document"}
    return {**told, "properties": {**told["properties"], "answer": answer}}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}
