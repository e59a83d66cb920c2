"""A table of pages, blocks, lines and words with the columns of tesseract's TSV.

https://github.com/tesseract-ocr/tessdoc/blob/main/Command-Line-Usage.md#tsv-output-currently-available-in-305-dev-in-master-branch-on-github
"""

import csv
import io
from collections.abc import Iterator

from kubeocr_contract import polygons
from kubeocr_runtime import results
from kubeocr_runtime.formats import content

COLUMNS = "level page_num block_num par_num line_num word_num left top width height conf text".split()
_PAGE, _BLOCK, _PARAGRAPH, _LINE, _WORD = range(1, 6)
_Row = tuple[object, ...]


def render(found: content.Content) -> bytes:
    """UTF-8; confidence in percent, -1 for what is no word."""
    out = io.StringIO()
    # no quotes, as in tesseract's: a word has neither tabs nor line ends
    writer = csv.writer(out, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None, lineterminator="\n")
    writer.writerow(COLUMNS)
    for page in found.pages:
        writer.writerows(_page(page))
    return out.getvalue().encode()


def _page(page: results.PageResult) -> Iterator[_Row]:
    yield _row((_PAGE, page.number, 0, 0, 0, 0), (0, 0, page.width, page.height))
    for number, block in enumerate(content.blocks(page), 1):
        box = polygons.around(block.polygon)
        yield _row((_BLOCK, page.number, number, 0, 0, 0), box)
        yield _row((_PARAGRAPH, page.number, number, 1, 0, 0), box)
        for place, line in enumerate(block.lines, 1):
            yield _row((_LINE, page.number, number, 1, place, 0), polygons.around(line.polygon))
            for index, word in enumerate(line.words, 1):
                where = (_WORD, page.number, number, 1, place, index)
                yield _row(where, polygons.around(word.polygon), f"{word.confidence * 100:.6f}", word.text)


def _row(where: tuple[int, ...], box: content.Box, confidence: str = "-1", text: str = "") -> _Row:
    left, top, right, bottom = box
    return *where, left, top, right - left, bottom - top, confidence, text
