"""Documents for word processors, read back by the library that Word's users have in Python."""

import io
import zipfile

import docx as library
import read_pages
from docx.document import Document
from docx.oxml import ns
from lxml import etree

from kubeocr_runtime.formats import content, docx


def opened(found: content.Content) -> Document:
    return library.Document(io.BytesIO(docx.render(found)))


def test_headings_paragraphs_and_a_break_between_pages() -> None:
    paragraphs = opened(read_pages.FOUND).paragraphs
    told = [(each.style.name, each.text.strip()) for each in paragraphs if each.text.strip()]
    assert told == [
        ("Normal", "Dear <Sir> & Madam,\n# 1. not a heading, *nor* bold"),
        ("Normal", "Nuts 300"),
        ("Heading 1", "Annual report"),
        ("Heading 2", "Prices"),
        ("Normal", "a^2 < b"),
        ("Normal", "after it"),
    ]
    breaks = opened(read_pages.FOUND).element.body.findall(f".//{ns.qn('w:br')}[@{ns.qn('w:type')}='page']")
    assert len(breaks) == 1


def test_a_table_with_its_merged_cells() -> None:
    [table] = opened(read_pages.FOUND).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["Item", "Price"], ["A & B <b>", "A & B <b>"]]
    assert table.cell(1, 0)._tc is table.cell(1, 1)._tc


def test_a_figure_as_wide_as_on_its_page() -> None:
    [shape] = opened(read_pages.FOUND).inline_shapes
    assert shape.width.inches == 1.0


def test_right_to_left() -> None:
    body = opened(read_pages.HEBREW).element.body
    assert body.find(f".//{ns.qn('w:p')}/{ns.qn('w:pPr')}/{ns.qn('w:bidi')}") is not None
    assert body.find(f".//{ns.qn('w:r')}/{ns.qn('w:rPr')}/{ns.qn('w:rtl')}") is not None
    assert opened(read_pages.HEBREW).core_properties.language == "he"


def test_every_part_is_xml() -> None:
    with zipfile.ZipFile(io.BytesIO(docx.render(read_pages.FOUND))) as file:
        assert file.testzip() is None
        assert [etree.fromstring(file.read(name)) is not None for name in file.namelist() if name.endswith(".xml")]
