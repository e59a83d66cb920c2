"""A page's picture, over the real application: what is sent is what is read, and nothing is read for it."""

import asyncio
import io

import PIL.Image
import pytest

from kubeocr_runtime import services

PREVIEW = "/ocr/preview"


async def drawn(answer) -> PIL.Image.Image:
    assert (answer.status, answer.content_type) == (200, "image/jpeg")
    return PIL.Image.open(io.BytesIO(await answer.read()))


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        pytest.param((600, 400), (600, 400), id="as-it-is"),
        pytest.param((4800, 3000), (2400, 1500), id="smaller"),
        pytest.param((20000, 5), (2400, 1), id="a-thread"),
    ],
)
async def test_a_picture_comes_as_it_is_read(service, form, picture, reader, size, shown) -> None:
    client = await service()
    image = await drawn(await client.post(PREVIEW, data=form(picture("TIFF", size=size))))
    assert image.size == shown
    dark = image.convert("L").getpixel((shown[0] // 4, shown[1] // 4))
    assert dark < 40 or shown[1] == 1
    assert reader.seen == []


async def test_a_pdf_page_is_the_one_that_was_asked_for(service, form, pdf) -> None:
    client = await service()
    pages = [await drawn(await client.post(PREVIEW, data=form(pdf(3), page=page))) for page in ("1", "3", "1")]
    assert [page.size for page in pages] == [(200, 200)] * 3, "an inch at 200 dpi"
    assert pages[0].tobytes() == pages[2].tobytes() != pages[1].tobytes()


async def test_an_exif_orientation_is_honoured_as_in_reading(service, form, picture) -> None:
    client = await service()
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    image = await drawn(await client.post(PREVIEW, data=form(picture("JPEG", size=(60, 40), exif=exif))))
    assert image.size == (40, 60)


@pytest.mark.parametrize("page", ["0", "3", "-1", "1.5", "x", "", "1" * 400, "²"])
async def test_a_page_that_is_not_there_is_refused(service, form, pdf, page: str) -> None:
    client = await service()
    answer = await client.post(PREVIEW, data=form(pdf(2), page=page))
    body = await answer.json()
    assert (answer.status, body["code"], body["field"]) == (422, "invalid_field", "page")
    assert "1 to 2" in body["detail"]


@pytest.mark.parametrize(
    ("file", "status"),
    [
        pytest.param(b"", 422, id="empty"),
        pytest.param(b"hello", 415, id="no-picture"),
        pytest.param(b"%PDF-1.7 ", 422, id="broken"),
    ],
)
async def test_a_file_that_cannot_be_drawn_is_refused(service, form, file: bytes, status: int) -> None:
    client = await service()
    assert (await client.post(PREVIEW, data=form(file))).status == status


async def test_it_waits_in_no_queue_that_is_full_and_leaves_nothing_behind(service, form, pdf, picture, reader) -> None:
    client = await service(queue_pages=2)
    reader.gate.clear()
    waiting = [asyncio.create_task(client.post("/ocr/ppocrv6", data=form(picture()))) for _ in range(2)]
    await asyncio.to_thread(reader.entered.wait, 5)
    while "kubeocr_queue_pages 2.0" not in await (await client.get("/metrics")).text():
        await asyncio.sleep(0.01)
    refused = await client.post(PREVIEW, data=form(pdf(1)))
    assert (refused.status, (await refused.json())["code"]) == (429, "overloaded")
    reader.gate.set()
    await asyncio.gather(*waiting)
    await drawn(await client.post(PREVIEW, data=form(pdf(40), page="40")))
    known = client.app[services.SERVICES]
    assert "kubeocr_queue_pages 0.0" in await (await client.get("/metrics")).text()
    assert known.uploads.free == known.uploads.total
    assert (known.turns.room.large.free, known.turns.room.small.free) == (24_000_000, 24_000_000)
