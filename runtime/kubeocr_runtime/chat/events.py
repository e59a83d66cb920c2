"""An answer as server-sent events, the way OpenAI's clients read them. `routes` feeds it."""

import asyncio
import contextlib
import json
from collections.abc import Iterator, Mapping

from aiohttp import hdrs, web

from kubeocr_contract import openai
from kubeocr_runtime import errors, incidents

_LAST_WORDS_SECONDS = 4.0
"""Within which a client has to take what is left to say, as in `streams`."""
_DONE = b"data: [DONE]\n\n"


class Events:
    """One answer. Its status is sent with the first event: what fails before that is an error as any."""

    def __init__(self, request: web.Request, *, last: bool) -> None:
        """`last`: of its connection."""
        # nginx would collect an answer before it sends it on
        headers = {hdrs.CONTENT_TYPE: "text/event-stream", hdrs.CACHE_CONTROL: "no-store", "X-Accel-Buffering": "no"}
        self.response = web.StreamResponse(headers=headers)
        if last:
            self.response.force_close()
        self.head = openai.Head(id="", created=0, model="", fingerprint="")
        """What every piece repeats."""
        self._request = request
        self._reason: errors.OcrError | None = None

    @contextlib.contextmanager
    def reported(self) -> Iterator[None]:
        """What goes wrong from the first event on is said by the last one; before, it is raised."""
        try:
            yield
        except ConnectionError:  # the client left
            raise
        except Exception as e:
            if not self.response.prepared:
                raise
            self._reason = incidents.told(e, "route=chat")

    async def tell(self, text: str) -> None:
        """A piece of the answer. Raises `ConnectionError` where the client has left."""
        role = {} if self.response.prepared else {"role": "assistant"}
        await self._send(openai.piece(self.head, {**role, "content": text}))

    async def finish(self, ending: openai.Ending, *, usage: bool) -> None:
        """How it ends; likewise."""
        await self._send(openai.piece(self.head, {}, ending))
        if usage:
            await self._send(openai.counted(self.head, ending))

    async def end(self) -> web.StreamResponse:
        """What went wrong, where anything did. Raises `ConnectionError`."""
        try:
            async with asyncio.timeout(_LAST_WORDS_SECONDS):
                if self._reason is not None:
                    error = self._reason
                    await self._send(openai.error(error.status, error.code, error.message, error.details.get("field")))
                await asyncio.shield(self.response.write(_DONE))
                await self.response.write_eof()
        except TimeoutError:
            if self._request.transport is not None:
                self._request.transport.abort()  # closing would wait for the client to take what it does not take
            raise ConnectionResetError("the client does not read its answer") from None
        return self.response

    async def _send(self, event: Mapping[str, object]) -> None:
        """As a whole, however the answer ends (`streams.Stream`)."""
        if not self.response.prepared:
            await self.response.prepare(self._request)
        await asyncio.shield(self.response.write(b"data: " + json.dumps(event).encode() + b"\n\n"))
