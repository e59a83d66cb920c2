"""A request's JSON as what it asks for, and that as an order. Pure; `routes` comes here."""

import dataclasses
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from aiohttp import hdrs

from kubeocr_contract import enhancing, ocr_server, outputs, wire
from kubeocr_runtime import bodies, data_urls, documents, errors, prompts
from kubeocr_runtime.jobs import orders
from kubeocr_runtime.requests import timeouts

FILE = "file"
"""Name of the document in a job's folder."""
LAYOUT = "layout"
"""Field of an order: whether blocks, lines and words are wanted."""
_CLIENT = re.compile(r"[A-Za-z0-9._:@-]{1,128}")
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_AS_THEY_ARE = (wire.TEXT_LAYER_FIELD, wire.ORDER_FIELD, wire.PRIORITY_FIELD, enhancing.ENHANCE_FIELD)
"""Fields of ours, which have the same names and words in forms."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request wants."""

    file: bytes = dataclasses.field(repr=False)
    fields: Mapping[str, str]
    """As a form has them; `works` reads them."""
    seconds: int
    """That one attempt may take."""
    client: str = ""
    webhook: str = ""


def parse(body: bytes, limits: timeouts.Timeouts, most_bytes: int) -> Asked:
    """Raises `errors.InvalidBody`, `InvalidField`, `InvalidImageUrl`, `InvalidBase64`, `TooLarge`, `UnsupportedMedia`."""
    found = bodies.parse(body)
    url = bodies.text(found, ocr_server.IMAGE)
    if not url:
        raise errors.InvalidField(f"{ocr_server.IMAGE}: is missing; send a data URL in base64", field=ocr_server.IMAGE)
    file = data_urls.file(url, ocr_server.IMAGE)
    if len(file) > most_bytes:
        message = f"{ocr_server.IMAGE}: larger than {most_bytes / 2**20:g} MiB"
        raise errors.TooLarge(message, field=ocr_server.IMAGE, limit_bytes=most_bytes)
    documents.told(file)
    return Asked(
        file=file,
        fields=_fields(found),
        seconds=bodies.whole(found, ocr_server.TIMEOUT, (1, limits.worker_timeout)) or limits.request_timeout,
        client=client(found),
        webhook=bodies.text(found, ocr_server.WEBHOOK),
    )


def client(found: Mapping[str, Any]) -> str:
    """As a client calls itself; empty where it does not. Raises `errors.InvalidField`."""
    name = bodies.text(found, ocr_server.CLIENT_ID)
    if name and not is_client(name):
        message = f"{ocr_server.CLIENT_ID}: {name!r:.64} is not 1 to 128 characters of A-Z a-z 0-9 . _ : @ -"
        raise errors.InvalidField(message, field=ocr_server.CLIENT_ID)
    return name


def is_client(name: str) -> bool:
    """Whether a client may be called this."""
    return _CLIENT.fullmatch(name) is not None


def idempotency_key(headers: Mapping[str, str]) -> str:
    """Empty where there is none. Raises `errors.InvalidParameter`."""
    key = headers.get(ocr_server.IDEMPOTENCY_KEY, "")
    if key and not _KEY.fullmatch(key):
        name = ocr_server.IDEMPOTENCY_KEY
        raise errors.InvalidParameter(f"{name}: 1 to 255 visible characters of ASCII are allowed", field=name)
    return key


def order(asked: Asked, route: str, owner: str, key: str, limits: timeouts.Timeouts) -> orders.Order:
    """Of whoever has this API key, under this idempotency key."""
    return orders.Order(
        id=orders.new_id(),
        owner=owner,
        route=route,
        fields=asked.fields,
        file=FILE,
        digest=hashlib.sha256(asked.file).hexdigest(),
        size=len(asked.file),
        wait_seconds=limits.queue_timeout,
        run_seconds=asked.seconds,
        attempts=limits.max_retries + 1,
        client=asked.client,
        webhook=asked.webhook,
        idempotency_key=key,
    )


def preferred_wait(headers: Mapping[str, str], default: float, most: float) -> float:
    """Seconds for which an answer may be held back (RFC 7240); who wants it at once says `respond-async`, or `wait=0`."""
    for each in headers.get("Prefer", "").lower().split(","):
        name, _, value = (part.strip(' "') for part in each.partition("="))
        if name == "respond-async":
            return 0.0
        if name == "wait" and re.fullmatch("[0-9]{1,6}", value, re.ASCII):
            return min(float(value), most)
    return default


def wants_events(headers: Mapping[str, str]) -> bool:
    """Whether a job is to be told as it changes."""
    return "text/event-stream" in headers.get(hdrs.ACCEPT, "").lower()


def _fields(found: Mapping[str, Any]) -> dict[str, str]:
    layout, language = _prompt(found)
    switch = json.dumps(layout)
    options = found.get(enhancing.OPTIONS_FIELD)
    return {
        wire.LANGUAGE_FIELD: language,
        LAYOUT: switch,
        outputs.WORDS_FIELD: switch,
        **({} if options is None else {enhancing.OPTIONS_FIELD: json.dumps(options, sort_keys=True)}),
        **{name: value for name in _AS_THEY_ARE if (value := bodies.text(found, name))},
        **{name: json.dumps(bodies.flag(found, name)) for name in wire.FLAGS if found.get(name) is not None},
    }


def _prompt(found: Mapping[str, Any]) -> tuple[bool, str]:
    """Whether a layout is wanted, and the language as a form has it."""
    prompt = prompts.parse(found)
    return prompt.layout, prompt.fields[wire.LANGUAGE_FIELD]
