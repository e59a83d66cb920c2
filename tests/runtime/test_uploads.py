"""What a refused upload costs: nothing is read that does not have to be, and connections stay usable where that is cheap."""

import asyncio
from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest
from aiohttp import test_utils

from kubeocr_runtime import callers, services

OCR = "/ocr/ppocrv6"
PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
END = b"\r\n--b--\r\n"


class Wire:
    """A client that says what it wants, when it wants."""

    def __init__(self, reading: asyncio.StreamReader, writing: asyncio.StreamWriter) -> None:
        self._reading = reading
        self._writing = writing

    def post(self, length: int | None, *more: str) -> None:
        size = f"Content-Length: {length}" if length is not None else "Transfer-Encoding: chunked"
        lines = [f"POST {OCR} HTTP/1.1", "Host: x", "Content-Type: multipart/form-data; boundary=b", size, *more]
        self.send("\r\n".join([*lines, "", ""]).encode())

    def send(self, data: bytes) -> None:
        self._writing.write(data)

    async def answer(self) -> tuple[int, dict[str, str]]:
        """Status and headers of the next answer; its body is read."""
        async with asyncio.timeout(5):
            head = (await self._reading.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.strip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            await self._reading.readexactly(int(headers.get("content-length", 0)))
        return int(first.split()[1]), headers

    async def ended(self) -> bool:
        async with asyncio.timeout(5):
            return await self._reading.read() == b""

    def close(self) -> None:
        self._writing.close()


@pytest.fixture
async def connect() -> AsyncIterator[Callable]:
    """Connections to a client's server."""
    connections: list[Wire] = []

    async def begin(client: test_utils.TestClient) -> Wire:
        connections.append(Wire(*await asyncio.open_connection("127.0.0.1", client.port)))
        return connections[-1]

    yield begin
    for connection in connections:
        connection.close()


@pytest.fixture
async def full(service) -> AsyncIterator[test_utils.TestClient]:
    """A service whose queue is."""
    client = await service(queue_pages=1, upload_mib=100)
    with client.app[services.SERVICES].entrance.admit(callers.Caller("other"), 60, 0):
        yield client


@pytest.mark.parametrize(
    ("length", "more", "closes"),
    [
        pytest.param(50 * 2**20, (), True, id="large"),
        pytest.param(None, (), True, id="of unknown length"),
        pytest.param(10_000, ("Expect: 100-continue",), True, id="asked for"),
        pytest.param(10_000, (), False, id="small"),
    ],
)
async def test_a_full_queue_refuses_before_the_body_comes(full, connect, length: int | None, more: tuple, closes: bool) -> None:
    wire = await connect(full)
    wire.post(length, *more)
    status, headers = await wire.answer()
    assert (status, headers.get("connection")) == (429, "close" if closes else None)


async def test_a_small_refused_upload_keeps_its_connection(full, connect) -> None:
    wire = await connect(full)
    body = PART + bytes(10_000) + END
    for _ in range(3):
        wire.post(len(body))
        wire.send(body)
        assert (await wire.answer())[0] == 429


async def test_a_large_one_loses_it(full, connect) -> None:
    wire = await connect(full)
    wire.post(2 * 2**20)
    assert (await wire.answer())[0] == 429
    wire.send(bytes(2 * 2**20))
    assert await wire.ended()


async def test_who_asks_before_sending_is_answered_when_it_is_let_in(service, connect, picture) -> None:
    client = await service()
    wire, body = await connect(client), PART + picture() + END
    for _ in range(2):
        wire.post(len(body), "Expect: 100-continue")
        assert await wire.answer() == (100, {})
        wire.send(body)
        status, headers = await wire.answer()
        assert (status, headers.get("connection")) == (200, None)


async def test_who_expects_something_else_is_not_waited_for(service, connect, picture) -> None:
    wire, body = await connect(await service()), PART + picture() + END
    wire.post(len(body), "Expect: the-unexpected")
    wire.send(body)
    assert (await wire.answer())[0] == 200


@pytest.mark.parametrize(
    ("length", "settings", "status"),
    [
        pytest.param(2 * 2**20, {"queue_mib": 1}, 413, id="what never fits"),
        pytest.param(3 * 2**19, {"queue_mib": 4}, 429, id="what does not fit now"),
        pytest.param(2**18, {"queue_mib": 4}, 100, id="what fits"),
        pytest.param(2**18, {"queue_mib": 4, "queue_megapixels": 4}, 429, id="no pixels left"),
    ],
)
async def test_the_queue_is_bounded_in_bytes_and_pixels(service, connect, length: int, settings: dict, status: int) -> None:
    client = await service(**settings)
    entrance = client.app[services.SERVICES].entrance
    held = [entrance.admit(callers.Caller(str(number)), 60, 7 * 2**17) for number in range(4)]
    for each in held:
        each.__enter__()
    wire = await connect(client)
    wire.post(length, "Expect: 100-continue")
    assert (await wire.answer())[0] == status
    for each in held:
        each.__exit__(None, None, None)


async def test_a_large_page_counts_for_what_it_is_once_it_is_known(service, form, picture, reader) -> None:
    client = await service(queue_megapixels=16)
    entrance = client.app[services.SERVICES].entrance
    reader.gate.clear()
    waiting = [asyncio.create_task(client.post(OCR, data=form(picture(size=(4000, 1000)), f"{n}.png"))) for n in range(4)]
    while entrance.counted.pages < 4 or entrance.counted.pixels < 16_000_000:
        await asyncio.sleep(0.01)
    refused = await client.post(OCR, data=form(picture()))
    body = await refused.json()
    assert (refused.status, body["waiting_pages"]) == (429, 4)
    assert "megapixels" in body["detail"]
    reader.gate.set()
    assert {response.status for response in await asyncio.gather(*waiting)} == {200}
    assert entrance.counted.pixels == 0


async def test_a_file_larger_than_the_whole_queue_is_refused_as_it_comes(service) -> None:
    client = await service(queue_mib=1)

    async def stream() -> AsyncIterator[bytes]:
        yield PART
        for _ in range(8):
            yield bytes(2**18)

    response = await client.post(OCR, data=stream(), headers={"Content-Type": "multipart/form-data; boundary=b"})
    body = await response.json()
    assert (response.status, body["code"], body["limit_bytes"]) == (413, "too_large", 2**20)


async def test_a_refusal_under_load_leaves_others_their_answers(full, form, picture) -> None:
    async def ask() -> int:
        async with full.post(OCR, data=form(picture())) as response:
            assert int(response.headers["Retry-After"]) >= 1
            return response.status

    assert set(await asyncio.gather(*(ask() for _ in range(50)))) == {429}
    assert isinstance(full.session, aiohttp.ClientSession)
    assert (await full.get("/readyz")).status == 200
