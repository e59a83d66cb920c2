"""Files in other formats, over a real socket: shapes are those of the OCR server's documents."""

import io
import json
import pathlib
import zipfile

import pikepdf
import PIL.Image
import pytest
from aiohttp import test_utils
from ordering_clients import REQUESTS

from kubeocr_contract import settings
from kubeocr_runtime.jobs import desk
from kubeocr_runtime.requests import converting, links

CONVERT = "/api/v1/convert"
QUEUED = {
    "status": "success", "session_id": "3d1f7fe5-090f-4a69-a6fb-4b4caa1dfcc1", "filename": "scan.pdf",
    "mime_type": "application/pdf", "message": "File uploaded", "check_status_url": "/api/v1/convert/status/3d1f",
}  # fmt: skip
DONE = {
    "session_id": "3d1f",
    "status": "completed",
    "progress": 100,
    "download_url": "/api/v1/convert/download/3d1f/converted.md",
}
MARKDOWN = {"convert_type": "file", "output_format": "markdown"}


async def converted(client: test_utils.TestClient, data, **options) -> dict:
    """The status of a conversion that is over."""
    answer = await client.post(CONVERT, data=data, **options)
    assert answer.status == 200, await answer.text()
    url = (await answer.json())["check_status_url"]
    return await (await client.get(f"{url}?wait=20", **options)).json()


async def result(client: test_utils.TestClient, data, **options) -> bytes:
    told = await converted(client, data, **options)
    assert told["status"] == "completed", told
    return await (await client.get(told["download_url"], **options)).read()


async def test_a_file_is_converted(service, form, pdf, has) -> None:
    client = await service()
    queued = await client.post(CONVERT, data=form(pdf(2), name="scan.pdf", **MARKDOWN))
    told = await queued.json()
    has(told, QUEUED)
    assert (queued.status, told["filename"], told["mime_type"]) == (200, "scan.pdf", "application/pdf")
    done = await (await client.get(told["check_status_url"] + "?wait=20")).json()
    has(done, DONE)
    assert done["download_url"] == f"{CONVERT}/download/{told['session_id']}/converted.md"
    file = await client.get(done["download_url"])
    assert (file.status, await file.text()) == (200, "page 1\n\n---\n\npage 2\n")
    assert file.headers["Content-Type"] == "text/markdown; charset=utf-8"
    assert file.headers["Content-Disposition"] == 'attachment; filename="converted.md"'
    request = await (await client.get(f"{REQUESTS}/{told['session_id']}")).json()
    assert (request["status"], request["result"]["session_id"]) == ("completed", told["session_id"])


def pages(data: bytes) -> str:
    with pikepdf.open(io.BytesIO(data)) as file:
        return f"{len(file.pages)} pages, {'with' if b'Unseen' in data else 'without'} text"


