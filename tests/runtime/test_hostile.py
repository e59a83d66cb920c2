"""Files that are made to do harm: each is refused with its reason, or read; none takes memory, time or other requests along."""

import asyncio
import pathlib
from collections.abc import Callable

import hostile
import pypdfium2
import pytest

from kubeocr_contract import settings
from kubeocr_runtime import admission, documents, errors, services
from kubeocr_runtime.renderers import pool

OCR = "/ocr/ppocrv6"
MEGAPIXELS = 8


@pytest.mark.parametrize(
    ("make", "status", "code", "told"),
    [
        pytest.param(lambda: hostile.png(30_000, 30_000), 413, "too_large", {"limit_megapixels": MEGAPIXELS}, id="png-bomb"),
        pytest.param(lambda: hostile.png(65_500, 100), 413, "too_large", {"limit_side": 32_000}, id="png-of-65500-pixels"),
        pytest.param(lambda: hostile.png(2_000_000_000, 2_000_000_000), 413, "too_large", {}, id="png-of-any-size"),
        pytest.param(hostile.png_with_words, 422, "broken_document", {}, id="png-comment-bomb"),
        pytest.param(lambda: hostile.jpeg(65_500, 65_500), 413, "too_large", {"limit_megapixels": MEGAPIXELS}, id="jpeg-bomb"),
        pytest.param(lambda: hostile.gif(65_500, 65_500), 413, "too_large", {"limit_megapixels": MEGAPIXELS}, id="gif-bomb"),
        pytest.param(lambda: hostile.tiff(60_000, 60_000), 413, "too_large", {"limit_megapixels": MEGAPIXELS}, id="tiff-bomb"),
        pytest.param(lambda: hostile.tiff(1000, 1000), 422, "broken_document", {}, id="tiff-without-its-pixels"),
        pytest.param(lambda: hostile.tiff(8, 8, loops=True), 200, None, {}, id="tiff-in-itself"),
        pytest.param(hostile.zipped, 415, "unsupported_media_type", {}, id="zip-named-pdf"),
        pytest.param(
            lambda: b"PK\x03\x04" + bytes(30) + b"%PDF-1.7" + hostile.zipped(), 422, "broken_document", {}, id="zip-in-pdf"
        ),
        pytest.param(lambda: hostile.page(b"0 0 9 9 re f")[:150], 422, "broken_document", {}, id="pdf-cut-off"),
        pytest.param(hostile.claimed_objects, 422, "broken_document", {}, id="pdf-claims-objects"),
        pytest.param(
            lambda: hostile.claimed_pages(1_000_000), 413, "too_large", {"limit_pages": 50}, id="pdf-claims-million-pages"
        ),
        pytest.param(hostile.tree_in_itself, 422, "broken_document", {"page": 1}, id="pdf-tree-in-itself"),
        pytest.param(hostile.tree_without_leaves, 422, "broken_document", {}, id="pdf-tree-without-leaves"),
        pytest.param(hostile.forms_in_forms, 422, "broken_document", {"page": 1, "limit_mib": 286}, id="pdf-forms-in-forms"),
        pytest.param(
            lambda: hostile.crash_in(1, 0), 422, "broken_document", {"page": 1, "limit_mib": 286}, id="pdf-content-bomb"
        ),
        pytest.param(hostile.form_in_itself, 200, None, {}, id="pdf-form-in-itself"),
        pytest.param(hostile.table_in_itself, 200, None, {}, id="pdf-table-in-itself"),
        pytest.param(hostile.nested_arrays, 200, None, {}, id="pdf-nested-arrays"),
        pytest.param(hostile.flate_bomb, 200, None, {}, id="pdf-flate-bomb"),
        pytest.param(hostile.jpeg2000_bomb, 200, None, {}, id="pdf-jpeg2000-bomb"),
        pytest.param(lambda: hostile.page(b"0 0 9 9 re f", box=b"[0 0 1e9 1e9]"), 200, None, {}, id="pdf-huge-page"),
        pytest.param(lambda: hostile.page(b"0 0 9 9 re f", box=b"[0 0 999999999 10]"), 200, None, {}, id="pdf-long-page"),
        pytest.param(lambda: hostile.scripted(b"while (true) {}"), 200, None, {}, id="pdf-scripts"),
    ],
)
async def test_each_has_its_answer_and_takes_nothing_along(
    service, form, pdf, reader, make: Callable[[], bytes], status: int, code: str | None, told: dict
) -> None:
    client = await service(megapixels=MEGAPIXELS, pages=50)
    response = await client.post(OCR, data=form(make(), "scan.pdf"))
    body = await response.json()
    assert (response.status, body.get("code")) == (status, code), body
    assert told.items() <= body.items()
    assert code is None or body["detail"].startswith("file: ")
    assert all(height * width <= MEGAPIXELS * 1.01e6 for _, (height, width, _), _ in reader.seen)
    limits = client.app[services.SERVICES].settings
    assert all(_most_held(child.pid) < pool.heap(limits) for child in client.app[services.SERVICES].turns.decoder.pdfs.children)
    assert (await client.post(OCR, data=form(pdf(2)))).status == 200
    assert (await client.get("/livez")).status == 200


