"""What stands between an operator and its API server, and does as badly as networks and API servers do.

`Tunnel` carries bytes and can swallow those of every connection that is open; `Gateway` carries requests, notes each one, can
answer in the API server's place and can silence watches. Behind both is kubectl's proxy, so that they need neither certificates
nor tokens.
"""

import asyncio
import collections
import contextlib
import dataclasses
import functools
import json
import pathlib
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import aiohttp
from aiohttp import web
from cluster import binaries, clusters

_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_HOP_BY_HOP = frozenset({"connection", "content-encoding", "content-length", "host", "keep-alive", "transfer-encoding"})


_OURS = ("Accept", "Content-Type", "User-Agent")
"""Headers that this client would add."""


@contextlib.contextmanager
def upstream(cluster: clusters.Cluster) -> Iterator[int]:
    """A port of 127.0.0.1 where the API server speaks plain HTTP and trusts everybody."""
    command = [binaries.tool("kubectl"), "proxy", "--port=0", "--disable-filter"]
    # stderr has a warning about the filter
    with subprocess.Popen(
        command, env=cluster.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline().rpartition(":")[2])
        finally:
            process.kill()


def kubeconfig(port: int, folder: pathlib.Path) -> pathlib.Path:
    """A file that leads to a port of 127.0.0.1."""
    path = folder / f"kubeconfig-{port}"
    found = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "proxy",
        "contexts": [{"name": "proxy", "context": {"cluster": "proxy", "user": "anybody"}}],
        "clusters": [{"name": "proxy", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "anybody", "user": {}}],
    }
    path.write_text(json.dumps(found))
    return path


@dataclasses.dataclass(eq=False)
class _Link:
    """A connection that goes through a tunnel."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    dead: bool = False

    def close(self) -> None:
        self.client.close()
        self.server.close()


class Tunnel:
    """Carries bytes to a port of 127.0.0.1."""

    def __init__(self, upstream_port: int) -> None:
        self._upstream = upstream_port
        self._links: set[_Link] = set()

    def swallow(self) -> int:
        """From now on no byte of a connection that is open arrives, either way, and nobody is told; how many those are."""
        dead = [link for link in self._links if not link.dead]
        for link in dead:
            link.dead = True
        return len(dead)

    async def serve(self) -> tuple[int, Callable[[], Any]]:
        """The port to connect to, and what ends the tunnel."""
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)

        async def close() -> None:
            server.close()

        return server.sockets[0].getsockname()[1], close

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._upstream)
        except (OSError, asyncio.CancelledError):
            writer.close()
            return
        link = _Link(writer, server_writer)
        self._links.add(link)
        try:
            await asyncio.gather(_to_server(reader, link), _to_client(server_reader, link))
        except OSError:
            return
        finally:
            link.close()
            self._links.discard(link)


async def _to_server(reader: asyncio.StreamReader, link: _Link) -> None:
    while data := await reader.read(65_536):
        if not link.dead:
            link.server.write(data)
            await link.server.drain()
    link.close()


async def _to_client(reader: asyncio.StreamReader, link: _Link) -> None:
    while data := await reader.read(65_536):
        if not link.dead:
            link.client.write(data)
            await link.client.drain()
    if not link.dead:
        link.close()


@dataclasses.dataclass(frozen=True, slots=True)
class Seen:
    """A request: when it came and when its answer began (seconds of time.monotonic), and what it was."""

    began: float
    ended: float
    method: str
    path: str
    status: int

    @property
    def writes(self) -> bool:
        """Whether it would change something."""
        return self.method in _WRITES


class Gateway:
    """Carries requests to a port of 127.0.0.1 and notes them in `seen`; while `throttling`, it answers 429 itself."""

    def __init__(self, upstream_port: int) -> None:
        self._upstream = f"http://127.0.0.1:{upstream_port}"
        self.seen: list[Seen] = []
        self.throttling = False
        self.retry_after = 1
        self._watches: set[_Watch] = set()

    async def serve(self) -> tuple[int, Callable[[], Any]]:
        """The port to connect to, and what ends the gateway."""
        timeout = aiohttp.ClientTimeout(total=None)
        connector = aiohttp.TCPConnector(limit=0)
        self._session = aiohttp.ClientSession(self._upstream, connector=connector, timeout=timeout, auto_decompress=False)
        application = web.Application(client_max_size=2**24)
        application.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()

        async def close() -> None:
            await self._session.close()
            await runner.cleanup()

        return runner.addresses[0][1], close

    def silence(self) -> int:
        """From now on no watch that is open brings anything, and none is told; how many those are."""
        open_now = [watch for watch in tuple(self._watches) if not watch.silent]
        for watch in open_now:
            watch.silent = True
        return len(open_now)

    def between(self, began: float, ended: float) -> list[Seen]:
        """The requests that came within two times."""
        return [seen for seen in tuple(self.seen) if began <= seen.began < ended]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        began, body = time.monotonic(), await request.read()

        def note(status: int) -> None:
            self.seen.append(Seen(began, time.monotonic(), request.method, request.path, status))

        if self.throttling:
            note(429)
            return _too_many(self.retry_after)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP}
        ask = functools.partial(self._session.request, data=body or None, headers=headers, skip_auto_headers=_OURS)
        async with ask(request.method, request.rel_url) as found:
            note(found.status)
            watch = _Watch()
            if "watch" in request.query:
                self._watches.add(watch)
            try:
                return await _streamed(request, found, watch)
            finally:
                self._watches.discard(watch)


@dataclasses.dataclass(eq=False)
class _Watch:
    """A stream of events."""

    silent: bool = False


async def _streamed(request: web.Request, found: aiohttp.ClientResponse, watch: _Watch) -> web.StreamResponse:
    kept = {name: value for name, value in found.headers.items() if name.lower() not in _HOP_BY_HOP - {"content-encoding"}}
    answer = web.StreamResponse(status=found.status, reason=found.reason, headers=kept)
    with contextlib.suppress(ConnectionError, aiohttp.ClientError):
        await answer.prepare(request)
        async for chunk in found.content.iter_any():
            if not watch.silent:
                await answer.write(chunk)
    return answer


def _too_many(retry_after: int) -> web.Response:
    """As an API server says it: https://kubernetes.io/docs/concepts/cluster-administration/flow-control/."""
    message = "too many requests, please try again later"
    status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "reason": "TooManyRequests"}
    return web.json_response({**status, "code": 429}, status=429, headers={"Retry-After": str(retry_after)})


@contextlib.contextmanager
def running(proxy: Tunnel | Gateway) -> Iterator[int]:
    """The port of a proxy that runs on a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    port, close = asyncio.run_coroutine_threadsafe(proxy.serve(), loop).result(timeout=10)
    try:
        yield port
    finally:
        asyncio.run_coroutine_threadsafe(_end(close), loop).result(timeout=10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(close: Callable[[], Any]) -> None:
    """Whoever still waits for an answer is not waited for."""
    await close()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0.1)  # connections end in the loop's next turns


def busiest_second(seen: Sequence[Seen]) -> int:
    """The most requests that came within one second of the clock."""
    return max(collections.Counter(int(each.began) for each in seen).values(), default=0)
