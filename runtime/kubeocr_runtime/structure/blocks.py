"""A page's regions and its read lines, put together: what `looking` knew of a page and `pipelines` has read of it."""

import dataclasses
import itertools
from collections.abc import Mapping, Sequence

import cv2
import numpy as np

from kubeocr_runtime import reading, results, structure, tensors
from kubeocr_runtime.reading import boxes
from kubeocr_runtime.reading.boxes import Box
from kubeocr_runtime.structure import cells, ordering, paragraphs, placing, tables

_EDGE = 0.5  # heights of a line between a column's edge and a line that reaches it


@dataclasses.dataclass(frozen=True, slots=True)
class Layout:
    """What is known of a page's structure before its lines are read."""

    regions: tuple[structure.Region, ...]
    tables: Mapping[int, tables.Table]
    """Index of a region -> its table."""
    pictures: Mapping[int, tensors.Image]
    """Index of a region -> how it looks."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Made:
    """A block, and the rows of its text."""

    block: results.Block
    box: Box
    rows: tuple[paragraphs.Row, ...]


def make(layout: Layout, lines: Sequence[results.Line], direction: str) -> tuple[results.Block, ...]:
    """A page's blocks in reading order, in pixels of the page as it was turned; every line is in one.

    A line that is in no region is a paragraph of its own, with those that follow it.
    """
    sign = -1 if direction == reading.RIGHT_TO_LEFT else 1
    placed = [placing.around(np.array(line.polygon, np.int32)) for line in lines]
    homes = placing.homes(placed, layout.regions)
    members: list[list[int]] = [[i for i, home in enumerate(homes) if home == at] for at in range(len(layout.regions))]
    stray = [i for i, home in enumerate(homes) if home is None and lines[i].text.strip()]
    extra = [[stray[i] for i in chain] for chain in boxes.chains([placed[i] for i in stray], paragraphs.USUAL_GAP)]
    added = [_of_lines([placed[i] for i in each], [lines[i] for i in each]) for each in extra]
    made = [
        _made(region, [lines[i] for i in held], [placed[i] for i in held], _Shown.of(layout, at), sign)
        for at, (region, held) in enumerate(zip([*layout.regions, *added], [*members, *extra], strict=True))
    ]
    ordered = ordering.order([each.block.label for each in made], [each.box for each in made])
    return tuple(_continued([made[i] for i in ordered]))


@dataclasses.dataclass(frozen=True, slots=True)
class _Shown:
    """What is known of a region beside its lines."""

    table: tables.Table | None
    picture: tensors.Image | None

    @classmethod
    def of(cls, layout: Layout, at: int) -> "_Shown":
        return cls(layout.tables.get(at), layout.pictures.get(at))


def _made(region: structure.Region, lines: Sequence[results.Line], placed: Sequence[Box], shown: _Shown, sign: int) -> _Made:
    said = [line.text for line in lines]
    facing = [_facing(box, sign) for box in placed]
    text = paragraphs.text(list(zip(facing, said, strict=True)), _facing(region.box, sign))
    content = text.content if region.label != structure.TITLE else text.content.replace("\n", " ")
    if shown.table:
        content = cells.written(shown.table, list(zip(placed, said, strict=True)))
    inside = tuple(lines[i] for row in placing.in_rows(facing, paragraphs.ONE_ROW) for i in row)
    # what is neither cells nor a picture is never taken for HTML
    plain = region.label == structure.TABLE and shown.table is None and shown.picture is None
    label = structure.TEXT if plain else region.label
    block = results.Block(label, _corners(region.box), region.confidence, content, inside, _png(shown.picture))
    return _Made(block, _facing(region.box, sign), text.rows)


def _continued(made: Sequence[_Made]) -> list[results.Block]:
    """The blocks, those marked that go on with the text of the one before, as at the head of a column."""
    written = [each for each in made if each.rows or each.block.image]
    marked = {id(b.block) for a, b in itertools.pairwise(written) if _goes_on(a, b)}
    return [dataclasses.replace(each.block, continues=id(each.block) in marked) for each in made]


def _goes_on(before: _Made, after: _Made) -> bool:
    if {before.block.label, after.block.label} != {structure.TEXT} or len(before.rows) < 2:
        return False
    slack = _EDGE * before.rows[-1].box.height
    is_full = before.box.right - before.rows[-1].box.right < slack
    return is_full and after.rows[0].box.left - after.box.left < slack and not paragraphs.ends_sentence(before.rows[-1].text)


def _of_lines(placed: Sequence[Box], lines: Sequence[results.Line]) -> structure.Region:
    confidence = sum(line.confidence for line in lines) / len(lines)
    return structure.Region(structure.TEXT, boxes.around(placed), confidence)


def _png(picture: tensors.Image | None) -> bytes:
    return cv2.imencode(".png", picture)[1].tobytes() if picture is not None else b""


def _facing(box: Box, sign: int) -> Box:
    """Beginning on the left, whatever the script."""
    return box if sign > 0 else Box(-box.right, box.top, -box.left, box.bottom)


def _corners(box: Box) -> results.Polygon:
    left, top, right, bottom = (round(x) for x in (box.left, box.top, box.right, box.bottom))
    return (left, top), (right, top), (right, bottom), (left, bottom)
