"""An answer that comes page by page, a line of JSON each. `routes` feeds it; every page is accounted for, whatever happens.

Nothing of a line is kept once it is written, and a client that reads slowly holds up whoever writes.
"""

import asyncio
import contextlib
import json
from collections.abc import Iterator, Mapping

from aiohttp import hdrs, web

from kubeocr_contract import wire
from kubeocr_runtime import callers, errors, incidents, turns, wishes

_LAST_WORDS_SECONDS = 4.0
"""Within which a client has to take what is left to say once its document has ended: less than a pod that ends waits for it."""


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
        # nginx would collect an answer before it sends it on
        headers = {hdrs.CONTENT_TYPE: wire.JSON_LINES, hdrs.CACHE_CONTROL: "no-store", "X-Accel-Buffering": "no"}
        self._request = request
        self.response = web.StreamResponse(headers=headers)
        if last:
            self.response.force_close()
        self._pages = 0
        self._counts = dict.fromkeys((wire.DONE, wire.FAILED, wire.SKIPPED), 0)
        self._timings = wire.Timings()
        self._reason: errors.OcrError | None = None

    @contextlib.contextmanager
    def reported(self) -> Iterator[None]:
        """What goes wrong from the first line on is said by the last ones; before, it is raised."""
        try:
            yield
        except ConnectionError:  # the client left
            raise
        except Exception as e:
            if not self.response.prepared:
                raise
            self._reason = incidents.told(e, f"pages={self._pages}")

    async def begin(self, wish: wishes.Wish, pages: int) -> None:
        """The status, and the first line."""
        self._pages, self._wish = pages, wish
        await self.response.prepare(self._request)
        await self._write(wire.first_line(wish.heading, pages, self._request[callers.CALLER].request_id))

    async def tell(self, outcome: turns.Outcome) -> None:
        """The next page's line. Raises `ConnectionError` where the client has left."""
        if isinstance(outcome, turns.Failure):
            self._counts[wire.FAILED] += 1
            await self._write(wire.page_not_done(outcome.page, wire.FAILED, _body(outcome.error)))
        else:
            self._counts[wire.DONE] += 1
            self._timings += wishes.timings(outcome)
            await self._write(wishes.page_answer(self._wish, outcome))

    async def end(self) -> web.StreamResponse:
        """A line for each page that was not reached, and the last one. Raises `ConnectionError`."""
        try:
            async with asyncio.timeout(_LAST_WORDS_SECONDS):
                await self._finish()
        except TimeoutError:
            if self._request.transport is not None:
                self._request.transport.abort()  # closing would wait for the client to take what it does not take
            raise ConnectionResetError("the client does not read its answer") from None
        return self.response

    async def _finish(self) -> None:
        why = _body(self._reason) if self._reason else {}
        for number in range(sum(self._counts.values()) + 1, self._pages + 1):
            self._counts[wire.SKIPPED] += 1
            await self._write(wire.page_not_done(number, wire.SKIPPED, why))
        await self._write(wire.last_line(self._counts, self._timings, why))
        await self.response.write_eof()

    async def _write(self, line: Mapping[str, object]) -> None:
        """A line is sent as a whole, however its document ends; what takes time is the client's reading.

        Whoever stops waiting for that must not cancel what aiohttp waits on: it would keep it, and fail all writes to come.
        """
        await asyncio.shield(self.response.write(json.dumps(line).encode() + b"\n"))


def _body(error: errors.OcrError) -> dict[str, object]:
    return wire.error(error.code, error.message, **error.details)
