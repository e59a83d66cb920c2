"""What a client may send to do harm or by mistake: each gets its error, none a 500, and the service lives on."""

import asyncio
import gzip
from collections.abc import AsyncIterator

import aiohttp
import pytest

from kubeocr_runtime import services, uploads

OCR = "/ocr/ppocrv6"


@pytest.mark.parametrize(
    ("file", "fields", "status", "code", "words"),
    [
        pytest.param(b"", {}, 422, "invalid_field", "file: it is empty", id="empty"),
        pytest.param(b"garbage" * 100, {}, 415, "unsupported_media_type", "neither an image", id="garbage"),
        pytest.param(b"\x89PNG\r\n\x1a\ncut", {}, 422, "broken_document", "PNG", id="truncated-png"),
        pytest.param(b"%PDF-1.4 no", {}, 422, "broken_document", "PDF", id="broken-pdf"),
        pytest.param(None, {"lang": "en"}, 422, "invalid_field", "one file is needed, 0 were sent", id="no-file"),
        pytest.param(
            b"PNG", {"lang": "klingon"}, 422, "unknown_language", "'klingon' is no known language", id="unknown-language"
        ),
        pytest.param(
            b"PNG", {"lang": "he"}, 422, "unknown_language", "no model of PP-OCR reads Hebrew", id="unreadable-language"
        ),
        pytest.param(b"PNG", {"lang": "ar"}, 422, "language_not_carried", "site/ocr:large", id="language-elsewhere"),
        pytest.param(b"PNG", {"use_doc_unwarping": "true"}, 422, "invalid_field", "UVDoc, the model for it", id="no-unwarping"),
        pytest.param(b"PNG", {"enhance": "best"}, 422, "invalid_field", "none, auto, light, medium", id="no-preset"),
        pytest.param(
            b"PNG",
            {"enhance_options": '{"contrast": 9}'},
            422,
            "invalid_field",
            "9 is no number from 0.5 to 2",
            id="no-contrast",
        ),
        pytest.param(
            b"PNG", {"use_textline_orientation": "maybe"}, 422, "invalid_field", "'maybe' is neither true", id="no-boolean"
        ),
        pytest.param(b"PNG", {"order": "spiral"}, 422, "invalid_field", "reading, raster", id="no-order"),
        pytest.param(b"PNG", {"priority": "urgent"}, 422, "invalid_field", "normal, high, low", id="no-priority"),
        *(
            pytest.param(
                b"PNG", {"timeout_seconds": text}, 422, "invalid_field", "seconds from 1 to 300", id=f"timeout-{text:.6}"
            )
            for text in ("", "0", "-1", "301", "1.5", "1e2", "soon", "\u0663", "9" * 4000)
        ),
        pytest.param(b"PNG", {"text_layer": "yes"}, 422, "invalid_field", "never, auto, force", id="no-text-layer"),
        pytest.param(
            b"PNG", {f"field{n}": "" for n in range(100)}, 422, "invalid_field", "more than 64 fields", id="many-fields"
        ),
        pytest.param(b"PNG", {"lang": "x" * 5000}, 422, "invalid_field", "lang: longer than 4096", id="long-field"),
    ],
)
async def test_each_mistake_has_its_error(service, form, file, fields: dict, status: int, code: str, words: str) -> None:
    client = await service()
    response = await client.post(OCR, data=form(file, **fields))
    body = await response.json()
    assert (response.status, body["code"]) == (status, code)
    assert words in body["detail"]
    assert (await client.get("/readyz")).status == 200


async def test_an_unknown_language_gets_the_list(service, form, picture) -> None:
    client = await service()
    body = await (await client.post(OCR, data=form(picture(), lang="frnch"))).json()
    assert "did you mean 'fr'?" in body["detail"]
    assert {"en", "ch", "fr"} <= set(body["supported_languages"])


async def test_two_files_are_one_too_many(service, picture) -> None:
    client = await service()
    data = aiohttp.FormData()
    for name in ("a.png", "b.png"):
        data.add_field("file", picture(), filename=name)
    response = await client.post(OCR, data=data)
    assert (response.status, (await response.json())["code"]) == (422, "invalid_field")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [pytest.param("GET", OCR, 405, id="method"), pytest.param("POST", "/ocr/ppocrv9", 404, id="path")],
)
async def test_wrong_doors(service, method: str, path: str, status: int) -> None:
    client = await service()
    response = await client.request(method, path)
    assert response.status == status
    assert set(await response.json()) == {"detail", "code"}


@pytest.mark.parametrize(
    "body",
    [pytest.param({"json": {"file": "x"}}, id="json"), pytest.param({"data": b"raw"}, id="raw"), pytest.param({}, id="none")],
)
async def test_what_is_no_form_is_told_so(service, body: dict) -> None:
    client = await service()
    response = await client.post(OCR, **body)
    assert (response.status, (await response.json())["code"]) == (422, "invalid_field")


