"""OpenAI's chat as its clients know it, under its own paths and under the OCR server's.

https://platform.openai.com/docs/api-reference/chat; keys that are ours only add to theirs.
"""

import dataclasses
from collections.abc import Iterable
from typing import Any

from kubeocr_contract import wire

PREFIXES = ("/v1", "/api/v1")
COMPLETIONS = "/chat/completions"
MODELS = "/models"
DOTS = "dots-ocr"
"""The model that the OCR server's callers ask for."""
READERS = tuple(route.version for route in wire.OCR_ROUTES)
"""Models that are our own pipelines, whatever server is there."""
MOST_TOKENS = 4000
MOST_SECONDS = 1800
"""The OCR server's longest `timeout`."""
STOP, LENGTH = "stop", "length"
_CODES = {
    "unauthorized": "invalid_api_key",
    "overloaded": "rate_limit_exceeded",
    "quota_exceeded": "rate_limit_exceeded",
    "deadline_exceeded": "timeout",
    "too_large": "image_too_large",
    "unsupported_media_type": "invalid_image_format",
    "broken_document": "invalid_image_format",
    "encrypted_document": "invalid_image_format",
}
"""Ours -> as callers of the chat know them."""


def speaks(path: str) -> bool:
    """Whether whoever asks for a path expects OpenAI's errors."""
    own = (f"{prefix}{name}" for prefix in PREFIXES for name in (COMPLETIONS, MODELS))
    return path.startswith((f"{PREFIXES[0]}/", *own))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What every piece of an answer repeats."""

    id: str
    created: int
    """Seconds since 1970."""
    model: str
    """Who answers, which need not be whom was asked for."""
    fingerprint: str

    def json(self, kind: str) -> dict[str, Any]:
        """`kind` is chat.completion, or that of a piece."""
        told = {"id": self.id, "object": kind, "created": self.created, "model": self.model}
        return {**told, "system_fingerprint": self.fingerprint}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How an answer ends."""

    finish: str
    prompt_tokens: int
    completion_tokens: int
    looped: bool = False
    """Whether it was cut because it repeated itself."""

    @property
    def usage(self) -> dict[str, int]:
        """As the API has it."""
        total = self.prompt_tokens + self.completion_tokens
        return {"prompt_tokens": self.prompt_tokens, "completion_tokens": self.completion_tokens, "total_tokens": total}

    @property
    def flags(self) -> dict[str, Any]:
        """Keys of ours that stand beside a choice's own."""
        return {"loop_detected": True} if self.looped else {}


def completion(head: Head, text: str, ending: Ending, seconds: float) -> dict[str, Any]:
    """A whole answer. It has no `request_id`: the OCR server's callers take one that has for a promise and ask for the rest."""
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": ending.finish, **ending.flags}
    answer = {**head.json("chat.completion"), "choices": [choice], "usage": ending.usage}
    return {**answer, "processing_time_seconds": round(seconds, 4)}


def piece(head: Head, delta: dict[str, Any], ending: Ending | None = None) -> dict[str, Any]:
    """Of an answer that comes bit by bit; the last one has its ending."""
    finish, flags = (ending.finish, ending.flags) if ending else (None, {})
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish, **flags}
    return {**head.json("chat.completion.chunk"), "choices": [choice]}


def counted(head: Head, ending: Ending) -> dict[str, Any]:
    """The piece behind the last one, where the usage was asked for."""
    return {**head.json("chat.completion.chunk"), "choices": [], "usage": ending.usage}


def model(name: str, owner: str) -> dict[str, Any]:
    """One entry of the list of models."""
    return {"id": name, "object": "model", "created": 0, "owned_by": owner}


def models(listed: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The list."""
    return {"object": "list", "data": list(listed)}


def status(ours: int) -> int:
    """What is wrong with a request is 400 there, whatever it is (415 and 422 here)."""
    return 400 if ours in {415, 422} else ours


def error(ours: int, code: str, message: str, param: object = None) -> dict[str, Any]:
    """The body of an error; `ours` is its status here."""
    kind = "server_error" if ours >= 500 else "rate_limit_error" if ours == 429 else "invalid_request_error"
    return {"error": {"message": message, "type": kind, "param": param, "code": _CODES.get(code, code)}}
