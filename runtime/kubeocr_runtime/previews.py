"""The picture of one page, for whoever cannot draw it: browsers show no TIFF and, inside of a page, no PDF.

It takes the way of a request that reads, with its bounds, up to the engine, which it leaves alone.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from kubeocr_contract import wire
from kubeocr_runtime import admission, errors, jpegs, services, uploads, visits

PATH = "/ocr/preview"
MEDIA = "image/jpeg"
PAGE_FIELD = "page"
_LONGEST = 2400
"""Pixels of the longer side: an A4 page of a PDF has 2339, so it comes as it is read."""
_DIGITS = 6
_QUALITY = 85


def routes() -> list[web.RouteDef]:
    """What `app` serves of this."""
    return [web.post(PATH, preview, expect_handler=uploads.wait_to_be_asked)]


async def preview(request: web.Request) -> web.Response:
    """POST of a form with a file, and the number of a page."""
    visit = visits.Visit.of(request)
    known = visit.services
    async with visits.let_in(visit) as ticket, known.uploads.take(uploads.expected(request, known.file_bytes)) as held:
        form = await uploads.receive(request, known.file_bytes)
        held.shrink(len(form.file))
        picture = await _drawn(known, ticket, form)
    return web.Response(body=picture, content_type=MEDIA, headers={"Cache-Control": "no-store"})


def operation(error_answers: Mapping[str, Any]) -> dict[str, Any]:
    """Its entry in the OpenAPI document. `error_answers` are those of every route that takes a document."""
    properties = {
        PAGE_FIELD: {"type": "integer", "minimum": 1, "default": 1},
        wire.FILE_FIELD: {"type": "string", "format": "binary"},
    }
    form = {"type": "object", "required": [wire.FILE_FIELD], "properties": properties}
    picture = {"type": "string", "format": "binary"}
    return {
        "post": {
            "summary": "A page's picture",
            "description": f"JPEG of a page as it is read, its longer side at most {_LONGEST} pixels; nothing is read",
            "operationId": "preview",
            "tags": ["ocr"],
            "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form}}},
            "responses": {"200": {"description": "the picture", "content": {MEDIA: {"schema": picture}}}, **error_answers},
        }
    }


async def _drawn(known: services.Services, ticket: admission.Ticket, form: uploads.Form) -> bytes:
    decoder = known.turns.decoder
    async with decoder.opened(form.file, known.settings) as document:
        index = _index(form.fields, document.pages)
        pixels = await document.pixels(index)
        ticket.take(1, pixels, len(form.file))
        async with known.turns.room.take(pixels) as held:
            page = await document.page(index, held)
            return await asyncio.wrap_future(decoder.threads.submit(lambda: jpegs.encode(page.image, _LONGEST, _QUALITY)))


def _index(fields: Mapping[str, str], pages: int) -> int:
    text = fields.get(PAGE_FIELD, "1").strip()
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS and 1 <= int(text) <= pages:
        return int(text) - 1
    raise errors.InvalidField(f"{PAGE_FIELD}: {text[:_DIGITS]!r} is no page from 1 to {pages}", field=PAGE_FIELD)