async def test_a_form_without_its_end_is_broken(service) -> None:
    client = await service()
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    response = await client.post(OCR, data=b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nabc', headers=headers)
    assert response.status == 422


async def test_a_large_upload_is_refused_by_its_declared_length(service, form) -> None:
    client = await service(upload_mib=1)
    response = await client.post(OCR, data=form(bytes(60 * 2**20)))
    assert (response.status, (await response.json())["code"]) == (413, "too_large")


async def test_a_large_upload_without_a_declared_length_is_refused_as_it_comes(service) -> None:
    client = await service(upload_mib=1)

    async def stream() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
        for _ in range(6 * 4):
            yield bytes(2**18)
            await asyncio.sleep(0)

    response = await client.post(OCR, data=stream(), headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert (response.status, (await response.json())["code"]) == (413, "too_large")


async def test_an_error_of_ours_tells_an_incident_and_no_traceback(service, form, picture, reader) -> None:
    client = await service()
    reader.find = None
    response = await client.post(OCR, data=form(picture()))
    body = await response.json()
    assert (response.status, body["code"]) == (500, "internal")
    assert "Traceback" not in str(body)
    assert "NoneType" not in str(body)


PART = b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n'


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        pytest.param("multipart/form-data", b"--b--\r\n", id="no-boundary"),
        pytest.param("multipart/form-data; boundary=" + "b" * 200, b"--b--\r\n", id="boundary-too-long"),
        pytest.param("multipart/form-data; boundary=b", b"preamble\r\n" * 1000, id="only-a-preamble"),
        pytest.param("multipart/form-data; boundary=b", b"no line ends here" * 60_000, id="a-line-without-end"),
        pytest.param("multipart/form-data; boundary=b", b"--b\r\n" + b"X: y\r\n" * 20_000, id="headers-without-end"),
        pytest.param(
            "multipart/form-data; boundary=b",
            PART + b"Content-Type: multipart/mixed; boundary=c\r\n\r\n--c--\r\n--b--\r\n",
            id="a-form-in-the-form",
        ),
        pytest.param(
            "multipart/form-data; boundary=b",
            PART + b"Content-Length: many\r\n\r\nabc\r\n--b--\r\n",
            id="a-length-that-is-none",
        ),
        pytest.param("multipart/form-data; boundary=b", b"--b\r\n\r\nno name\r\n--b--\r\n", id="a-part-without-a-name"),
    ],
)
async def test_a_hostile_form_is_the_clients_fault(service, content_type: str, body: bytes) -> None:
    client = await service()
    response = await client.post(OCR, data=body, headers={"Content-Type": content_type})
    assert response.status in {415, 422}, await response.text()
    assert (await client.get("/livez")).status == 200


async def test_a_body_that_swells_when_unpacked_is_cut_off(service) -> None:
    client = await service(upload_mib=1)
    body = gzip.compress(PART + b"\r\n" + bytes(200 * 2**20) + b"\r\n--b--\r\n")
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Content-Encoding": "gzip"}
    response = await client.post(OCR, data=body, headers=headers)
    assert (response.status, (await response.json())["code"]) == (413, "too_large")


async def test_who_leaves_in_the_middle_of_an_upload_leaves_nothing_behind(service) -> None:
    client = await service()
    _, writer = await asyncio.open_connection("127.0.0.1", client.port)
    head = f"POST {OCR} HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n"
    writer.write(head.encode() + PART + b"\r\n" + bytes(1000))
    await writer.drain()
    known = client.app[services.SERVICES]
    while not known.entrance.requests:
        await asyncio.sleep(0.01)
    writer.close()
    while known.entrance.requests:
        await asyncio.sleep(0.01)
    assert known.uploads.free == known.uploads.total


async def test_a_slow_upload_ends_with_its_time(service) -> None:
    client = await service(request_timeout_seconds=1)
    reader, writer = await asyncio.open_connection("127.0.0.1", client.port)
    head = f"POST {OCR} HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n"
    writer.write(head.encode() + PART)
    assert b" 504 " in await reader.readline()
    writer.close()


async def test_a_client_that_stops_sending_is_told_so_and_holds_nothing(service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "STALL_SECONDS", 0.1)
    client = await service()

    async def stream() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nbegun'
        await asyncio.sleep(1)
        yield b"late"

    response = await client.post(OCR, data=stream(), headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert (response.status, (await response.json())["code"]) == (408, "upload_stalled")


async def test_a_file_in_another_field_is_told_where_it_belongs(service, picture) -> None:
    client = await service()
    data = aiohttp.FormData()
    data.add_field("image", picture(), filename="a.png")
    response = await client.post(OCR, data=data)
    assert "send the file in the field file" in (await response.json())["detail"]
