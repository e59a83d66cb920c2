"""The form's fields that are about keys and models, as a frozen value. Pure."""

import dataclasses
import json
from collections.abc import Mapping

from kubeocr_contract import extraction as wire
from kubeocr_contract import settings
from kubeocr_runtime import backends, errors, forms, hosts
from kubeocr_runtime.llm import questions

_KEYS = 64
_KEY_LENGTH = 128
_NAME_LENGTH = 256
_COMMAS = str.maketrans({0xFF0C: ",", 0x3001: ","})  # fullwidth, ideographic


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be extracted, and who is asked."""

    keys: tuple[str, ...]
    server: questions.Server
    text_model: str
    vision_model: str
    """Empty where no page is to be shown."""
    warnings: tuple[str, ...]

    @property
    def models(self) -> wire.Models:
        """As the answer tells them."""
        return wire.Models(vision=self.vision_model, text=self.text_model, url=backends.shown(self.server.url))


def parse(fields: Mapping[str, str], chosen: settings.Settings) -> Wanted:
    """Raises `errors.InvalidField`."""
    url, warnings = _url(fields.get(wire.URL, "").strip(), chosen)
    key = fields.get(wire.API_KEY, "").strip()
    if not (key.isascii() and key.isprintable()):
        raise errors.InvalidField(f"{wire.API_KEY}: only printable ASCII can be sent in a header", field=wire.API_KEY)
    return Wanted(
        keys=_keys(fields.get(wire.KEYS, "")),
        server=questions.Server(url=url, seconds=chosen.llm_timeout_seconds, key=key),
        text_model=_model(fields, wire.TEXT_MODEL, chosen.llm_model or wire.DEFAULT_TEXT_MODEL),
        vision_model=_model(fields, wire.VISION_MODEL, chosen.llm_vision_model),
        warnings=warnings,
    )


def refuse_without_server(chosen: settings.Settings) -> None:
    """For a service that could ask nobody, whatever the form says. Raises `errors.LlmUnavailable`."""
    if not chosen.llm_url and not chosen.llm_hosts:
        raise errors.LlmUnavailable("this service has no language model (spec.llm of its OCRService); pages are read without")


def _keys(text: str) -> tuple[str, ...]:
    """Separated by commas, or a JSON list where a key has one in it."""
    keys = tuple(dict.fromkeys(filter(None, (part.strip().strip("\"'").strip() for part in _parts(text)))))
    if not keys:
        raise errors.InvalidField(f"{wire.KEYS}: name at least one, separated by commas", field=wire.KEYS)
    if len(keys) > _KEYS:
        raise errors.InvalidField(f"{wire.KEYS}: {len(keys)} are more than {_KEYS}", field=wire.KEYS)
    wrong = next((key for key in keys if len(key) > _KEY_LENGTH or not key.isprintable()), None)
    if wrong is not None:
        message = f"{wire.KEYS}: {wrong[: forms.SHOWN]!r} is not 1 to {_KEY_LENGTH} printable characters"
        raise errors.InvalidField(message, field=wire.KEYS)
    return keys


def _parts(text: str) -> list[str]:
    if not text.lstrip().startswith("["):
        return text.translate(_COMMAS).split(",")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not all(isinstance(key, str) for key in found):
        raise errors.InvalidField(f"{wire.KEYS}: {text[: forms.SHOWN]!r} is no JSON list of texts", field=wire.KEYS)
    return found


def _model(fields: Mapping[str, str], name: str, default: str) -> str:
    text = fields.get(name, "").strip() or default
    if len(text) > _NAME_LENGTH or not text.isprintable():
        raise errors.InvalidField(f"{name}: {text[: forms.SHOWN]!r} is no model's name", field=name)
    return text


def _url(sent: str, chosen: settings.Settings) -> tuple[str, tuple[str, ...]]:
    """Whom to ask. A server that a caller names is asked only where the service allows its host: whoever may name any could
    have the pod ask whatever it reaches.
    """
    if hosts.allows(chosen.llm_hosts, sent):
        return sent, ()
    if chosen.llm_url:
        foreign = sent and hosts.of(sent) != hosts.of(chosen.llm_url)
        return chosen.llm_url, (f"{wire.URL}: not followed; this service asks its own server",) if foreign else ()
    message = f"{wire.URL}: {sent[: forms.SHOWN]!r} is none of those that are allowed: {', '.join(chosen.llm_hosts)}"
    raise errors.InvalidField(message, field=wire.URL)
