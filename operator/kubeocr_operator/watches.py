"""How long ago each watch last brought something, were it a bookmark: what a liveness probe has to know.

Informers say so themselves. kopf does not, but it takes a session of ours, and a session may have responses of ours.
https://kopf.readthedocs.io/en/stable/authentication/
"""

import time
from collections.abc import AsyncIterator, Callable

import aiohttp
from aiohttp.connector import Connection


class Ages:
    """Per path that is watched, when something last arrived."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds."""
        self._clock = clock
        self._heard: dict[str, float] = {}

    @property
    def oldest(self) -> float:
        """Seconds since the most silent watch was heard; 0 before the first is expected."""
        now = self._clock()
        return now - min(self._heard.values(), default=now)

    def note(self, path: str) -> None:
        """Something arrived, or is expected from now on."""
        self._heard[path] = self._clock()

    def forget(self, path: str) -> None:
        """Nothing is expected any more."""
        self._heard.pop(path, None)

    def response_class(self) -> type[aiohttp.ClientResponse]:
        """Responses that note what arrives, for `aiohttp.ClientSession`."""
        ages = self

        class Noted(aiohttp.ClientResponse):
            async def start(self, connection: Connection) -> aiohttp.ClientResponse:
                started = await super().start(connection)
                if "watch" in self.url.query:
                    ages.note(self.url.path)
                    self.content = _Noted(self.content, lambda: ages.note(self.url.path))  # type: ignore[assignment]
                return started

        return Noted


class _Noted:
    """A stream reader whose chunks are noted."""

    def __init__(self, stream: aiohttp.StreamReader, note: Callable[[], None]) -> None:
        self._stream, self._note = stream, note

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)

    async def iter_chunked(self, size: int) -> AsyncIterator[bytes]:
        async for chunk in self._stream.iter_chunked(size):
            self._note()
            yield chunk
