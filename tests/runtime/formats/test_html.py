"""Web pages, read as a browser's parser reads them."""

import dataclasses
from html import parser

import read_pages
from lxml import html as lxml_html

from kubeocr_runtime import results
from kubeocr_runtime.formats import content, html

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(1)">'


def parsed(found: content.Content) -> lxml_html.HtmlElement:
    return lxml_html.fromstring(html.render(found).decode())


def test_headings_paragraphs_tables_and_figures() -> None:
    root = parsed(read_pages.FOUND)
    first, second = root.findall(".//section")
    assert [each.text_content() for each in first.findall("p")] == [
        "Dear <Sir> & Madam,\n# 1. not a heading, *nor* bold",
        "Nuts 300",
    ]
    assert [each.tag for each in second] == ["h1", "h2", "table", "img", "p", "p"]
    assert [cell.text_content() for cell in second.iter("td", "th")] == ["Item", "Price", "A & B <b>"]
    assert second.find(".//td").get("colspan") == "2"
    assert second.find("img").get("src").startswith("data:image/png;base64,iVBOR")
    assert root.findtext(".//title") == "Annual report"


def test_the_script_runs_the_way_of_the_language() -> None:
    assert (parsed(read_pages.HEBREW).get("lang"), parsed(read_pages.HEBREW).get("dir")) == ("he", "rtl")
    assert parsed(read_pages.FOUND).get("dir") is None


def test_nothing_that_was_read_becomes_a_tag() -> None:
    blocks = tuple(
        results.Block(label, read_pages.box(0, 0, 9, 9), 1.0, HOSTILE if label != "table" else f"<tr><td>{HOSTILE}x</td></tr>")
        for label in ("doc_title", "text", "table", "formula", "image")
    )
    page = dataclasses.replace(read_pages.FOUND.pages[1], rows=(), blocks=blocks)
    seen: set[str] = set()

    class Tags(parser.HTMLParser):
        def handle_starttag(self, tag: str, _: object) -> None:
            seen.add(tag)

    Tags().feed(html.render(dataclasses.replace(read_pages.FOUND, pages=(page,))).decode())
    assert not seen & {"script", "img", "b"}


def test_an_empty_document_is_a_page() -> None:
    empty = dataclasses.replace(read_pages.FOUND, pages=(results.PageResult(1, 9, 9, 0, ()),))
    assert parsed(empty).findtext(".//title") == "Document"