def words(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return "page 2" if b"page 2" in file.read("word/document.xml") else "nothing"


@pytest.mark.parametrize(
    ("fields", "shown", "want"),
    [
        pytest.param({"output_format": "md"}, bytes.decode, "page 1\n\n---\n\npage 2\n", id="md"),
        pytest.param({"output_format": "txt"}, bytes.decode, "page 1\n\npage 2\n", id="txt"),
        pytest.param({"output_format": "docx"}, words, "page 2", id="docx"),
        pytest.param({"output_format": "pdf"}, pages, "2 pages, with text", id="pdf"),
        pytest.param({"output_format": "html"}, lambda data: data[:15].decode().lower(), "<!doctype html>", id="html"),
    ],
)
async def test_each_format(service, form, pdf, fields: dict, shown, want: str) -> None:
    assert shown(await result(await service(), form(pdf(2), convert_type="file", **fields))) == want


async def test_a_picture_becomes_a_pdf(service, form, picture) -> None:
    assert pages(await result(await service(), form(picture(), output_format="pdf"))).startswith("1 pages")


@pytest.mark.parametrize(
    ("mode", "more", "suffix", "keys"),
    [
        pytest.param("extract_structured_full", {}, ".json", {"text", "layout", "pages"}, id="all, as JSON"),
        pytest.param("extract_layout_structure", {}, ".json", {"pages"}, id="a map, as JSON"),
        pytest.param("extract_text_plain", {}, ".md", None, id="text, as Markdown"),
        pytest.param("extract_text_from_bbox", {"bbox": "[0,0,9,9]"}, ".md", None, id="what is in a box"),
    ],
)
async def test_processing_modes(service, form, picture, mode: str, more: dict, suffix: str, keys: set | None) -> None:
    client = await service()
    fields = {**MARKDOWN, "smart_processing": "true", "processing_mode": mode, **more}
    told = await converted(client, form(picture(), **fields))
    assert told["download_url"].endswith(f"converted{suffix}")
    data = await (await client.get(told["download_url"])).read()
    if keys is None:
        assert data == b"page 1\n"
    else:
        assert keys <= set(json.loads(data))


@pytest.mark.parametrize(
    "more",
    [
        pytest.param(
            {"smart_processing": "true", "processing_mode": "extract_text_from_bbox", "bbox": "[40,0,60,9]"}, id="box"
        ),
        pytest.param({"confidence_threshold": "51"}, id="threshold"),
    ],
)
async def test_lines_that_are_not_wanted_are_left_out(service, form, picture, more: dict) -> None:
    assert await result(await service(), form(picture(), **MARKDOWN, **more)) == b"\n"


async def test_options_of_the_other_kind(service, form, picture, reader) -> None:
    options = {"language": "jpn", "chunk_size": 5, "enhance_options": {"preset": "scan_medium", "overrides": {"contrast": 1.3}}}
    await result(await service(), form(picture(), **MARKDOWN, ocr_options=json.dumps(options)))
    seen = reader.seen[0][2]
    assert (seen.script, seen.enhance.recipe.contrast) == ("Jpan", 1.3)


@pytest.mark.parametrize(
    ("fields", "want"),
    [
        pytest.param({"enhance_image": False, "enhance_options": {"contrast": 1.3}}, None, id="off"),
        pytest.param({"enhance_image": {"contrast": 1.3}}, {"contrast": 1.3}, id="as the example has it"),
        pytest.param({"preset": "light"}, {"preset": "light"}, id="a preset alone"),
        pytest.param(
            {"enhance_options": {"preset": "light", "enhance_image": True}}, {"preset": "light"}, id="a switch inside"
        ),
        pytest.param({"enhance_options": 7}, 7, id="what is refused later"),
        pytest.param({}, None, id="nothing"),
    ],
)
def test_where_enhancement_may_stand(fields: dict, want: object) -> None:
    found = converting.fields({"ocr_options": json.dumps(fields)})
    assert json.loads(found.get("enhance_options", "null")) == want


@pytest.mark.parametrize(
    ("file", "fields", "code", "field"),
    [
        pytest.param(b"PK\x03\x04 a document", {}, "VALIDATION_ERROR", "file", id="an Office file"),
        pytest.param(b"<!doctype html><p>x", {}, "VALIDATION_ERROR", "file", id="HTML"),
        pytest.param(None, {"convert_type": "text"}, "VALIDATION_ERROR", "file", id="no file"),
        pytest.param(b"%PDF-1.7", {"convert_type": "text"}, "VALIDATION_ERROR", "convert_type", id="text"),
        pytest.param(b"%PDF-1.7", {"output_format": "epub"}, "VALIDATION_ERROR", "output_format", id="no such format"),
        pytest.param(b"%PDF-1.7", {"ocr_options": "{"}, "VALIDATION_ERROR", "ocr_options", id="no JSON"),
        pytest.param(b"%PDF-1.7", {"ocr_options": '{"language": "elvish"}'}, "UNKNOWN_LANGUAGE", None, id="no such language"),
        pytest.param(b"%PDF-1.7", {"confidence_threshold": "high"}, "VALIDATION_ERROR", "confidence_threshold", id="no number"),
        pytest.param(
            b"%PDF-1.7",
            {"smart_processing": "true", "processing_mode": "extract_text_from_bbox"},
            "VALIDATION_ERROR",
            "bbox",
            id="no box",
        ),
    ],
)
async def test_what_cannot_be_converted_is_told(service, form, file, fields: dict, code: str, field: str | None) -> None:
    answer = await (await service()).post(CONVERT, data=form(file, **{**MARKDOWN, **fields}))
    error = (await answer.json())["error"]
    assert (answer.status, error["code"], error["details"].get("field")) == (422, code, field)


async def test_one_page_that_fails_says_so_in_its_place(service, form, picture) -> None:
    client = await service(megapixels=1)
    frames = io.BytesIO()
    small, large = (PIL.Image.new("L", size, "white") for size in ((60, 40), (1200, 1200)))
    small.save(frames, "TIFF", save_all=True, append_images=[large, small])
    text = (await result(client, form(frames.getvalue(), output_format="txt"))).decode()
    first, second, third = text.strip().split("\n\n")
    assert (first, third) == ("page 1", "page 3")
    assert second.startswith("[page 2 could not be read: ")


async def test_a_document_none_of_whose_pages_can_be_read_fails(service, form, has) -> None:
    told = await converted(await service(), form(b"%PDF-1.7 no more than that", **MARKDOWN))
    has(told, {**DONE, "status": "failed", "download_url": None, "error": {"code": "X", "message": "Y", "details": "Z"}})
    assert (told["status"], told["error"]["code"]) == ("failed", "BROKEN_DOCUMENT")


async def test_what_is_not_done_is_not_there(service, form, picture, reader) -> None:
    client = await service()
    reader.gate.clear()
    name = (await (await client.post(CONVERT, data=form(picture(), **MARKDOWN))).json())["session_id"]
    told = await (await client.get(f"{CONVERT}/status/{name}")).json()
    assert (told["download_url"], told["expires_at"]) == (None, None)
    for file, status in (("converted.md", 409), ("converted.pdf", 404), ("..%2Fjobs.sqlite", 404), ("file", 404)):
        assert (await client.get(f"{CONVERT}/download/{name}/{file}")).status == status, file


async def test_a_result_is_gone_after_its_time(service, form, picture) -> None:
    client = await service()
    told = await converted(client, form(picture(), **MARKDOWN))
    at = client.app[desk.DESK]
    await at.clear(None, frozenset({"completed"}), float("inf"))
    for path in (told["download_url"], f"{CONVERT}/status/{told['session_id']}"):
        answer = await client.get(path)
        assert (answer.status, (await answer.json())["error"]["code"]) == (410, "REQUEST_GONE")


async def test_a_signed_link_opens_one_file_and_nothing_else(service, form, picture, keys_dir, by, tmp_path) -> None:
    (tmp_path / "secret").write_text("of the site", encoding="utf-8")
    client = await service(api_keys_dir=keys_dir, signing_secret_file=str(tmp_path / "secret"))
    first, second = [await converted(client, form(picture(), **MARKDOWN), headers=by("site")) for _ in range(2)]
    url = first["download_url"]
    assert "expires=" in url
    assert (await (await client.get(url)).text()) == "page 1\n"
    path, _, query = url.partition("?")
    other = second["session_id"]
    for wrong, status in (
        (path, 401),
        (f"{path}?{query}0", 401),
        (f"{path}?{query.replace('expires=', 'expires=9')}", 401),
        (f"{path.replace(first['session_id'], other)}?{query}", 401),
        (f"{CONVERT}/status/{first['session_id']}?{query}", 401),
        (f"{REQUESTS}/{first['session_id']}?{query}", 401),
    ):
        assert (await client.get(wrong)).status == status, wrong
    assert (await client.get(path, headers=by("guest"))).status == 404
    assert (await client.get(path, headers=by("site"))).status == 200


@pytest.mark.parametrize(
    ("now", "opens"), [pytest.param(99.0, True, id="in time"), pytest.param(100.0, False, id="its time is over")]
)
def test_a_link_has_its_time(tmp_path: pathlib.Path, now: float, opens: bool) -> None:
    (tmp_path / "secret").write_text("s", encoding="utf-8")
    chosen = settings.Settings(signing_secret_file=str(tmp_path / "secret"))
    path, _, query = links.signed(f"{CONVERT}/download/a/converted.md", 100.5, chosen).partition("?")
    parameters = dict(each.split("=") for each in query.split("&"))
    assert links.opens(path, parameters, chosen, now) is opens


def test_without_a_secret_no_link_opens_anything() -> None:
    chosen = settings.Settings()
    path = f"{CONVERT}/download/a/converted.md"
    assert links.signed(path, 100, chosen) == path
    assert not links.opens(path, {"expires": "999999999999", "signature": ""}, chosen, 0)
    assert not links.opens(path, {"expires": "999999999999", "signature": "0"}, chosen, 0)
