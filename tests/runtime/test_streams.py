"""Answers that come page by page, over a real socket."""

import asyncio
import contextlib
import io
import json
import socket
import threading
from collections.abc import Callable, Iterator

import aiohttp
import PIL.Image
import pytest

from kubeocr_contract import wire
from kubeocr_runtime import documents, errors, finds, piecemeal, pipelines, recognition, results, services

OCR = "/ocr/ppocrv6"
LINES = {"Accept": "application/x-ndjson"}


async def lines(response: aiohttp.ClientResponse) -> list[dict]:
    return [json.loads(line) async for line in response.content]


def summary(answer: list[dict]) -> tuple[str, int, int, int]:
    last = answer[-1]
    assert last["total_pages"] == last["done"] + last["failed"] + last["skipped"] == len(answer) - 2
    assert [line["page"] for line in answer[1:-1]] == list(range(1, last["total_pages"] + 1))
    return last["status"], last["done"], last["failed"], last["skipped"]


def frames(*sizes: tuple[int, int]) -> bytes:
    buffer = io.BytesIO()
    first, *more = [PIL.Image.new("1", size, 1) for size in sizes]
    first.save(buffer, "TIFF", save_all=True, append_images=more, compression="group4")
    return buffer.getvalue()


@pytest.fixture
def stops_at(reader) -> Iterator[Callable[[int], threading.Event]]:
    """Pages from this one on are read when the event is set that is handed out."""
    more, find = threading.Event(), reader.find

    def stop(number: int) -> threading.Event:
        def slow(page: documents.Page, options: pipelines.ReadOptions) -> finds.Found:
            if page.number >= number:
                more.wait(20)
            return find(page, options)

        reader.find = slow
        return more

    yield stop
    more.set()


@pytest.mark.parametrize(
    ("accept", "want"),
    [
        pytest.param("application/x-ndjson", True, id="named"),
        pytest.param("Application/X-NDJSON", True, id="in capitals"),
        pytest.param("text/html, application/x-ndjson;q=0.9, */*;q=0.1", True, id="among others"),
        pytest.param("application/x-ndjson; charset=utf-8 ; q=1", True, id="with parameters"),
        pytest.param("application/x-ndjson;q=0.00", False, id="not wanted"),
        pytest.param("*/*", False, id="anything"),
        pytest.param("application/json", False, id="json"),
        pytest.param(";;,,=", False, id="rubbish"),
    ],
)
async def test_it_is_for_those_who_ask_for_it(service, form, picture, accept: str, want: bool) -> None:
    response = await (await service()).post(OCR, data=form(picture()), headers={"Accept": accept})
    assert (response.status, response.content_type == wire.JSON_LINES) == (200, want)


async def test_it_tells_what_the_whole_answer_tells(service, form, pdf) -> None:
    client = await service()
    whole = await (await client.post(OCR, data=form(pdf(3)))).json()
    response = await client.post(OCR, data=form(pdf(3)), headers={**LINES, "X-Request-Id": "scan-7"})
    first, *pages, last = answer = await lines(response)
    assert response.headers["X-Request-Id"] == first["request_id"] == "scan-7"
    assert summary(answer) == ("done", 3, 0, 0)
    assert {**whole, **first} == {**whole, "request_id": "scan-7"}
    assert [{key: page[key] for key in ("page", "width", "height", "angle", "text", "source")} for page in pages] == whole[
        "pages"
    ]
    assert [line for page in pages for line in page["results"]] == whole["results"]
    assert set(pages[0]["timings"]) == set(last["timings"]) == set(whole["timings"])


async def test_pages_come_while_others_are_still_to_be_read(service, form, pdf, stops_at) -> None:
    client = await service()
    more = stops_at(3)
    async with client.post(OCR, data=form(pdf(5)), headers=LINES) as response:
        begun = [json.loads(await response.content.readline()) for _ in range(3)]
        assert [line.get("page") for line in begun] == [None, 1, 2]
        more.set()
        assert [line.get("page") for line in await lines(response)] == [3, 4, 5, None]


