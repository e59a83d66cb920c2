import dataclasses
import io
import json
import zipfile

import pytest

from kubeocr_contract import structured
from kubeocr_runtime import openapi, results
from kubeocr_runtime.structure import routes

PNG = b"\x89PNG\r\n\x1a\n-not-really"
CORNERS = ((10, 20), (30, 20), (30, 40), (10, 40))


@pytest.fixture
def reader(reader):
    """Reads a heading and a picture on every page, as large as the test has it."""
    place = reader.place
    reader.picture = PNG

    def with_blocks(found, texts, options):
        page = place(found, texts, options)
        shown = reader.picture if options.layout and options.layout.pictures else b""
        blocks = (
            results.Block("paragraph_title", CORNERS, 0.9, page.text, page.lines),
            results.Block("image", CORNERS, 0.8, image=shown),
            results.Block("footer", CORNERS, 0.8, "foot"),
        )
        return dataclasses.replace(page, blocks=blocks)

    reader.place = with_blocks
    return reader


async def test_markdown_of_all_pages(service, form, pdf) -> None:
    client = await service()
    response = await client.post(structured.MARKDOWN, data=form(pdf(2), images="none"))
    body = await response.json()
    assert body["pages"] == ["## page 1", "## page 2"]
    assert body["markdown"] == "## page 1\n\n---\n\n## page 2"
    assert (body["pipeline"], body["total_pages"]) == ("PP-StructureV3", 2)
    assert body["models"]["layout"] == "PicoDet_layout_1x"
    assert body["pipeline_flags"]["use_table_recognition"] is True


async def test_pictures_come_with_the_markdown(service, form, picture) -> None:
    body = await (await (await service()).post(structured.MARKDOWN, data=form(picture()))).json()
    assert '<img src="data:image/png;base64,iVBORw0KGgo' in body["markdown"]


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        pytest.param({"images": "zip"}, {}, id="by a field"),
        pytest.param({}, {"Accept": "application/zip"}, id="by the header"),
    ],
)
async def test_or_beside_it_in_a_zip_file(service, form, pdf, fields, headers) -> None:
    response = await (await service()).post(structured.MARKDOWN, data=form(pdf(2), **fields), headers=headers)
    assert response.content_type == "application/zip"
    names = [f"imgs/page_{page}_img_in_image_box_10_20_30_40.png" for page in (1, 2)]
    with zipfile.ZipFile(io.BytesIO(await response.read())) as archive:
        assert archive.namelist() == ["document.md", *names]
        assert archive.read(names[1]) == PNG
        document = archive.read("document.md").decode()
    assert all(name in document for name in names)


async def test_blocks_of_all_pages(service, form, pdf) -> None:
    body = await (await (await service()).post(structured.JSON, data=form(pdf(2)))).json()
    assert body["total_pages"] == 2
    told = body["pages"][1]["res"]
    assert [block["block_label"] for block in told["parsing_res_list"]] == ["paragraph_title", "image", "footer"]
    assert told["parsing_res_list"][0] == {
        "block_label": "paragraph_title",
        "block_content": "page 2",
        "block_bbox": [10, 20, 30, 40],
        "block_id": 0,
        "block_order": 1,
    }
    assert told["overall_ocr_res"]["rec_texts"] == ["page 2"]
    assert list(told["images"]) == ["imgs/img_in_image_box_10_20_30_40.png"]


@pytest.mark.parametrize("how", ["form", "query"])
async def test_blocks_in_another_format(service, form, pdf, how: str) -> None:
    client = await service()
    path = structured.JSON if how == "form" else f"{structured.JSON}?format=html"
    response = await client.post(path, data=form(pdf(2), **({"format": "html"} if how == "form" else {})))
    text = await response.text()
    assert (response.content_type, "sandbox" in response.headers["Content-Security-Policy"]) == ("text/html", True)
    assert ("<h2>page 2</h2>" in text, text.count('<img alt="" src="data:image/png')) == (True, 2)


async def test_a_searchable_pdf_is_made_of_pages_that_are_looked_at(service, form, pdf, reader) -> None:
    response = await (await service()).post(structured.JSON, data=form(pdf(1), format="pdf"))
    assert (await response.read()).startswith(b"%PDF-")
    assert reader.seen[0][2].layout is not None


async def test_markdown_has_no_other_format(service, form, picture) -> None:
    response = await (await service()).post(structured.MARKDOWN, data=form(picture(), format="pdf"))
    assert (await response.json())["pages"][0].startswith("## page 1")


async def test_answers_are_as_they_are_described(service, form, picture) -> None:
    client, schemas = await service(), openapi.document()["components"]["schemas"]
    for path, name in ((structured.MARKDOWN, "StructureMarkdown"), (structured.JSON, "StructureJson")):
        body = await (await client.post(path, data=form(picture()))).json()
        assert set(body) == set(schemas[name]["required"])
    described = set(schemas["StructurePage"]["properties"]["res"]["required"])
    assert described == set(body["pages"][0]["res"]) - {"input_path"}


@pytest.mark.parametrize("path", structured.ROUTES)
async def test_a_language_that_was_not_said_is_told(service, form, picture, path: str) -> None:
    body = await (await (await service()).post(path, data=form(picture(), lang="en,de"))).json()
    assert body["language"] in {"en", "de"}
    assert body["language_detection"]["requested"] == ["en", "de"]
    if path == structured.JSON:
        assert body["pages"][0]["res"]["language"] == body["language"]


async def test_a_plain_reading_looks_for_nothing(service, form, picture, reader) -> None:
    await (await service()).post("/ocr/ppocrv6", data=form(picture()))
    assert reader.seen[0][2].layout is None


@pytest.mark.parametrize("path", structured.ROUTES)
async def test_more_pictures_than_memory_is_for(service, form, pdf, reader, path, monkeypatch) -> None:
    monkeypatch.setattr(routes, "_PICTURES_MIB", 1)
    reader.picture = b"x" * 700_000
    client = await service()
    response = await client.post(path, data=form(pdf(3)))
    assert response.status == 413
    assert (await response.json())["detail"] == (
        "images: up to page 2 the pictures of the document take more than 1 MiB; send fewer pages, or images=none"
    )
    assert (await client.post(path, data=form(pdf(3), images="none"))).status == 200


async def test_a_page_that_fails_ends_the_document(service, form, pdf, reader) -> None:
    reader.find = None
    response = await (await service()).post(structured.JSON, data=form(pdf(2)))
    assert (response.status, (await response.json())["code"]) == (500, "internal")


async def test_what_is_refused(service, form, picture) -> None:
    client = await service()
    response = await client.post(structured.JSON, data=form(picture(), use_formula_recognition="true"))
    body = json.loads(await response.read())
    assert (response.status, body["code"], body["field"]) == (422, "invalid_field", "use_formula_recognition")


async def test_keys_are_asked_for(service, form, picture, tmp_path) -> None:
    (tmp_path / "k").write_text("secret", encoding="utf-8")
    client = await service(api_keys_dir=str(tmp_path))
    assert (await client.post(structured.MARKDOWN, data=form(picture()))).status == 401
    headers = {"X-API-Key": "secret"}
    assert (await client.post(structured.MARKDOWN, data=form(picture()), headers=headers)).status == 200