def _most_held(pid: int) -> int:
    """Bytes of a process's memory, at its largest."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))


async def test_a_page_that_never_ends_costs_its_own_request_and_no_other(service, form, pdf, picture) -> None:
    client = await service()
    client.app[services.SERVICES].turns.decoder.pdfs.seconds = 1.0
    hanging = [asyncio.create_task(client.post(OCR, data=form(hostile.endless()))) for _ in range(2)]
    await asyncio.sleep(0.3)
    assert (await client.post(OCR, data=form(picture()))).status == 200
    assert (await client.post(OCR, data=form(pdf(3)))).status == 200
    for response in await asyncio.gather(*hanging):
        body = await response.json()
        assert (response.status, body["code"], body["page"], body["limit_seconds"]) == (422, "broken_document", 1, 1.0)
    assert (await client.get("/livez")).status == 200


async def test_a_page_that_never_ends_ends_with_its_request(service, form) -> None:
    client = await service(request_timeout_seconds=1)
    client.app[services.SERVICES].turns.decoder.pdfs.seconds = 600.0
    response = await client.post(OCR, data=form(hostile.endless()))
    assert (response.status, (await response.json())["code"]) == (504, "deadline_exceeded")
    assert (await client.get("/livez")).status == 200


@pytest.mark.parametrize(
    ("make", "pages"), [pytest.param(hostile.endless_in, 4, id="endless"), pytest.param(hostile.crash_in, 4, id="crash")]
)
async def test_the_pages_beside_a_bad_one_are_drawn(make: Callable[..., bytes], pages: int) -> None:
    limits = settings.Settings(megapixels=MEGAPIXELS)
    renderers = pool.Pool(1, 1.0)
    file = await renderers.open(make(pages, 1), limits)
    found = []
    for index in range(pages):
        try:
            async with admission.Budget(1).take(1) as held:
                found.append((await file.page(index, held)).number)
        except errors.BrokenDocument as e:
            found.append(-e.details["page"])
    file.close()
    renderers.stop()
    assert found == [1, -2, 3, 4]


async def test_scripts_do_not_run() -> None:
    assert not {"V8", "XFA"} & set(pypdfium2.PDFIUM_INFO.flags)
    limits = settings.Settings(megapixels=MEGAPIXELS)
    script = b"this.getField\\('total'\\).value = 'changed'; app.alert\\('here'\\);"
    images = [documents.open_document(hostile.scripted(action), limits).page(0).image for action in (script, b"")]
    assert (images[0] == images[1]).all()
    assert images[0].min() < 50
