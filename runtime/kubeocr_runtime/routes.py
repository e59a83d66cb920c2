"""The routes that read text, and the list of what can be read."""

import datetime as dt
from collections.abc import Mapping

from aiohttp import web

from kubeocr_contract import wire
from kubeocr_runtime import callers, errors, guide, services, streams, visits, wishes

_NO_REASON = "manual"
_REASON_LENGTH = 200


async def recognise(route: wire.OcrRoute, request: web.Request) -> web.StreamResponse:
    """POST of a form with a file: every page's lines, in one piece or page by page."""
    visit = visits.Visit.of(request)

    def parse(fields: Mapping[str, str]) -> wishes.Wish:
        return wishes.parse(route, fields, visit.services.store, visit.services.worker.reader)

    return await (_page_by_page if streams.wanted(request) else _whole)(visit, parse)


async def _whole(visit: visits.Visit, parse: visits.Parse) -> web.Response:
    async with visits.let_in(visit) as ticket, visits.opened(visit, ticket, parse) as task:
        reads = await visit.services.turns.read_all(task.document, task.job)
    return web.json_response(wishes.answer(task.wish, reads))


async def _page_by_page(visit: visits.Visit, parse: visits.Parse) -> web.StreamResponse:
    stream = streams.Stream(visit.request, last=visit.services.entrance.leaving)
    with stream.reported():
        async with visits.let_in(visit) as ticket, visits.opened(visit, ticket, parse) as task:
            await stream.begin(task.wish, task.document.pages)
            await visit.services.turns.deliver(task.document, task.job, stream.tell)
    return await stream.end()


async def cancel(request: web.Request) -> web.Response:
    """DELETE of a request that runs: it ends at once, and its client is told why."""
    known, own = request.app[services.SERVICES], request[callers.CALLER]
    reason = request.query.get("reason", _NO_REASON)
    if not (1 <= len(reason) <= _REASON_LENGTH and reason.isprintable()):
        raise errors.InvalidField(f"reason: 1 to {_REASON_LENGTH} printable characters are allowed", field="reason")
    request_id = request.match_info["request_id"]
    known.entrance.running.cancel(callers.Caller(request_id, own.key), reason)
    at = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return web.json_response(wire.cancelled(request_id, reason, at))


async def list_languages(request: web.Request) -> web.Response:
    """GET of what can be read, and where."""
    known = request.app[services.SERVICES]
    return web.json_response(guide.languages(known.settings, known.store.carried()))
