"""What a language model is asked, and what it said, as values. Pure; `client` sends and receives them."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import Any

Message = Mapping[str, Any]
"""One of a chat's messages, as the API has it."""


class NoAnswer(Exception):
    """A body or a line of a stream that is none of a chat's; the message says what it is."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Who is asked."""

    url: str
    """With OpenAI's /v1 at its end, or without."""
    seconds: int
    """The longest that an answer may take."""
    key: str = dataclasses.field(default="", repr=False)
    """Sent as the bearer token; never to be shown."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A chat whose next message is wanted."""

    model: str
    messages: tuple[Message, ...]
    schema: Mapping[str, Any] | None = None
    """JSON schema that the answer is held to."""
    temperature: float = 0.0
    most_tokens: int | None = None

    def body(self, *, stream: bool) -> dict[str, Any]:
        """The request's."""
        said = {"model": self.model, "messages": list(self.messages), "temperature": self.temperature, "stream": stream}
        if self.schema is not None:
            shape = {"name": "answer", "strict": True, "schema": self.schema}
            said["response_format"] = {"type": "json_schema", "json_schema": shape}
        if self.most_tokens is not None:
            said["max_tokens"] = self.most_tokens
        return {**said, "stream_options": {"include_usage": True}} if stream else said

    def again(self, answer: str, objection: str) -> "Question":
        """The same with what was answered to it, and what is wrong with that."""
        more = ({"role": "assistant", "content": answer}, said("user", objection))
        return dataclasses.replace(self, messages=(*self.messages, *more))


@dataclasses.dataclass(frozen=True, slots=True)
class Usage:
    """Tokens, as the server counts them."""

    prompt: int
    completion: int


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """Of an answer, or all of it."""

    text: str = ""
    model: str = ""
    finish: str = ""
    """Why it ends; empty before it does."""
    usage: Usage | None = None


def said(role: str, text: str, pictures: Sequence[str] = ()) -> Message:
    """A message with a text, and pictures as data URLs behind it."""
    if not pictures:
        return {"role": role, "content": text}
    shown = [{"type": "image_url", "image_url": {"url": url}} for url in pictures]
    return {"role": role, "content": [{"type": "text", "text": text}, *shown]}


def parse(body: bytes | str, part: str = "message") -> Piece:
    """A whole answer, or (`part`: delta) a line of one that comes bit by bit. Raises `NoAnswer`."""
    found = _object(body)
    if found.get("error"):
        raise NoAnswer(f"an error: {complaint(found)}")
    choices = found.get("choices")
    if not isinstance(choices, list):
        raise NoAnswer("JSON that has no choices")
    first = choices[0] if choices and isinstance(choices[0], dict) else {}
    message = first.get(part)
    text = message.get("content") if isinstance(message, dict) else ""
    if not isinstance(text, str | None) or (part == "message" and not isinstance(message, dict)):
        raise NoAnswer("a choice without text")
    return Piece(text or "", str(found.get("model") or ""), str(first.get("finish_reason") or ""), _usage(found.get("usage")))


def complaint(found: Mapping[str, Any]) -> str:
    """What an error's body says, as OpenAI and as Ollama write it."""
    error = found.get("error")
    text = error.get("message") if isinstance(error, dict) else error
    return str(text)[:200] if text else "no reason given"


def refusal(body: bytes) -> str:
    """What the body of a refusal says, whatever it is."""
    try:
        return complaint(_object(body))
    except NoAnswer:
        return "no reason given"


def _object(body: bytes | str) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise NoAnswer("something other than JSON") from None
    if not isinstance(found, dict):
        raise NoAnswer("JSON that is no object")
    return found


def _usage(found: object) -> Usage | None:
    if not isinstance(found, dict):
        return None
    prompt, completion = found.get("prompt_tokens"), found.get("completion_tokens")
    return Usage(prompt, completion) if isinstance(prompt, int) and isinstance(completion, int) else None
