"""Formats over a real socket: how each is asked for, and what comes."""

import io

import docx
import pytest
from aiohttp import hdrs
from lxml import etree

from kubeocr_contract import outputs, settings
from kubeocr_runtime import documents

OCR = "/ocr/ppocrv6"
CORNERS = [[1, 2], [3, 2], [3, 4], [1, 4]]
OTHERS = sorted(set(outputs.OUTPUTS) - {outputs.JSON})


@pytest.mark.parametrize("way", ["form", "query", "accept"])
@pytest.mark.parametrize("name", OTHERS)
async def test_each_format_may_be_asked_for_in_three_ways(service, form, pdf, name: str, way: str) -> None:
    client, output = await service(), outputs.OUTPUTS[name]
    fields = {"format": name} if way == "form" else {}
    params = {"format": name} if way == "query" else {}
    headers = {hdrs.ACCEPT: output.media} if way == "accept" else {}
    response = await client.post(OCR, data=form(pdf(2), **fields), params=params, headers=headers)
    made = await response.read()
    assert (response.status, response.headers[hdrs.CONTENT_TYPE]) == (200, output.content_type)
    assert f'filename="document{output.suffix}"' in response.headers[hdrs.CONTENT_DISPOSITION]
    assert response.headers["Content-Security-Policy"].endswith("sandbox")
    assert response.headers["X-Request-Id"]
    assert set(_text(name, made).split()) == {"page", "1", "2"}


def _text(name: str, made: bytes) -> str:
    """What a format says, without what is the format's own."""
    if name == "pdf":
        document = documents.open_document(made, settings.Settings())
        return " ".join(document.layer(index).text for index in range(document.pages))
    if name == "docx":
        return " ".join(each.text for each in docx.Document(io.BytesIO(made)).paragraphs)
    if name == "tsv":
        return " ".join(row.rpartition("\t")[2] for row in made.decode().splitlines()[1:])
    if name == "alto":
        return " ".join(etree.fromstring(made).xpath("//*[local-name()='String']/@CONTENT"))
    if name in {"hocr", "html"}:
        root = etree.fromstring(made) if name == "hocr" else etree.HTML(made.decode())
        return " ".join(root.xpath("//*[local-name()='body']")[0].itertext())
    return made.decode().replace("---", "")


@pytest.mark.parametrize(
    ("accept", "want"),
    [
        pytest.param("*/*", "application/json", id="anything"),
        pytest.param("application/json", "application/json", id="json"),
        pytest.param("text/html,application/xhtml+xml,*/*;q=0.8", "text/html", id="a-browsers-form"),
    ],
)
async def test_by_accept(service, form, picture, accept: str, want: str) -> None:
    client = await service()
    response = await client.post(OCR, data=form(picture()), headers={hdrs.ACCEPT: accept})
    assert (response.status, response.content_type) == (200, want)


async def test_the_form_goes_before_query_and_accept(service, form, picture) -> None:
    client = await service()
    response = await client.post(f"{OCR}?format=pdf", data=form(picture(), format="text"), headers={hdrs.ACCEPT: "text/html"})
    assert (response.content_type, await response.text()) == ("text/plain", "page 1\n")


async def test_words_on_request(service, form, picture) -> None:
    client = await service()
    asked = await (await client.post(OCR, data=form(picture(), words="true"))).json()
    assert asked["results"][0]["words"] == [
        {"text": "page", "confidence": 0.5, "bbox": CORNERS}, {"text": "1", "confidence": 0.5, "bbox": CORNERS},
    ]  # fmt: skip
    left_out = await (await client.post(OCR, data=form(picture()))).json()
    assert "words" not in left_out["results"][0]


async def test_words_page_by_page(service, form, picture) -> None:
    client = await service()
    response = await client.post(OCR, data=form(picture(), words="1"), headers={hdrs.ACCEPT: "application/x-ndjson"})
    page = [line async for line in response.content][1]
    assert page.count(b'"words"') == 1


@pytest.mark.parametrize(
    ("fields", "params", "accept", "want"),
    [
        pytest.param({"format": "rtf"}, {}, "*/*", (422, "invalid_field"), id="no-such-format"),
        pytest.param({}, {"format": "rtf"}, "*/*", (422, "invalid_field"), id="nor-in-the-query"),
        pytest.param({}, {}, "image/png", (406, "not_acceptable"), id="nothing-that-is-made"),
        pytest.param({"words": "perhaps"}, {}, "*/*", (422, "invalid_field"), id="words-neither-true-nor-false"),
        pytest.param({"format": "pdf"}, {}, "application/x-ndjson", (422, "invalid_field"), id="not-page-by-page"),
    ],
)
async def test_what_cannot_be_is_refused_with_what_can(
    service, form, picture, fields: dict[str, str], params: dict[str, str], accept: str, want: tuple[int, str]
) -> None:
    client = await service()
    response = await client.post(OCR, data=form(picture(), **fields), params=params, headers={hdrs.ACCEPT: accept})
    body = await response.json()
    assert (response.status, body["code"]) == want
    assert "traceback" not in str(body).lower()


async def test_a_pdf_with_text_of_its_own_is_not_read(service, form, pdf, reader) -> None:
    client = await service()
    for text_layer, read in (("force", 0), ("never", 1)):
        response = await client.post(OCR, data=form(pdf(1), format="pdf", text_layer=text_layer))
        assert response.status == 200
        assert len(reader.seen) == read


async def test_a_tables_words_come_from_a_pages_own_text_too(service, form, pdf) -> None:
    client = await service()
    response = await client.post(OCR, data=form(pdf(1), format="tsv", text_layer="force"))
    assert _text("tsv", await response.read()).split() == ["page", "1"]


async def test_the_time_a_request_has_is_for_its_format_too(service, form, picture, monkeypatch, tmp_path) -> None:
    (tmp_path / "hangs.py").write_text("import sys, time; sys.stdin.buffer.read(); time.sleep(600)")
    monkeypatch.setattr("kubeocr_runtime.formats.press._MODULE", "hangs")
    monkeypatch.syspath_prepend(tmp_path)
    client = await service()
    response = await client.post(OCR, data=form(picture(), format="pdf", timeout_seconds="1"))
    assert (response.status, (await response.json())["code"]) == (504, "deadline_exceeded")
