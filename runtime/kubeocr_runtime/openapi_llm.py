"""What OpenAPI tells of the routes that lean on language models. Pure; `openapi` puts it into its document."""

from typing import Any

from kubeocr_contract import detected, extraction, openai, outputs
from kubeocr_runtime import prompts, tongues

_UNUSED = frozenset({outputs.FORMAT_FIELD, outputs.WORDS_FIELD})
"""Fields of what is answered with lines."""
_TEXT, _COUNT, _ANYTHING = {"type": "string"}, {"type": "integer"}, {"type": "object"}
_DETECTED = {detected.KEY: detected.schema()}
_MODES = f"{', '.join(prompts.MODES)}, or one of them with another language's id"
_ERRORS = {
    "502": "a language model answers with what cannot be used",
    "503": "models are loading, or the language model is away (`llm_unavailable`); Retry-After says when to come again",
}


def paths(reading: dict[str, Any]) -> dict[str, Any]:
    """`reading` is the operation of a route that reads."""
    chats = {path: method for prefix in openai.PREFIXES for path, method in _chat(prefix, reading).items()}
    return {extraction.PATH: {"post": _extract(reading)}, **chats}


def schemas(form: dict[str, Any]) -> dict[str, Any]:
    """`form` is the schema of a reading route's."""
    return {
        "KeysForm": {
            **form,
            "required": [*form["required"], extraction.KEYS],
            "properties": {**{x: form["properties"][x] for x in form["properties"] if x not in _UNUSED}, **_fields()},
        },
        "KeysAnswer": _object({
            "pipeline": {"const": extraction.PIPELINE}, "description": _TEXT, "extracted_data": _extracted(),
            "requested_keys": {"type": "array", "items": _TEXT}, "models": _models(), "success": {"type": "boolean"},
            "pipeline_flags": {"type": "object", "additionalProperties": {"type": "boolean"}},
            "details": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/KeyDetail"}},
            "language": _TEXT, "total_pages": _COUNT, "pages": _pages(), "timings": _ANYTHING,
            "warnings": {"type": "array", "items": _TEXT},
        }, **_DETECTED),
        "KeyDetail": _detail(),
        **_chat_schemas(),
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


def _chat(prefix: str, reading: dict[str, Any]) -> dict[str, Any]:
    """Under one prefix; each error in OpenAI's shape."""
    answers = reading["responses"]
    refused = {"400": "something in the body is wrong, or is no picture", "404": "no model of that name"}
    texts = {**{code: answers[code]["description"] for code in ("401", "413", "429", "504")}, **refused, **_ERRORS}
    wrong = {code: _json(text, "ChatError") for code, text in texts.items()}
    answer = _json("the answer", "ChatAnswer")
    answer["content"]["text/event-stream"] = {"schema": {"$ref": "#/components/schemas/ChatPiece"}}
    name = {"name": "model", "in": "path", "required": True, "schema": _TEXT}
    head = {"tags": ["llm"], "operationId": f"chat{prefix.replace('/', '_')}"}
    chat = {
        **head, "summary": "Chat about pictures, as OpenAI's clients do", "parameters": reading["parameters"],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref("ChatRequest")}}},
        "responses": {"200": answer, **wrong},
    }  # fmt: skip
    listed = {"summary": "The models", "responses": {"200": _json("all", "ChatModels"), "401": wrong["401"]}}
    shown = {"summary": "A model", "parameters": [name], "responses": {"200": _json("it", "ChatModel"), "404": wrong["404"]}}
    return {
        prefix + openai.COMPLETIONS: {"post": chat},
        prefix + openai.MODELS: {"get": {**head, "operationId": f"{head['operationId']}_models", **listed}},
        prefix + openai.MODELS + "/{model}": {"get": {**head, "operationId": f"{head['operationId']}_model", **shown}},
    }


def _chat_schemas() -> dict[str, Any]:
    head = {"id": _TEXT, "object": _TEXT, "created": _COUNT, "model": _TEXT, "system_fingerprint": _TEXT}
    choices = {"type": "array", "items": _ANYTHING}
    part = {"type": "object", "required": ["type"], "properties": {"type": {"enum": ["text", "image_url"]}}}
    content = {"anyOf": [_TEXT, {"type": "array", "items": part}]}
    message = {"type": "object", "required": ["role"], "properties": {"role": _TEXT, "content": content}}
    model = _object({"id": _TEXT, "object": {"const": "model"}, "created": _COUNT, "owned_by": _TEXT})
    number, flag = {"type": "number"}, {"type": "boolean", "default": False}
    asked = {
        "model": _TEXT, "messages": {"type": "array", "items": message}, "stream": flag, "stream_options": _ANYTHING,
        "max_tokens": _COUNT, "max_completion_tokens": _COUNT, "temperature": {**number, "minimum": 0, "maximum": 2},
        "timeout": {**_COUNT, "minimum": 1, "maximum": openai.MOST_SECONDS}, "prompt_mode": {**_TEXT, "description": _MODES},
        "language": _TEXT, "languages": {"type": "array", "items": _TEXT, "maxItems": tongues.MOST},
    }  # fmt: skip
    error = _object({"message": _TEXT, "type": _TEXT, "param": {"type": ["string", "null"]}, "code": _TEXT})
    return {
        "ChatRequest": {"type": "object", "required": ["model", "messages"], "properties": asked},
        "ChatAnswer": _object(
            {**head, "choices": choices, "usage": _ANYTHING, "processing_time_seconds": number}, language=_TEXT, **_DETECTED
        ),
        "ChatPiece": _object({**head, "choices": choices}, language=_TEXT, **_DETECTED),
        "ChatModels": _object({"object": {"const": "list"}, "data": {"type": "array", "items": _ref("ChatModel")}}),
        "ChatModel": model,
        "ChatError": _object({"error": error}),
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(text: str, schema: str) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": _ref(schema)}}}


def _fields() -> dict[str, Any]:
    told = {
        extraction.KEYS: "separated by commas, or a JSON list",
        extraction.VISION_MODEL: "the model that is shown the first pages; the service's where it is left out",
        extraction.TEXT_MODEL: "the model that is given the text; the service's where it is left out",
        extraction.URL: "a server of OpenAI's API; followed where the service allows its host, else its own is asked",
        extraction.API_KEY: "sent to that server as the bearer token",
    }
    more: dict[str, dict[str, Any]] = {
        extraction.KEYS: {"examples": ["Invoice Number, Date, Total"]},
        extraction.API_KEY: {"format": "password"},
    }
    return {name: {**_TEXT, "description": text, **more.get(name, {})} for name, text in told.items()}


def _extracted() -> dict[str, Any]:
    values = {"type": "object", "additionalProperties": _TEXT, "description": f'a value or "{extraction.NOT_FOUND}"'}
    return {
        "type": "object",
        "required": ["chat_res"],
        "properties": {"chat_res": values, "fallback_mode": {"const": extraction.TEXT_ONLY}},
    }


def _pages() -> dict[str, Any]:
    page = _object({"page": _COUNT, "width": _COUNT, "height": _COUNT, "angle": {"enum": [0, 90, 180, 270]}})
    return {"type": "array", "items": page}


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


def _object(properties: dict[str, Any], **optional: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": {**properties, **optional}}
