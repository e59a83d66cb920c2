"""A page's blocks as Markdown, written as PP-StructureV3 does (PaddleX 3.7: common/result/converter). Pure."""

import html
import math
import re
from collections.abc import Callable, Mapping, Sequence

from kubeocr_contract import polygons
from kubeocr_runtime import data_urls, results, structure
from kubeocr_runtime.structure import paragraphs

_HIDDEN = structure.HEADERS | structure.FOOTERS | structure.ASIDE
"""What repeats on every page."""
PAGES = "\n\n---\n\n"
"""Between two pages."""
Source = Callable[[results.Block], str]
"""Where a block's picture is to be found."""
_NUMBER = re.compile(r"^\s*((?:[1-9]\d*)(?:\.[1-9]\d*)*)[.、]?\s*(?=\D)")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")


def written(page: results.PageResult, source: Source) -> str:
    """A page, less what repeats on every page."""
    text = ""
    for block in page.blocks:
        said = "" if block.label in _HIDDEN else _said(block, page, source)
        if not said:
            continue
        text = paragraphs.join(text, said) if block.continues and text else f"{text}\n\n{said}" if text else said
    return text


def heading(text: str, level: int) -> str:
    """A line of its own."""
    return f"{'#' * level} {text}"


def inline(block: results.Block) -> str:
    """A picture as a URL that holds it."""
    return data_urls.of(block.image, data_urls.PNG)


def named(block: results.Block) -> str:
    """A picture as a file beside the text, by PaddleOCR's name for it but for the format."""
    left, top, right, bottom = polygons.around(block.polygon)
    return f"imgs/img_in_{block.label}_box_{left}_{top}_{right}_{bottom}.png"


def _said(block: results.Block, page: results.PageResult, source: Source) -> str:
    if block.image:
        return _picture(block, page, source)
    if block.label in structure.PICTURES:
        return ""  # nobody wants to see it, and what is written in it is no part of the text
    if block.label == structure.TABLE and block.content.startswith("<html"):
        return "\n" + _centred(block.content.replace("<table>", '<table border="1">'))
    return _WRITERS.get(block.label, _text)(_TAG.sub(r"\\<", block.content)) if block.content.strip() else ""


def _picture(block: results.Block, page: results.PageResult, source: Source) -> str:
    upright = page.width if page.angle % 180 == 0 else page.height
    percent = int(math.dist(*block.polygon[:2]) / upright * 100)
    return _centred(f'<img src="{html.escape(source(block))}" alt="Image" width="{percent}%" />')


def _centred(content: str) -> str:
    return f'<div style="text-align: center;">{content}</div>\n'


def _one_line(content: str) -> str:
    return content.replace("-\n", "").replace("\n", " ").strip()


def _title(content: str) -> str:
    return heading(_one_line(content), 1)


def _heading(content: str) -> str:
    """One level deeper for each part of its number: 2.1 stands below 2."""
    text = _one_line(content).rstrip(".")
    number = _NUMBER.match(text)
    depth = number.group(1).count(".") + 1 if number else 1
    return heading(text, depth + 1)


def _text(content: str) -> str:
    """Paragraphs apart, items of a list below one another."""
    pieces = content.strip().split("\n")
    written = ""
    for index, piece in enumerate(pieces):
        is_item = paragraphs.is_item(piece)
        between = "\n" if is_item and index and paragraphs.is_item(pieces[index - 1]) else "\n\n"
        written += (between if index else "") + _item(piece)
    return written


def _item(piece: str) -> str:
    bare = paragraphs.without_mark(piece)
    return piece if bare == piece else f"- {bare}"


def _lines(content: str) -> str:
    """A table of contents: line by line."""
    return content.replace("\n", "  \n")


_WRITERS: Mapping[str, Callable[[str], str]] = {
    structure.TITLE: _title,
    structure.SUBTITLE: _heading,
    **dict.fromkeys(("abstract_title", "reference_title", "content_title"), _heading),
    **dict.fromkeys(("figure_title", "table_title", "chart_title"), lambda said: _centred(_one_line(said))),
    "content": _lines,
    "algorithm": lambda said: said.strip("\n"),
}


def document(pages: Sequence[str]) -> str:
    """Pages with a line between them; an empty one has none."""
    return PAGES.join(page for page in pages if page)