async def test_a_page_that_fails_is_told_and_the_others_are_read(service, form, pdf, reader) -> None:
    client = await service()
    find = reader.find

    def fails(page: documents.Page, options: pipelines.ReadOptions) -> finds.Found:
        if page.number == 2:
            raise errors.BrokenDocument("file: page 2 cannot be drawn", page=2)
        if page.number == 3:
            raise ZeroDivisionError("of ours")
        return find(page, options)

    reader.find = fails
    answer = await lines(await client.post(OCR, data=form(pdf(4)), headers=LINES))
    assert summary(answer) == ("partial", 2, 2, 0)
    assert answer[2] == {"page": 2, "status": "failed", "code": "broken_document", "detail": "file: page 2 cannot be drawn"}
    assert answer[3]["code"] == "internal"
    assert "ours" in answer[3]["detail"]
    assert "ZeroDivision" not in str(answer)
    assert "code" not in answer[-1]
    assert (await client.post(OCR, data=form(pdf(4)))).status == 422


@pytest.mark.parametrize(
    ("sizes", "want"),
    [
        pytest.param([(10, 10), (2000, 2000), (10, 10)], ("partial", 2, 1, 0), id="one"),
        pytest.param([(2000, 2000), (10, 10)], ("partial", 1, 1, 0), id="the first"),
        pytest.param([(2000, 2000)], ("failed", 0, 1, 0), id="all"),
    ],
)
async def test_a_page_that_is_too_large_is_one_that_fails(service, form, sizes: list, want: tuple) -> None:
    client = await service(megapixels=1)
    answer = await lines(await client.post(OCR, data=form(frames(*sizes)), headers=LINES))
    assert summary(answer) == want
    assert {line["code"] for line in answer if line.get("status") == "failed" and "page" in line} == {"too_large"}
    assert [line["limit_megapixels"] for line in answer if line.get("code")] == [1]


@pytest.mark.parametrize(
    ("file", "fields", "status", "code"),
    [
        pytest.param(b"garbage", {}, 415, "unsupported_media_type", id="no document"),
        pytest.param(b"%PDF-1.4 no", {}, 422, "broken_document", id="broken"),
        pytest.param(b"PNG", {"lang": "klingon"}, 422, "unknown_language", id="a field"),
        pytest.param(bytes(2**20 + 1), {}, 413, "too_large", id="too large"),
    ],
)
async def test_what_is_wrong_before_the_first_line_keeps_its_status(
    service, form, file, fields, status: int, code: str
) -> None:
    client = await service(upload_mib=1)
    response = await client.post(OCR, data=form(file, **fields), headers=LINES)
    assert (response.status, (await response.json())["code"]) == (status, code)


@pytest.mark.parametrize(
    ("end", "code"),
    [
        pytest.param(lambda client: client.delete("/api/v1/requests/book"), "cancelled", id="cancelled"),
        pytest.param(lambda client: asyncio.sleep(0), "deadline_exceeded", id="too late"),
    ],
)
async def test_what_is_not_reached_is_told(service, form, pdf, stops_at, end: Callable, code: str) -> None:
    client = await service()
    stops_at(3)
    fields = {"timeout_seconds": "1"} if code == "deadline_exceeded" else {}
    async with client.post(OCR, data=form(pdf(30), **fields), headers={**LINES, "X-Request-Id": "book"}) as response:
        begun = [json.loads(await response.content.readline()) for _ in range(3)]
        await end(client)
        answer = begun + await lines(response)
    assert summary(answer) == ("partial", 2, 0, 28)
    assert {line["code"] for line in answer[3:]} == {code}
    assert answer[-1]["detail"] == answer[-2]["detail"]
    assert client.app[services.SERVICES].entrance.counted.pages == 0


async def test_a_pod_that_ends_says_what_it_did_not_reach(service, form, pdf, reader) -> None:
    client = await service()
    reader.gate.clear()
    async with client.post(OCR, data=form(pdf(5)), headers=LINES) as response:
        first = json.loads(await response.content.readline())
        client.app[services.SERVICES].entrance.drop()
        answer = [first, *await lines(response)]
    assert summary(answer) == ("failed", 0, 0, 5)
    assert {line["code"] for line in answer[1:]} == {"unavailable"}


