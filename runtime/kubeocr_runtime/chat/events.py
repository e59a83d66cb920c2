"""An answer as server-sent events, the way OpenAI's clients read them. `routes` feeds it."""

import contextlib
import json
from collections.abc import Mapping

from aiohttp import web

from kubeocr_contract import openai
from kubeocr_runtime import piecemeal

_MEDIA = "text/event-stream"
_DONE = b"data: [DONE]\n\n"


class Events:
    """One answer. Its status is sent with the first event."""

    def __init__(self, request: web.Request, *, last: bool) -> None:
        """`last`: of its connection."""
        self.head = openai.Head(id="", created=0, model="", fingerprint="")
        """What every piece repeats."""
        self._answer = piecemeal.Answer(request, _MEDIA, last=last)

    def reported(self) -> contextlib.AbstractContextManager[None]:
        """What goes wrong from the first event on is said by the last one; before, it is raised."""
        return self._answer.reported(lambda: "route=chat")

    async def tell(self, text: str) -> None:
        """A piece of the answer. Raises `ConnectionError` where the client has left."""
        role = {} if self._answer.begun else {"role": "assistant"}
        await self._send(openai.piece(self.head, {**role, "content": text}))

    async def finish(self, ending: openai.Ending, *, usage: bool) -> None:
        """How it ends; likewise."""
        await self._send(openai.piece(self.head, {}, ending))
        if usage:
            await self._send(openai.counted(self.head, ending))

    async def end(self) -> web.StreamResponse:
        """What went wrong, where anything did. Raises `ConnectionError`."""
        return await self._answer.end(self._last_words)

    async def _last_words(self) -> None:
        error = self._answer.reason
        if error is not None:
            await self._send(openai.error(error.status, error.code, error.message, error.details.get("field")))
        await self._answer.write(_DONE)

    async def _send(self, event: Mapping[str, object]) -> None:
        if not self._answer.begun:
            await self._answer.begin()
        await self._answer.write(b"data: " + json.dumps(event).encode() + b"\n\n")
