"""An answer that comes page by page, a line of JSON each. `routes` feeds it; every page is accounted for, whatever happens.

How an answer is written bit by bit is `piecemeal`'s.
"""

import contextlib
import json
from collections.abc import Mapping

from aiohttp import hdrs, web

from kubeocr_contract import detected, wire
from kubeocr_runtime import callers, errors, piecemeal, spoken, turns, wishes


def wanted(request: web.Request) -> bool:
    """Whether a request asks for such an answer."""
    for each in ",".join(request.headers.getall(hdrs.ACCEPT, ())).lower().split(","):
        kind, *parameters = (part.strip() for part in each.split(";"))
        if kind == wire.JSON_LINES:
            return not any(weight.strip("q=0.") == "" for weight in parameters if weight.startswith("q="))
    return False


class Stream:
    """One answer, of as many pages as its first line says."""

    def __init__(self, request: web.Request, *, last: bool) -> None:
        """`last`: of its connection."""
        self._request = request
        self._answer = piecemeal.Answer(request, wire.JSON_LINES, last=last)
        self._pages = 0
        self._counts = dict.fromkeys((wire.DONE, wire.FAILED, wire.SKIPPED), 0)
        self._timings = wire.Timings()
        self._shares: list[detected.Share] = []

    def reported(self) -> contextlib.AbstractContextManager[None]:
        """What goes wrong from the first line on is said by the last ones; before, it is raised."""
        return self._answer.reported(lambda: f"pages={self._pages}")

    async def begin(self, wish: wishes.Wish, pages: int) -> None:
        """The status, and the first line."""
        self._pages, self._wish = pages, wish
        await self._answer.begin()
        await self._write(wire.first_line(wish.heading, pages, self._request[callers.CALLER].request_id))

    async def tell(self, outcome: turns.Outcome) -> None:
        """The next page's line. Raises `ConnectionError` where the client has left."""
        if isinstance(outcome, turns.Failure):
            self._counts[wire.FAILED] += 1
            await self._write(wire.page_not_done(outcome.page, wire.FAILED, _body(outcome.error)))
        else:
            self._counts[wire.DONE] += 1
            self._timings += wishes.timings(outcome)
            self._shares = spoken.total([*self._shares, *outcome.result.shares])
            await self._write(wishes.page_answer(self._wish, outcome))

    async def end(self) -> web.StreamResponse:
        """A line for each page that was not reached, and the last one. Raises `ConnectionError`."""
        return await self._answer.end(self._last_words)

    async def _last_words(self) -> None:
        why = _body(self._answer.reason) if self._answer.reason else {}
        for number in range(sum(self._counts.values()) + 1, self._pages + 1):
            self._counts[wire.SKIPPED] += 1
            await self._write(wire.page_not_done(number, wire.SKIPPED, why))
        told = wishes.shares_told(self._wish, self._shares) if self._shares else {}
        await self._write({**wire.last_line(self._counts, self._timings, why), **told})

    async def _write(self, line: Mapping[str, object]) -> None:
        await self._answer.write(json.dumps(line).encode() + b"\n")


def _body(error: errors.OcrError) -> dict[str, object]:
    return wire.error(error.code, error.message, **error.details)
