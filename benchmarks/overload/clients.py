"""A client of the HTTP API."""

import asyncio
import contextlib
import dataclasses
import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence

import aiohttp
import requests

from benchmarks.ocr import servers
from benchmarks.overload import connections, outcomes
from kubeocr_contract import names, wire
from kubeocr_runtime import keys

_PATH = wire.OCR_ROUTES[0].path
_LINE = 2**22
"""Bytes of one line of an answer, at most."""


@dataclasses.dataclass(frozen=True, slots=True)
class Body:
    """A form, ready to be sent."""

    data: bytes
    headers: Mapping[str, str]

    def of(self, key: str) -> "Body":
        """The same, sent with an API key."""
        return dataclasses.replace(self, headers={**self.headers, keys.HEADER: key})


def body(file: bytes) -> Body:
    """A file as a form."""
    made = requests.Request("POST", "http://server", **servers.form(file)).prepare()
    data = made.body if isinstance(made.body, bytes) else b""  # of a form it is always bytes
    return Body(data, {"Content-Type": str(made.headers["Content-Type"])})


@dataclasses.dataclass(frozen=True, slots=True)
class Client:
    """Of one server."""

    session: aiohttp.ClientSession
    pool: connections.Pool
    url: str

    async def read(self, sent: Body, name: str | None = None) -> outcomes.Outcome:
        """One request; a connection that breaks has the status 0. Cancelled, it closes its connection."""
        headers = {**sent.headers, wire.REQUEST_ID: name} if name else sent.headers
        request = self.pool.request(_PATH, sent.data, headers)
        begun = time.monotonic()
        try:
            answer = await self.pool.ask(request)
        except OSError:
            answer = connections.Answer(0, b"")
        return outcomes.Outcome(answer.status, begun, time.monotonic(), answer.body)

    async def end(self, name: str) -> None:
        """Ends a request of that name. Raises `aiohttp.ClientError` where none runs."""
        async with self.session.delete(f"{self.url}{names.REQUESTS}/{name}", raise_for_status=True) as response:
            await response.read()

    async def waiting(self) -> int:
        """Pages that the server has accepted and not read, in its own words."""
        async with self.session.get(self.url + names.METRICS) as response:
            return outcomes.gauge(await response.text(), names.METRIC_QUEUE_PAGES)

    async def stream(self, sent: Body) -> AsyncIterator[Mapping[str, object]]:
        """The lines of an answer that comes page by page. Raises `ValueError` where it comes as a whole, or not at all."""
        headers = {**sent.headers, "Accept": "application/x-ndjson"}
        async with self.session.post(self.url + _PATH, data=sent.data, headers=headers) as response:
            if response.content_type != headers["Accept"]:
                raise ValueError(f"{response.status}, {response.content_type}: no answer page by page")
            async for line in response.content:
                yield json.loads(line)

    async def keep_busy(self, bodies: Sequence[Body], clients: int) -> list[outcomes.Outcome]:
        """Reads all, each by the next of the clients that is free; in the order of the bodies."""
        waiting = iter(enumerate(bodies))
        found: dict[int, outcomes.Outcome] = {}

        async def work() -> None:
            for number, sent in waiting:
                found[number] = await self.read(sent)

        await asyncio.gather(*(work() for _ in range(clients)))
        return [found[number] for number in range(len(bodies))]


@contextlib.asynccontextmanager
async def connect(url: str) -> AsyncIterator[Client]:
    """A client without a limit of connections or of time."""
    connector, patience = aiohttp.TCPConnector(limit=0), aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(connector=connector, timeout=patience, read_bufsize=_LINE) as session:
        with contextlib.closing(connections.Pool(url)) as pool:
            yield Client(session, pool, url)
