"""A page between the finding of its lines and their reading, and what was read put back on the page as it came. Pure.

`pipelines` makes it, `errands` keeps it while its lines wait for their batches.
"""

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kubeocr_contract import enhancing
from kubeocr_runtime import crops, placements, reading, recognition, results, tries
from kubeocr_runtime import words as cutting
from kubeocr_runtime.structure import blocks


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """A page whose lines are found and not read yet."""

    number: int
    placement: placements.Placement
    """Of the picture that is read."""
    quads: tuple[NDArray[np.int32], ...]
    """Of its lines, in pixels of that picture."""
    strips: tuple[recognition.Strip, ...]
    """Its lines."""
    recogniser: recognition.Key
    budget: int
    """Columns of a batch beyond which a larger one is no faster."""
    flipped: tuple[bool, ...] = ()
    """Of each line, whether it was turned by 180 degrees."""
    enhanced: enhancing.Done | None = None
    """What was done to it."""
    layout: blocks.Layout | None = None
    """Where it is wanted."""
    further: tuple[tries.Try, ...] = ()
    """Lines for other recognisers to read too."""

    @property
    def count(self) -> int:
        """Texts that are to be read: one for each line, then those of `further`."""
        return len(self.strips) + len(self.further)

    def tried(self, index: int) -> tries.Try:
        """What one of them is read from."""
        if index < len(self.strips):
            return tries.Try(index, self.strips[index], self.recogniser, self.budget)
        return self.further[index - len(self.strips)]


def readings(found: Found, texts: Sequence[recognition.Text]) -> list[tries.Reading]:
    """What came of each try, those of `further` behind the others."""
    return [tries.Reading.of(found.tried(index), text) for index, text in enumerate(texts)]


def lines(found: Found, texts: Sequence[recognition.Text], *, words: bool) -> list[results.Line]:
    """What was read, by whoever was surest, in pixels of the picture that was read; `words`: cut into words."""
    return [_line(found, each, words=words) for each in tries.surest(readings(found, texts))]


def on_page(found: Found, rows: reading.Rows, made: Sequence[results.Block]) -> results.PageResult:
    """The result in pixels of the page as it came, whatever was done to it for reading."""
    placement = found.placement
    return results.PageResult(
        found.number,
        *placement.size,
        placement.angle,
        rows=tuple(tuple(_back(line, placement) for line in row) for row in rows),
        blocks=tuple(_block_back(each, placement) for each in made),
        enhanced=found.enhanced,
    )


def _line(found: Found, read: tries.Reading, *, words: bool) -> results.Line:
    a, b, c, d = ((int(x), int(y)) for x, y in found.quads[read.line])
    within = _words(found, read) if words else ()
    return results.Line(read.text.text, read.text.confidence, (a, b, c, d), within)


def _words(found: Found, read: tries.Reading) -> tuple[results.Word, ...]:
    frame = crops.frame(found.quads[read.line], flipped=found.flipped[read.line])
    return cutting.cut(read.text, read.strip, frame)


def _block_back(block: results.Block, placement: placements.Placement) -> results.Block:
    inside = tuple(_back(line, placement) for line in block.lines)
    return dataclasses.replace(block, polygon=placement.polygon(block.polygon), lines=inside)


def _back(line: results.Line, placement: placements.Placement) -> results.Line:
    placed = tuple(dataclasses.replace(word, polygon=placement.polygon(word.polygon)) for word in line.words)
    return dataclasses.replace(line, polygon=placement.polygon(line.polygon), words=placed)
