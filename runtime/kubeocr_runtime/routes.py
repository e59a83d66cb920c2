"""The routes that read text, and the list of what can be read."""

from collections.abc import Mapping

from aiohttp import hdrs, web

from kubeocr_contract import outputs, wire
from kubeocr_runtime import guide, printing, services, streams, visits, wishes
from kubeocr_runtime.formats import asking


async def recognise(route: wire.OcrRoute, request: web.Request) -> web.StreamResponse:
    """POST of a form with a file: every page's lines, in one piece or page by page, or the document in another format."""
    visit, by_page = visits.Visit.of(request), streams.wanted(request)
    asked = asking.asked(request.query, () if by_page else request.headers.getall(hdrs.ACCEPT, ()))

    def parse(fields: Mapping[str, str]) -> tuple[wishes.Wish, None]:
        wish = wishes.parse(route, {**asked, **fields}, visit.services.store, visit.services.worker.reader)
        if by_page:
            asking.refuse_by_page(wish.output)
        return wish, None

    return await (_page_by_page if by_page else _whole)(visit, parse)


async def _whole(visit: visits.Visit, parse: visits.Parse[None]) -> web.Response:
    async with visits.let_in(visit) as ticket, visits.opened(visit, ticket, parse) as (task, _):
        reads = await visit.services.turns.read_all(task.document, task.job)
        if task.wish.output.name != outputs.JSON:
            return await printing.answer(visit.services, task, reads)
    return web.json_response(wishes.answer(task.wish, reads))


async def _page_by_page(visit: visits.Visit, parse: visits.Parse[None]) -> web.StreamResponse:
    stream = streams.Stream(visit.request, last=visit.services.entrance.leaving)
    with stream.reported():
        async with visits.let_in(visit) as ticket, visits.opened(visit, ticket, parse) as (task, _):
            await stream.begin(task.wish, task.document.pages)
            await visit.services.turns.deliver(task.document, task.job, stream.tell)
    return await stream.end()


async def list_languages(request: web.Request) -> web.Response:
    """GET of what can be read, and where."""
    known = request.app[services.SERVICES]
    return web.json_response(guide.languages(known.settings, known.store.carried()))
