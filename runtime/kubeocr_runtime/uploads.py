"""A multipart form as a frozen value: never more of it in memory than its limit and a chunk."""

import asyncio
import dataclasses
import functools
from collections.abc import Awaitable, Mapping
from typing import TypeVar

import aiohttp
from aiohttp import hdrs, http_exceptions, web

from kubeocr_contract import wire
from kubeocr_runtime import errors

T = TypeVar("T")
STALL_SECONDS = 10.0
_CHUNK = 256 * 1024
_FIELD_BYTES = 4096
_FIELDS = 64
_SHOWN = 64
"""Characters of a wrong field's name that its refusal repeats."""
_KNOWN = 64
"""Parts' heads that are remembered."""
_FORM_BYTES = 64 * 1024
"""What the form's head and other fields may add to the file."""
_WORTH_READING = 2**20
"""Bytes that are read and thrown away to keep a refused request's connection: fewer than a new connection is worth."""


# What aiohttp 3.14 raises for a form that is none, found by sending such forms (test_hardening.py); it documents no closed set.
_BROKEN = (ValueError, AssertionError, aiohttp.ClientError, http_exceptions.HttpProcessingError)


@dataclasses.dataclass(frozen=True, slots=True)
class Form:
    """A file and the other fields as they were sent."""

    file: bytes
    fields: Mapping[str, str]
    name: str = ""
    """Of the file, as its client calls it."""


def refuse_if_declared_too_large(request: web.Request, limit: int) -> None:
    """A body whose declared length is over the limit is refused unread. Raises `errors.TooLarge`."""
    if request.content_length is not None and request.content_length > limit + _FORM_BYTES:
        raise _too_large(limit)


def expected(request: web.Request, limit: int) -> int:
    """Bytes of memory that the form may need: what is declared, or all that is allowed where the body may swell."""
    declared = None if hdrs.CONTENT_ENCODING in request.headers else request.content_length
    return limit if declared is None else min(declared, limit)


async def wait_to_be_asked(_: web.Request) -> None:
    """For a route: a client that asks before it sends its body (Expect: 100-continue) hears nothing until `receive`."""


def leaves_unread(request: web.Request) -> bool:
    """Whether so much of the body is still to come that its connection is better closed: a refusal must not take an upload."""
    if request.content.is_eof():
        return False
    return hdrs.EXPECT in request.headers or request.content_length is None or request.content_length > _WORTH_READING


async def receive(request: web.Request, limit: int) -> Form:
    """Read the form. `limit` is the file's, in bytes.

    Raises `errors.TooLarge`, `errors.InvalidField` for what is no multipart form or has not exactly one file.
    """
    if not _is_form(request.headers.get(hdrs.CONTENT_TYPE, "")):
        raise errors.InvalidField(
            f"{wire.FILE_FIELD}: send a multipart/form-data form with the field file", field=wire.FILE_FIELD
        )
    files: list[tuple[str, bytes]] = []
    fields: dict[str, str] = {}
    try:
        await _ask_for(request)
        reader = await request.multipart()
        while (part := await _promptly(reader.next())) is not None:
            await _take(part, limit, files, fields)
    except _BROKEN as e:
        raise errors.InvalidField(f"the multipart form is broken: {_reason(e)}", field=wire.FILE_FIELD) from None
    if len(files) != 1:
        raise errors.InvalidField(f"{wire.FILE_FIELD}: one file is needed, {len(files)} were sent", field=wire.FILE_FIELD)
    name, file = files[0]
    return Form(file, fields, name)


async def receive_body(request: web.Request, limit: int) -> bytes:
    """A body that is no form, of `limit` bytes at most once it is unpacked. Raises `errors.TooLarge`, `errors.InvalidField`."""
    body = bytearray()
    try:
        await _ask_for(request)
        while chunk := await _promptly(request.content.readany()):
            body += chunk
            if len(body) > limit:
                raise _too_large(limit)
    except _BROKEN as e:
        raise errors.InvalidField(f"the body is broken: {_reason(e)}") from None
    return bytes(body)


def _is_form(content_type: str) -> bool:
    """By the type alone: each client's boundary is another, and aiohttp reads headers that it does not know yet as e-mail's."""
    return content_type.partition(";")[0].strip().lower() == "multipart/form-data"


async def _ask_for(request: web.Request) -> None:
    if request.version >= aiohttp.HttpVersion11 and request.headers.get(hdrs.EXPECT, "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # to aiohttp, the answer has not begun


async def _take(part: object, limit: int, files: list[tuple[str, bytes]], fields: dict[str, str]) -> None:
    if not isinstance(part, aiohttp.BodyPartReader):
        raise errors.InvalidField("the form has a multipart part inside; send plain fields")
    name, filename = _named(part.headers.get(hdrs.CONTENT_DISPOSITION))
    if name != wire.FILE_FIELD and filename:
        raise errors.InvalidField(f"{name[:_SHOWN]}: send the file in the field {wire.FILE_FIELD}", field=name[:_SHOWN])
    if name != wire.FILE_FIELD:
        fields[name] = await _text(part, name, fields)
    elif files:
        raise errors.InvalidField(f"{name}: one file is needed, more were sent", field=name)
    else:
        files.append((filename, await _read(part, limit, _too_large(limit))))


@functools.lru_cache(maxsize=_KNOWN)
def _named(disposition: str | None) -> tuple[str, str]:
    """A part's name, and its file's, empty where it is none; most clients send the same few. aiohttp takes 0.1 ms for each."""
    _, told = aiohttp.parse_content_disposition(disposition)
    return aiohttp.content_disposition_filename(told, "name") or "", aiohttp.content_disposition_filename(told) or ""


async def _text(part: aiohttp.BodyPartReader, name: str, fields: Mapping[str, str]) -> str:
    if len(fields) >= _FIELDS:
        raise errors.InvalidField(f"the form has more than {_FIELDS} fields")
    too_long = errors.InvalidField(f"{name[:_SHOWN]}: longer than {_FIELD_BYTES} bytes", field=name[:_SHOWN])
    return (await _read(part, _FIELD_BYTES, too_long)).decode(errors="replace")


async def _read(part: aiohttp.BodyPartReader, limit: int, refusal: errors.OcrError) -> bytes:
    data = bytearray()
    while chunk := await _promptly(part.read_chunk(_CHUNK)):
        data += chunk
        if len(data) > limit:
            raise refusal
    return bytes(data)


async def _promptly(step: Awaitable[T]) -> T:
    """A step of a client that goes on sending: one that has stopped holds memory that others wait for."""
    try:
        async with asyncio.timeout(STALL_SECONDS):
            return await step
    except TimeoutError:
        raise errors.UploadStalled(f"nothing came for {STALL_SECONDS:g} s") from None


def _reason(error: Exception) -> str:
    """The first line: what follows repeats the form's own bytes."""
    text = error.message if isinstance(error, http_exceptions.HttpProcessingError) else str(error)
    return text.partition(":")[0].partition("\n")[0] or type(error).__name__


def _too_large(limit: int) -> errors.TooLarge:
    return errors.TooLarge(f"{wire.FILE_FIELD}: larger than {limit / 2**20:g} MiB", limit_bytes=limit)
