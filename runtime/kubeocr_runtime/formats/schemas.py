"""What the API's description says of formats. Pure; `openapi` has it in its place."""

from collections.abc import Mapping
from typing import Any

from kubeocr_contract import outputs

_FORMAT = {
    "type": "string",
    "enum": list(outputs.OUTPUTS),
    "description": "; ".join(f"{name}: {each.told}" for name, each in outputs.OUTPUTS.items()),
}
FIELDS: Mapping[str, Any] = {
    outputs.FORMAT_FIELD: _FORMAT,
    outputs.WORDS_FIELD: {
        "type": "boolean",
        "default": False,
        "description": "cut lines into words, each with its box; some formats are made of words and have them in any case",
    },
}
QUERY: Mapping[str, Any] = {
    "name": outputs.FORMAT_FIELD,
    "in": "query",
    "description": "the same as the field of the form, which goes before it; both go before Accept",
    "schema": {"type": "string", "enum": list(outputs.OUTPUTS)},
}


def media() -> dict[str, Any]:
    """The types of an answer that is no JSON."""
    others = (each for name, each in outputs.OUTPUTS.items() if name != outputs.JSON)
    return {each.media: {"schema": _text(each) if each.is_text else _binary(each)} for each in others}


def with_words(line: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a line, which may have words."""
    corners = line["properties"]["bbox"]
    word = {"text": {"type": "string"}, "confidence": {"type": "number", "minimum": 0, "maximum": 1}, "bbox": corners}
    words = {"type": "array", "items": {"type": "object", "required": list(word), "properties": word}}
    return {**line, "properties": {**line["properties"], outputs.WORDS_FIELD: words}}


def _text(each: outputs.Output) -> dict[str, Any]:
    return {"type": "string", "description": each.told}


def _binary(each: outputs.Output) -> dict[str, Any]:
    return {"type": "string", "format": "binary", "contentMediaType": each.media, "description": each.told}
