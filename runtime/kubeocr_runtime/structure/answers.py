"""Pages as the answers of PP-StructureV3's routes. Pure; `routes` sends them."""

import functools
import io
import zipfile
from collections.abc import Sequence

from kubeocr_contract import polygons, structured, wire
from kubeocr_runtime import readers, results, wishes
from kubeocr_runtime.structure import asked, markdown

_DOCUMENT = "document.md"


def answer(wanted: asked.Asked, reads: Sequence[readers.Read]) -> dict[str, object]:
    """The JSON of a document."""
    pages = [read.result for read in reads]
    written = _markdown(wanted, pages) if wanted.path == structured.MARKDOWN else {"pages": [_page(wanted, x) for x in pages]}
    heading = wanted.wish.heading
    return {
        **structured.heading(wanted.path),
        **written,
        "total_pages": len(pages),
        "pipeline_flags": wanted.flags,
        "language": heading.language.id,
        "models": {"detector": heading.reader.detector, "recogniser": heading.reader.recogniser, **wanted.models},
        "timings": sum(map(wishes.timings, reads), wire.Timings()).json(),
        **wishes.languages_told(wanted.wish, reads),
    }


def archive(reads: Sequence[readers.Read]) -> bytes:
    """A ZIP file with the Markdown and its pictures."""
    pages = [read.result for read in reads]
    written = markdown.document([markdown.written(page, functools.partial(_file, page)) for page in pages])
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as into:
        into.writestr(_DOCUMENT, written + "\n")
        for page in pages:
            for block in filter(lambda block: block.image, page.blocks):
                into.writestr(zipfile.ZipInfo(_file(page, block)), block.image)  # a PNG gets no smaller
    return file.getvalue()


def picture_bytes(page: results.PageResult) -> int:
    """What a page's pictures take."""
    return sum(len(block.image) for block in page.blocks)


def _markdown(wanted: asked.Asked, pages: Sequence[results.PageResult]) -> dict[str, object]:
    source = markdown.inline if wanted.images == structured.INLINE else markdown.named
    written = [markdown.written(page, source) for page in pages]
    return {"markdown": markdown.document(written), "pages": written}


def _page(wanted: asked.Asked, page: results.PageResult) -> dict[str, object]:
    return structured.Page(
        number=page.number,
        size=(page.width, page.height),
        angle=page.angle,
        flags=wanted.flags,
        blocks=[
            structured.Block(label=x.label, content=x.content, box=polygons.around(x.polygon), confidence=x.confidence)
            for x in page.blocks
        ],
        lines=[(line.text, line.confidence, line.polygon) for line in page.lines],
        images={markdown.named(block): markdown.inline(block) for block in page.blocks if block.image},
        languages=wishes.page_languages(page),
    ).json()


def _file(page: results.PageResult, block: results.Block) -> str:
    """Two pages may have pictures at the same place."""
    return markdown.named(block).replace("imgs/", f"imgs/page_{page.number}_", 1)
