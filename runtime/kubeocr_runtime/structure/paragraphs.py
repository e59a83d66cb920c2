"""The lines of one region as running text. Where PaddleX 3.7 (pipelines/layout_parsing) begins a new line, one is begun here;
words that it runs together at the end of a line are kept apart.
"""

import dataclasses
import itertools
import re
import unicodedata
from collections.abc import Sequence

from kubeocr_runtime import alphabets
from kubeocr_runtime.reading import boxes
from kubeocr_runtime.reading.boxes import Box
from kubeocr_runtime.structure import placing

ONE_ROW = 0.6  # of the lower one's height; lines that share more stand side by side
_UPRIGHT = 1.5  # times its width; a line higher than that runs down the page
_NO_END = frozenset(",，、;；:：-'\"“")  # noqa: RUF001 (each of them is meant)
"""With these a sentence goes on."""
# Of the widest line so far a sentence's last one leaves so much free, of the region's width one that ends in a word
_AFTER_SENTENCE, _AFTER_WORD = 0.3, 0.5
_FREE = 1.5  # heights; a line that leaves less free on its right is a full one
_MOST = 0.6
"""Where more lines than this part are not full, each stands for itself."""
_PARTED = 2.0
"""Heights of white that no space between words has."""
USUAL_GAP = 0.8
"""Heights of a line between two of one paragraph, at the most."""
_BULLET = re.compile(r"^[•·▪●◦‣■□]\s*(?=\S)")
_ITEM = re.compile(rf"{_BULLET.pattern}|^[*–—-]\s+(?=\S)|^(?=\(?\d{{1,2}}[.)]\s)")  # noqa: RUF001 (dashes of all lengths)
_WIDE_MARKS = ("IDEOGRAPHIC", "FULLWIDTH")


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """Lines that stand side by side."""

    box: Box
    text: str
    is_parted: bool = False
    """Whether wide white stands between them, as between the cells of a table without rules."""


@dataclasses.dataclass(frozen=True, slots=True)
class Text:
    """What a region says."""

    content: str
    """A paragraph, or an item of a list, a line."""
    rows: tuple[Row, ...]
    """From the first to the last, in the direction that they are read in."""


def text(lines: Sequence[placing.Placed], region: Box) -> Text:
    """What a region's lines say, in any order given; left is where a line begins."""
    vertical = sum(box.height > _UPRIGHT * box.width for box, _ in lines) > len(lines) / 2
    turn = _laid if vertical else _kept
    rows = _rows([(turn(box), said) for box, said in lines])
    return Text(_written(rows, turn(region)), tuple(rows))


def join(before: str, after: str) -> str:
    """Two pieces of text that follow one another: with a space, unless their script has none or a word was parted."""
    if not (before and after):
        return before + after
    parted = before.endswith("-") and before[-2:-1].isalpha()
    if parted:
        return (before[:-1] if after[0].islower() else before) + after
    return before + after if _is_unspaced(before[-1]) or _is_unspaced(after[0]) else f"{before} {after}"


def is_item(paragraph: str) -> bool:
    """Whether a paragraph begins as an item of a list does."""
    return bool(_ITEM.match(paragraph))


def without_mark(paragraph: str) -> str:
    """An item without the dot or dash before it; a number stays."""
    return _ITEM.sub("", paragraph, count=1)


def ends_sentence(said: str) -> bool:
    """Whether a text's last character is one that a sentence may end with."""
    return bool(said) and not said[-1].isalnum() and said[-1] not in _NO_END


def _kept(box: Box) -> Box:
    return box


def _laid(box: Box) -> Box:
    """A page whose lines run down it, laid on its side: each begins on the left, the first on the right comes first."""
    return Box(box.top, -box.right, box.bottom, -box.left)


def _rows(lines: Sequence[placing.Placed]) -> list[Row]:
    written = [(box, said) for box, said in lines if said.strip()]
    return [_row([written[i] for i in row]) for row in placing.in_rows([box for box, _ in written], ONE_ROW)]


def _row(lines: Sequence[placing.Placed]) -> Row:
    said = lines[0][1].strip()
    for _, more in lines[1:]:
        said = join(said, more.strip())
    gaps = (-boxes.shared_width(a, b) / max(a.height, 1) for (a, _), (b, _) in itertools.pairwise(lines))
    return Row(boxes.around([box for box, _ in lines]), said, any(gap > _PARTED for gap in gaps))


def _written(rows: Sequence[Row], region: Box) -> str:
    alone = sum(row.is_parted or _is_free(row, rows[: i + 1], region) for i, row in enumerate(rows)) > _MOST * len(rows)
    written = ""
    for index, row in enumerate(rows):
        begins = index and (alone or _ends(rows[index - 1], rows[:index], region) or _begins_item(row, rows[index - 1], region))
        written = f"{written}\n{row.text}" if begins else join(written, row.text)
    return written


def _begins_item(row: Row, before: Row, region: Box) -> bool:
    """A number or a dash may stand at the begin of any line: it counts where the line before is not a full one."""
    if not is_item(row.text):
        return False
    return bool(_BULLET.match(row.text)) or region.right - before.box.right > _FREE * before.box.height


def _ends(row: Row, so_far: Sequence[Row], region: Box) -> bool:
    """Whether a paragraph ends with a row: it leaves much free behind it."""
    free = region.right - row.box.right
    if ends_sentence(row.text):
        return free > _AFTER_SENTENCE * max(each.box.width for each in so_far)
    return row.text[-1] not in _NO_END and free > _AFTER_WORD * region.width


def _is_free(row: Row, so_far: Sequence[Row], region: Box) -> bool:
    free = region.right - row.box.right
    much = free > _AFTER_SENTENCE * max(each.box.width for each in so_far)
    return free > _FREE * row.box.height and (much or ends_sentence(row.text))


def _is_unspaced(character: str) -> bool:
    return alphabets.is_unspaced(character) or unicodedata.name(character, "").startswith(_WIDE_MARKS)
