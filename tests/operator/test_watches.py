"""The ages of watches, on real HTTP."""

import aiohttp
from aiohttp import web

from kubeocr_operator import watches


def test_nothing_is_old_before_something_is_expected(clock):
    assert watches.Ages(clock).oldest == 0


def test_the_most_silent_watch_counts(clock):
    ages = watches.Ages(clock)
    ages.note("/a")
    clock.seconds += 50
    ages.note("/b")
    clock.seconds += 5
    assert ages.oldest == 55
    ages.note("/a")
    assert ages.oldest == 5


async def test_chunks_of_a_watch_are_noted_and_arrive_whole(aiohttp_server, clock):
    async def stream(request):
        response = web.StreamResponse()
        await response.prepare(request)
        for line in (b"1\n", b"2\n"):
            await response.write(line)
        return response

    application = web.Application()
    application.router.add_get("/things", stream)
    server = await aiohttp_server(application)
    ages = watches.Ages(clock)
    ages.note("/things")
    clock.seconds += 99
    async with aiohttp.ClientSession(response_class=ages.response_class()) as session:
        async with session.get(server.make_url("/things")) as response:
            assert await response.read() == b"1\n2\n"
        assert ages.oldest == 99
        async with session.get(server.make_url("/things?watch=true")) as response:
            assert b"".join([chunk async for chunk in response.content.iter_chunked(10)]) == b"1\n2\n"
        assert ages.oldest == 0
