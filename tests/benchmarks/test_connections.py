"""Against a real server on the loopback."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import test_utils, web

from benchmarks.overload import connections


@contextlib.asynccontextmanager
async def connected() -> AsyncIterator[tuple[connections.Pool, list[str]]]:
    """A pool, and the connections that requests came by."""
    came: list[str] = []

    async def echo(request: web.Request) -> web.Response:
        came.append(str(request.transport and request.transport.get_extra_info("peername")))
        body = await request.read()
        if body == b"wait":
            await asyncio.sleep(60)
        response = web.Response(status=201, body=body[::-1])
        if body == b"last":
            response.force_close()
        return response

    app = web.Application()
    app.router.add_post("/echo", echo)
    async with test_utils.TestServer(app) as server:
        with contextlib.closing(connections.Pool(str(server.make_url("")))) as pool:
            yield pool, came


async def test_a_connection_is_used_again() -> None:
    async with connected() as (pool, came):
        for body in (b"abc", b"", b"x" * 300_000 + b"y"):
            answer = await pool.ask(pool.request("/echo", body, {"Content-Type": "text/plain"}))
            assert answer == connections.Answer(201, body[::-1])
    assert len(set(came)) == 1


async def test_as_many_as_there_are_requests_at_a_time() -> None:
    async with connected() as (pool, came):
        bodies = [str(number).encode() for number in range(20)]
        answers = await asyncio.gather(*(pool.ask(pool.request("/echo", body, {})) for body in bodies))
    assert [answer.body for answer in answers] == [body[::-1] for body in bodies]
    assert len(set(came)) > 1


async def test_one_that_the_server_closes_is_not_used_again() -> None:
    async with connected() as (pool, came):
        for _ in range(2):
            assert (await pool.ask(pool.request("/echo", b"last", {}))).body == b"tsal"
    assert len(set(came)) == 2


async def test_who_gives_up_closes_the_connection() -> None:
    async with connected() as (pool, came):
        asking = asyncio.create_task(pool.ask(pool.request("/echo", b"wait", {})))
        while not came:
            await asyncio.sleep(0.01)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert (await pool.ask(pool.request("/echo", b"ab", {}))).body == b"ba"
    assert len(set(came)) == 2


async def test_a_server_that_is_not_there() -> None:
    with pytest.raises(OSError, match="Connect"):
        await connections.Pool("http://127.0.0.1:9").ask(b"")
