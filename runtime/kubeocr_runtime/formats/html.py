"""A web page that needs nothing else: headings, paragraphs, tables, figures. What was read is text in it and never a script."""

import html
from collections.abc import Sequence

from kubeocr_runtime import data_urls, results, structure
from kubeocr_runtime.formats import content, tables

_STYLE = (
    "body{max-width:50rem;margin:2rem auto;padding:0 1rem;font-family:system-ui,sans-serif;line-height:1.5}"
    "table{border-collapse:collapse}td,th{border:1px solid;padding:.2rem .5rem}img{max-width:100%}"
)


def render(found: content.Content) -> bytes:
    """UTF-8; a `section` a page."""
    direction = ' dir="rtl"' if found.is_right_to_left else ""
    read = [content.blocks(page) for page in found.pages]
    pages = "\n".join(
        f'<section id="page-{page.number}">\n{"".join(map(block, blocks))}</section>'
        for page, blocks in zip(found.pages, read, strict=True)
    )
    return (
        f'<!doctype html>\n<html lang="{found.language.id}"{direction}>\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{_title(read)}</title>'
        f"<style>{_STYLE}</style></head>\n<body>\n{pages}\n</body>\n</html>\n"
    ).encode()


def block(one: results.Block) -> str:
    """One block as an element and a line end."""
    if one.label in content.PICTURES and one.image:
        return f'<img alt="{_escaped(one.content)}" src="{data_urls.of(one.image, data_urls.PNG)}">\n'
    if one.label == structure.TABLE and (found := tables.cells(one.content)):
        return table(found)
    text = _escaped(one.content)
    if one.label in content.HEADINGS:
        level = content.HEADINGS[one.label]
        return f"<h{level}>{text}</h{level}>\n"
    if one.label == structure.FORMULA:
        return f"<p><code>{text}</code></p>\n"
    return "<p>{}</p>\n".format(text.replace("\n", "<br>\n")) if text else ""


def table(found: tuple[tables.Cell, ...]) -> str:
    """With nothing of the HTML that the cells came from but their texts."""
    rows, _ = tables.size(found)
    told = ("".join(_cell(cell) for cell in found if cell.row == row) for row in range(rows))
    return "<table>\n{}</table>\n".format("".join(f"<tr>{cells}</tr>\n" for cells in told))


def _cell(cell: tables.Cell) -> str:
    tag = "th" if cell.is_heading else "td"
    reach = f' rowspan="{cell.rows}"' if cell.rows > 1 else ""
    reach += f' colspan="{cell.columns}"' if cell.columns > 1 else ""
    return f"<{tag}{reach}>{_escaped(cell.text)}</{tag}>"


def _title(pages: Sequence[Sequence[results.Block]]) -> str:
    """The document's own, or its first line."""
    every = [one for blocks in pages for one in blocks if one.content and one.label != structure.TABLE]
    title = next((one.content for one in every if one.label == structure.TITLE), every[0].content if every else "")
    return _escaped(title.partition("\n")[0][:100]) or "Document"


def _escaped(text: str) -> str:
    return html.escape(content.clean(text))
