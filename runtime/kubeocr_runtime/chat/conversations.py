"""A request's JSON as a frozen value. Pure."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

from kubeocr_contract import openai
from kubeocr_runtime import bodies, data_urls, documents, errors, prompts

_PICTURES = 64
_MESSAGES = 256
_TOKENS = ("max_completion_tokens", "max_tokens")
"""The new name of it, and the old one."""
_ROLES = ("system", "developer", "user", "assistant", "tool")


@dataclasses.dataclass(frozen=True, slots=True)
class Picture:
    """A file that was sent as a data URL."""

    data: bytes = dataclasses.field(repr=False)
    kind: str
    """As `documents.told` has it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Message:
    """What someone said and showed."""

    role: str
    text: str
    pictures: tuple[Picture, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What is asked for."""

    model: str
    messages: tuple[Message, ...]
    prompt: prompts.Prompt
    stream: bool
    usage: bool
    """Whether a stream ends with the usage."""
    most_tokens: int
    temperature: float
    seconds: int | None
    """How long the client waits."""

    @property
    def asked(self) -> Message:
        """The last message that shows something: those before it were answered."""
        return next(message for message in reversed(self.messages) if message.pictures)

    @property
    def text(self) -> str:
        """All that was said."""
        return "\n".join(message.text for message in self.messages)


def parse(body: bytes) -> Conversation:
    """Raises `errors.InvalidBody`, `InvalidField`, `InvalidImageUrl`, `InvalidBase64`, `UnsupportedMedia`."""
    found = bodies.parse(body)
    messages = _messages(found.get("messages"))
    options = found.get("stream_options")
    return Conversation(
        model=bodies.text(found, "model") or _missing("model"),
        messages=messages,
        prompt=_prompt(found, next(m.text for m in reversed(messages) if m.pictures)),
        stream=bodies.flag(found, "stream"),
        usage=isinstance(options, dict) and bodies.flag(options, "include_usage"),
        most_tokens=next((tokens for name in _TOKENS if (tokens := bodies.whole(found, name, (1, 10**6)))), openai.MOST_TOKENS),
        temperature=bodies.number(found, "temperature", (0, 2)) or 0.0,
        seconds=bodies.whole(found, "timeout", (1, openai.MOST_SECONDS)),
    )


def _prompt(found: Mapping[str, Any], text: str) -> prompts.Prompt:
    """A mode may be named by its field, or be all that a message says."""
    said = {prompts.MODE_FIELD: text} if not found.get(prompts.MODE_FIELD) and prompts.is_mode(text) else {}
    return prompts.parse({**found, **said}, prompts.TEXT)


def _messages(found: object) -> tuple[Message, ...]:
    if not isinstance(found, list) or not found:
        _missing("messages")
    if len(found) > _MESSAGES:
        raise errors.InvalidField(f"messages: {len(found)} are more than {_MESSAGES}", field="messages")
    messages = tuple(_message(each, f"messages[{index}]") for index, each in enumerate(found))
    count = sum(len(message.pictures) for message in messages)
    if not 1 <= count <= _PICTURES:
        message = f"messages: 1 to {_PICTURES} parts of type image_url are allowed, {count} were sent"
        raise errors.InvalidField(message, field="messages")
    return messages


def _message(found: object, where: str) -> Message:
    if not isinstance(found, dict) or found.get("role") not in _ROLES:
        raise errors.InvalidField(f"{where}.role: one of {', '.join(_ROLES)} is needed", field=f"{where}.role")
    content = found.get("content")
    if content is None or isinstance(content, str):
        return Message(found["role"], content or "")
    if not isinstance(content, list):
        raise errors.InvalidField(f"{where}.content: a text or a list of parts is needed", field=f"{where}.content")
    parts = list(_parts(content, f"{where}.content"))
    text = "\n".join(part for part in parts if isinstance(part, str))
    return Message(found["role"], text, tuple(part for part in parts if isinstance(part, Picture)))


def _parts(content: Sequence[object], where: str) -> Iterator[str | Picture]:
    for index, part in enumerate(content):
        field = f"{where}[{index}]"
        kind = part.get("type") if isinstance(part, dict) else None
        value = part.get(kind) if isinstance(part, dict) and isinstance(kind, str) else None
        if kind == "text" and isinstance(value, str):
            yield value
        elif kind == "image_url" and isinstance(url := value.get("url") if isinstance(value, dict) else value, str):
            yield _picture(url, f"{field}.image_url.url")
        else:
            raise errors.InvalidField(f"{field}: a part of type text or image_url is needed, with what it is", field=field)


def _picture(url: str, field: str) -> Picture:
    file = data_urls.file(url, field)
    return Picture(file, documents.told(file))


def _missing(name: str) -> NoReturn:
    raise errors.InvalidField(f"{name}: is missing", field=name)
