"""A document for word processors: headings, paragraphs, tables and figures, a page break after each page."""

import io

import docx
from docx import document, oxml, shared
from docx.enum import text as enums
from docx.oxml import ns
from docx.text import paragraph, run

from kubeocr_contract import polygons
from kubeocr_runtime import results, structure
from kubeocr_runtime.formats import content, tables

_DPI = 200
"""Of figures, cut out of a page drawn at that: as large as they are on paper, unless the page here is narrower."""
_RULED = "Table Grid"


def render(found: content.Content) -> bytes:
    """A .docx file."""
    made = docx.Document()
    made.core_properties.author, made.core_properties.comments = "KubeOCR", ""
    made.core_properties.language = found.language.id
    for page in found.pages:
        for block in content.blocks(page):
            _block(made, block)
        if page is not found.pages[-1]:
            made.add_paragraph().add_run().add_break(enums.WD_BREAK.PAGE)
    if found.is_right_to_left:
        _turn(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _block(made: document.Document, block: results.Block) -> None:
    text = content.clean(block.content)
    if block.label in content.PICTURES and block.image:
        _picture(made, block)
    elif block.label == structure.TABLE and (found := tables.cells(text)):
        _table(made, found)
    elif block.label in content.HEADINGS:
        made.add_heading(text.replace("\n", " "), content.HEADINGS[block.label])
    elif text:
        made.add_paragraph(text)


def _picture(made: document.Document, block: results.Block) -> None:
    left, _, right, _ = polygons.around(block.polygon)
    section = made.sections[0]
    room = (section.page_width or 0) - (section.left_margin or 0) - (section.right_margin or 0)
    made.add_picture(io.BytesIO(block.image), width=min(shared.Inches(max(right - left, 1) / _DPI), shared.Emu(room)))


def _table(made: document.Document, found: tuple[tables.Cell, ...]) -> None:
    grid = made.add_table(*tables.size(found), _RULED)
    for cell in found:
        first = grid.cell(cell.row, cell.column)
        whole = first.merge(grid.cell(cell.row + cell.rows - 1, cell.column + cell.columns - 1))
        whole.text = cell.text


def _turn(made: document.Document) -> None:
    """Every paragraph from right to left; ECMA-376, 17.3.1.6 and 17.3.2.30."""
    for each in made.element.body.iter(ns.qn("w:p")):
        lines = paragraph.Paragraph(each, made)
        lines.paragraph_format.element.get_or_add_pPr().append(oxml.OxmlElement("w:bidi"))
        for piece in each.iter(ns.qn("w:r")):
            run.Run(piece, lines).font.rtl = True
