"""The routes that answer with a page's structure."""

import asyncio
import functools
from collections.abc import Mapping

from aiohttp import hdrs, web

from kubeocr_contract import outputs, settings, structured, wire
from kubeocr_runtime import errors, printing, readers, turns, uploads, visits, wishes
from kubeocr_runtime.formats import asking
from kubeocr_runtime.structure import answers, asked

_PICTURES_MIB = 64
"""Of one answer, which is in memory as a whole: a book of scans has a gigabyte of them."""


def routes(chosen: settings.Settings) -> list[web.RouteDef]:
    """For a service with these settings."""
    each = (asked.route(path, chosen) for path in structured.ROUTES)
    return [web.post(x.path, functools.partial(read, x), expect_handler=uploads.wait_to_be_asked) for x in each]


async def read(route: wire.OcrRoute, request: web.Request) -> web.Response:
    """POST of a form with a file: all pages, in one piece."""
    visit = visits.Visit.of(request)

    def parse(fields: Mapping[str, str]) -> tuple[wishes.Wish, asked.Asked]:
        given = {**asking.asked(request.query, ()), **_with_accept(route, fields, request)}
        wanted = asked.parse(route, given, visit.services.store, visit.services.worker.reader)
        return wanted.wish, wanted

    pages = _Pages()
    async with visits.let_in(visit) as ticket, visits.opened(visit, ticket, parse) as (task, wanted):
        await visit.services.turns.deliver(task.document, task.job, pages.take)
        if task.wish.output.name != outputs.JSON:
            return await printing.answer(visit.services, task, pages.reads)
        return await _answer(wanted, pages.reads)


class _Pages:
    """What was read so far, as long as its pictures may stay in memory."""

    def __init__(self) -> None:
        self.reads: list[readers.Read] = []
        self._bytes = 0

    async def take(self, outcome: turns.Outcome) -> None:
        """Raises a page's own error, and `errors.TooLarge`."""
        if isinstance(outcome, turns.Failure):
            raise outcome.error
        self._bytes += answers.picture_bytes(outcome.result)
        if self._bytes > _PICTURES_MIB * 2**20:
            raise errors.TooLarge(
                f"{structured.IMAGES_FIELD}: up to page {outcome.result.number} the pictures of the document take more than "
                f"{_PICTURES_MIB} MiB; send fewer pages, or {structured.IMAGES_FIELD}={structured.NONE}"
            )
        self.reads.append(outcome)


async def _answer(wanted: asked.Asked, reads: list[readers.Read]) -> web.Response:
    if wanted.images == structured.ZIP:
        headers = {hdrs.CONTENT_DISPOSITION: 'attachment; filename="document.zip"'}
        body = await asyncio.to_thread(answers.archive, reads)
        return web.Response(body=body, content_type=structured.ARCHIVE, headers=headers)
    return web.json_response(await asyncio.to_thread(answers.answer, wanted, reads))


def _with_accept(route: wire.OcrRoute, fields: Mapping[str, str], request: web.Request) -> Mapping[str, str]:
    """A client may ask for a ZIP file by its header too."""
    by_header = request.headers.get(hdrs.ACCEPT, "").split(";")[0].strip() == structured.ARCHIVE
    return {structured.IMAGES_FIELD: structured.ZIP, **fields} if by_header and route.path == structured.MARKDOWN else fields
