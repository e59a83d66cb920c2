"""An answer that is written piece by piece: what `streams` and `chat.events` share. Each knows what its pieces look like.

Nothing of a piece is kept once it is written, and a client that reads slowly holds up whoever writes.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator

from aiohttp import hdrs, web

from kubeocr_runtime import errors, incidents

LAST_WORDS_SECONDS = 4.0
"""Within which a client has to take what is left to say once its document has ended: less than a pod that ends waits for it."""


class Answer:
    """Its status is sent with `begin`: what fails before that is an error as any."""

    def __init__(self, request: web.Request, media: str, *, last: bool) -> None:
        """`media`: the type; `last`: of its connection."""
        # nginx would collect an answer before it sends it on
        headers = {hdrs.CONTENT_TYPE: media, hdrs.CACHE_CONTROL: "no-store", "X-Accel-Buffering": "no"}
        self.reason: errors.OcrError | None = None
        """What went wrong once it had begun."""
        self._request = request
        self._response = web.StreamResponse(headers=headers)
        if last:
            self._response.force_close()

    @property
    def begun(self) -> bool:
        """Whether the status is sent."""
        return self._response.prepared

    async def begin(self) -> None:
        """Send it."""
        await self._response.prepare(self._request)

    @contextlib.contextmanager
    def reported(self, where: Callable[[], str]) -> Iterator[None]:
        """What goes wrong once it has begun is left in `reason`; before, it is raised. `where`: for the log, as key=value."""
        try:
            yield
        except ConnectionError:  # the client left
            raise
        except Exception as e:
            if not self.begun:
                raise
            self.reason = incidents.told(e, where())

    async def write(self, piece: bytes) -> None:
        """Sent as a whole, however the answer ends; what takes time is the client's reading.

        Whoever stops waiting for that must not cancel what aiohttp waits on: it would keep it, and fail all writes to come.
        Raises `ConnectionError` where the client has left.
        """
        await asyncio.shield(self._response.write(piece))

    async def end(self, say: Callable[[], Awaitable[None]]) -> web.StreamResponse:
        """Say what is left, and no more. Raises `ConnectionError`."""
        try:
            async with asyncio.timeout(LAST_WORDS_SECONDS):
                await say()
                await self._response.write_eof()
        except TimeoutError:
            if self._request.transport is not None:
                self._request.transport.abort()  # closing would wait for the client to take what it does not take
            raise ConnectionResetError("the client does not read its answer") from None
        return self._response
