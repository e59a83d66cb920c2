"""Requests have names, under which they can be ended; whoever leaves ends its own."""

import asyncio
import pathlib

import pytest

from kubeocr_runtime import services

OCR = "/ocr/ppocrv6"
REQUESTS = "/api/v1/requests"


async def begun(client, form, pdf, reader, **options) -> asyncio.Task:
    """A document whose first page is being read."""
    reader.gate.clear()
    request = asyncio.create_task(client.post(OCR, data=form(pdf(30)), **options))
    await asyncio.to_thread(reader.entered.wait, 5)
    return request


async def test_a_request_is_cancelled_and_told_so(service, form, pdf, reader, settled) -> None:
    client = await service()
    request = await begun(client, form, pdf, reader, headers={"X-Request-Id": "book-1"})
    answer = await client.delete(f"{REQUESTS}/book-1?reason=wrong%20file")
    body = await answer.json()
    assert (answer.status, body["request_id"], body["status"], body["reason"]) == (200, "book-1", "cancelled", "wrong file")
    assert set(body) == {"request_id", "status", "cancelled_at", "reason", "message"}
    async with asyncio.timeout(5):
        cancelled = await request
    told = await cancelled.json()
    assert (cancelled.status, told["code"], told["reason"]) == (409, "cancelled", "wrong file")
    assert cancelled.headers["X-Request-Id"] == "book-1"
    assert client.app[services.SERVICES].entrance.waiting == 0
    reader.gate.set()
    assert await settled(lambda: len(reader.seen)) <= 2


async def test_what_is_not_running_is_not_found(service, form, picture) -> None:
    client = await service()
    await client.post(OCR, data=form(picture()), headers={"X-Request-Id": "over"})
    for name in ("over", "never", "a%2Fb", "x" * 500):
        answer = await client.delete(f"{REQUESTS}/{name}")
        assert (answer.status, (await answer.json())["error"]["code"]) == (404, "REQUEST_NOT_FOUND")


@pytest.mark.parametrize(
    "reason", [pytest.param("", id="empty"), pytest.param("x" * 201, id="long"), pytest.param("%0A", id="line")]
)
async def test_a_reason_is_a_short_line(service, reason: str) -> None:
    client = await service()
    answer = await client.delete(f"{REQUESTS}/any?reason={reason}")
    assert (answer.status, (await answer.json())["error"]["details"]["field"]) == (400, "reason")


async def test_a_name_is_of_one_request_at_a_time(service, form, pdf, picture, reader) -> None:
    client = await service()
    request = await begun(client, form, pdf, reader, headers={"X-Request-Id": "twice"})
    second = await client.post(OCR, data=form(picture()), headers={"X-Request-Id": "twice"})
    assert (second.status, (await second.json())["code"]) == (409, "duplicate_request")
    reader.gate.set()
    assert (await request).status == 200
    assert (await client.post(OCR, data=form(picture()), headers={"X-Request-Id": "twice"})).status == 200


async def test_only_the_key_that_began_a_request_ends_it(service, form, pdf, picture, reader, tmp_path: pathlib.Path) -> None:
    for name in ("site", "guest"):
        (tmp_path / name).write_text(f"{name}-key", encoding="utf-8")
    client = await service(api_keys_dir=str(tmp_path))
    site, guest = ({"X-Request-Id": "mine", "X-API-Key": f"{name}-key"} for name in ("site", "guest"))
    request = await begun(client, form, pdf, reader, headers=site)
    statuses = [(await client.delete(f"{REQUESTS}/mine", headers=headers)).status for headers in ({}, guest, site)]
    assert statuses == [401, 404, 200]
    assert (await request).status == 409
    reader.gate.set()
    assert (await client.post(OCR, data=form(picture()), headers=guest)).status == 200


async def test_an_upload_is_cancelled_while_it_comes(service) -> None:
    client = await service()
    reading, writing = await asyncio.open_connection("127.0.0.1", client.port)
    head = f"POST {OCR} HTTP/1.1\r\nHost: x\r\nX-Request-Id: slow\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    writing.write(head.encode() + b"Content-Length: 100000\r\n\r\n--b\r\n")
    known = client.app[services.SERVICES]
    while not known.entrance.requests:
        await asyncio.sleep(0.01)
    assert (await client.delete(f"{REQUESTS}/slow")).status == 200
    assert b" 409 " in await reading.readline()
    writing.close()
    assert known.uploads.free == known.uploads.total


async def test_a_request_that_waits_for_memory_is_cancelled(service, form, picture) -> None:
    client = await service()
    known = client.app[services.SERVICES]
    async with known.uploads.take(known.uploads.total):
        waiting = asyncio.create_task(client.post(OCR, data=form(picture()), headers={"X-Request-Id": "patient"}))
        while not known.entrance.requests:
            await asyncio.sleep(0.01)
        await client.delete(f"{REQUESTS}/patient")
        assert (await waiting).status == 409


@pytest.mark.parametrize("accept", ["application/json", "application/x-ndjson"])
async def test_a_closed_connection_ends_its_request(service, pdf, reader, settled, accept: str) -> None:
    client = await service()
    reader.gate.clear()
    _, writing = await asyncio.open_connection("127.0.0.1", client.port)
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n' + pdf(30) + b"\r\n--b--\r\n"
    head = f"POST {OCR} HTTP/1.1\r\nHost: x\r\nAccept: {accept}\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    writing.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
    await asyncio.to_thread(reader.entered.wait, 5)
    writing.close()
    entrance = client.app[services.SERVICES].entrance
    async with asyncio.timeout(5):
        while entrance.requests:
            await asyncio.sleep(0.01)
    assert entrance.waiting == 0
    reader.gate.set()
    assert await settled(lambda: len(reader.seen)) <= 2


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("GET", "/livez", 200, id="open to all"),
        pytest.param("GET", "/languages", 200, id="ours"),
        pytest.param("GET", "/no/such/route", 404, id="no route"),
        pytest.param("GET", OCR, 405, id="no method"),
        pytest.param("POST", OCR, 422, id="an error"),
    ],
)
async def test_every_answer_says_which_requests_it_is(service, method: str, path: str, status: int) -> None:
    client = await service()
    named = await client.request(method, path, headers={"X-Request-Id": "me"})
    assert (named.status, named.headers["X-Request-Id"]) == (status, "me")
    nameless = await client.request(method, path)
    assert len(nameless.headers["X-Request-Id"]) == 32


async def test_what_aiohttp_refuses_itself_has_a_name_too(service) -> None:
    answer = await (await service()).get("/livez", headers={"Expect": "the-unexpected", "X-Request-Id": "me"})
    assert (answer.status, answer.headers["X-Request-Id"]) == (417, "me")


async def test_a_name_that_is_none_is_refused_where_it_counts(service, form, picture, reader) -> None:
    client = await service()
    refused = await client.post(OCR, data=form(picture()), headers={"X-Request-Id": "a b"})
    body = await refused.json()
    assert (refused.status, body["field"]) == (422, "X-Request-Id")
    assert refused.headers["X-Request-Id"] != "a b"
    assert reader.seen == []
    assert (await client.get("/readyz", headers={"X-Request-Id": "a b"})).status == 200


async def test_a_client_may_wait_for_less_time_than_it_may(service, form, picture, reader) -> None:
    client = await service(request_timeout_seconds=60)
    reader.gate.clear()
    answer = await client.post(OCR, data=form(picture(), timeout_seconds="1"))
    body = await answer.json()
    assert (answer.status, body["code"]) == (504, "deadline_exceeded")
    assert "1 s" in body["detail"]