class SlowClient:
    """Sends a document and reads nothing of the answer until it is told to."""

    def __init__(self, port: int) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setblocking(False)

    async def send(self, document: bytes) -> None:
        body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n' + document + b"\r\n--b--\r\n"
        head = f"POST {OCR} HTTP/1.1\r\nHost: x\r\nAccept: {wire.JSON_LINES}\r\nConnection: close\r\n"
        head += f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {len(body)}\r\n\r\n"
        await asyncio.get_running_loop().sock_sendall(self.socket, head.encode() + body)

    async def rest(self) -> bytes:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**20)
        loop, found = asyncio.get_running_loop(), bytearray()
        while chunk := await loop.sock_recv(self.socket, 2**20):
            found += chunk
        return bytes(found)


@pytest.fixture
def slow_client() -> Iterator[Callable[[int], SlowClient]]:
    """Of the server at a port."""
    with contextlib.ExitStack() as clients:

        def connect(port: int) -> SlowClient:
            client = SlowClient(port)
            clients.callback(client.socket.close)
            return client

        yield connect


def wordy(reader) -> None:
    """Pages whose lines fill the buffers between server and client."""
    place = reader.place

    def long(found: finds.Found, texts: object, options: pipelines.ReadOptions) -> results.PageResult:
        return place(found, [recognition.Text("x" * 2**20, 0.5)], options)

    reader.place = long


async def test_a_client_that_reads_slowly_holds_back_its_own_document_only(
    service, form, pdf, picture, reader, settled, slow_client
) -> None:
    client = await service()
    wordy(reader)
    slow = slow_client(client.port)
    await slow.send(pdf(40))
    read = await settled(lambda: len(reader.seen))
    assert 1 <= read < 30
    assert (await client.post(OCR, data=form(picture()))).status == 200
    assert len(reader.seen) == read + 1
    told = await slow.rest()
    assert len(reader.seen) == 41
    assert [told.count(f'"page": {number}, "status": "done"'.encode()) for number in range(1, 41)] == [1] * 40


async def test_one_that_reads_nothing_is_cut_off_when_its_time_is_over(service, pdf, reader, monkeypatch, slow_client) -> None:
    monkeypatch.setattr(piecemeal, "LAST_WORDS_SECONDS", 0.1)
    client = await service(request_timeout_seconds=1)
    wordy(reader)
    slow = slow_client(client.port)
    await slow.send(pdf(40))
    entrance = client.app[services.SERVICES].entrance
    while not entrance.requests:
        await asyncio.sleep(0.01)
    while entrance.requests:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.3)
    assert b'"total_pages": 40, "done"' not in await slow.rest()
    assert f'route="{OCR}",status="499"' in await (await client.get("/metrics")).text()


async def test_nothing_more_is_read_for_a_client_that_left(service, pdf, reader, settled, slow_client) -> None:
    client = await service()
    wordy(reader)
    slow = slow_client(client.port)
    await slow.send(pdf(40))
    read = await settled(lambda: len(reader.seen))
    slow.socket.close()
    entrance = client.app[services.SERVICES].entrance
    async with asyncio.timeout(5):
        while entrance.requests:
            await asyncio.sleep(0.01)
    assert (entrance.waiting, entrance.counted.pages) == (0, 0)
    assert await settled(lambda: len(reader.seen)) == read
    text = await (await client.get("/metrics")).text()
    assert f'kubeocr_requests_total{{route="{OCR}",status="499"}} 1.0' in text


async def test_http_1_0_gets_its_lines_too(service, picture) -> None:
    client = await service()
    reading, writing = await asyncio.open_connection("127.0.0.1", client.port)
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n' + picture() + b"\r\n--b--\r\n"
    head = f"POST {OCR} HTTP/1.0\r\nAccept: {wire.JSON_LINES}\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    writing.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    head_, _, told = (await reading.read()).partition(b"\r\n\r\n")
    assert b"chunked" not in head_
    assert [json.loads(line).get("status") for line in told.splitlines()] == [None, "done", "done"]
    writing.close()
