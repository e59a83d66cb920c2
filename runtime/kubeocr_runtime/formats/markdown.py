"""Markdown: headings, paragraphs, tables as HTML, figures as data URLs; pages parted by a line `---`.

What was read says what it says and nothing else: a character that would be Markdown's is escaped (CommonMark 0.31, 2.4). How
PP-StructureV3 writes the same blocks, which escapes less and says more in HTML, is in `structure.markdown`.
"""

import re

from kubeocr_runtime import results, structure
from kubeocr_runtime.formats import content, html, tables
from kubeocr_runtime.structure import markdown as written

_INLINE = re.compile(r"[\\`*_\[\]<>~|]|&(?=#?\w+;)|!(?=\[)")
_START = re.compile(r"^(\s*)([#+\-=]|\d{1,9}(?=[.)]))", re.MULTILINE)


def render(found: content.Content) -> bytes:
    """UTF-8."""
    pages = ("\n\n".join(filter(None, map(_block, content.blocks(page)))) for page in found.pages)
    return (written.PAGES.join(pages) + "\n").encode()


def escaped(text: str) -> str:
    """Text that no reader of Markdown takes for anything else."""
    return _START.sub(_started, _INLINE.sub(r"\\\g<0>", content.clean(text)))


def _started(start: re.Match[str]) -> str:
    """Spaces would make a code block of it. A number is a list's only with what stands behind it, so that is escaped."""
    return f"{start[2]}\\" if start[2].isdigit() else f"\\{start[2]}"


def _block(one: results.Block) -> str:
    if one.label in content.PICTURES and one.image:
        return f"![{escaped(one.content)}]({written.inline(one)})"
    if one.label == structure.TABLE and (found := tables.cells(one.content)):
        return html.table(found).rstrip()
    if one.label == structure.FORMULA:
        return f"$$\n{content.clean(one.content)}\n$$"
    text = escaped(one.content)
    if one.label in content.HEADINGS:
        return written.heading(text.replace("\n", " "), content.HEADINGS[one.label])
    return text
