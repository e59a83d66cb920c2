"""The route that extracts keys, as the PaddleOCR API's callers know it; `details` and what follows it is ours."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kubeocr_contract import wire

PATH = "/ocr/chatocrv4"
PIPELINE = "PP-ChatOCRv4"
DESCRIPTION = "Values of keys that a language model finds in what was read"
KEYS, VISION_MODEL, TEXT_MODEL, URL, API_KEY = "keys", "mllm_model", "llm_model", "ollama_base_url", "api_key"
"""Form fields besides those of the routes that read."""
DEFAULT_TEXT_MODEL = "llama3:latest"
NOT_FOUND = "Not found"
TEXT_ONLY = "text-only-LLM"
"""What `fallback_mode` says where the model that sees was wanted and could not be asked."""
FOUND, UNVERIFIED, MISSING = "found", "unverified", "not_found"
"""`status` of a key: its value stands in the document; the model gave one that does not; it gave none."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Models:
    """Who was asked."""

    vision: str
    text: str
    url: str
    """Without anything secret."""

    def json(self) -> dict[str, str | None]:
        """`mllm_model` is null where the service has none and none was named."""
        return {"mllm_model": self.vision or None, "llm_model": self.text, "api_base_url": self.url}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All that an answer tells."""

    details: Mapping[str, Mapping[str, Any]]
    """Key -> `detail`."""
    models: Models
    flags: Mapping[str, bool]
    language: str
    pages: Sequence[Mapping[str, int]]
    """`page` of each."""
    timings: wire.Timings
    fallback: bool
    warnings: tuple[str, ...]

    def json(self) -> dict[str, Any]:
        """The body of the response."""
        return {
            "pipeline": PIPELINE,
            "description": DESCRIPTION,
            "extracted_data": {
                "chat_res": {key: detail["value"] for key, detail in self.details.items()},
                **({"fallback_mode": TEXT_ONLY} if self.fallback else {}),
            },
            "requested_keys": list(self.details),
            "models": self.models.json(),
            "success": True,
            "pipeline_flags": dict(self.flags),
            "details": {key: dict(detail) for key, detail in self.details.items()},
            "language": self.language,
            "total_pages": len(self.pages),
            "pages": [dict(page) for page in self.pages],
            "timings": self.timings.json(),
            "warnings": list(self.warnings),
        }


def detail(status: str, answer: str, model: str, places: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What came of a key. An answer that stands nowhere in the document is no value: it is told beside it."""
    value = answer if status == FOUND else NOT_FOUND
    rest = {"answer": answer} if status == UNVERIFIED else {}
    return {"status": status, "value": value, **rest, "model": model or None, "places": [dict(place) for place in places]}


def page(number: int, size: tuple[int, int], angle: int) -> dict[str, int]:
    """A page of the document, in whose pixels places are; `angle` is what it was turned by to be read."""
    return {"page": number, "width": size[0], "height": size[1], "angle": angle}


def place(page: int, lines: Iterable[tuple[str, Iterable[tuple[int, int]]]]) -> dict[str, Any]:
    """Where a value stands: lines that have it, each with its text and polygon in pixels of the page as it was sent."""
    return {"page": page, "lines": [{"text": text, "bbox": [list(point) for point in polygon]} for text, polygon in lines]}
