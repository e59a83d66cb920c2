"""When a page's own text is taken in place of a reading, and what it gives. Pure; `turns` and the command line come here."""

import collections
import dataclasses
import math

from kubeocr_contract import wire
from kubeocr_runtime import pipelines, placements, reading, results, spoken
from kubeocr_runtime.pdfs import layers, trust


def taken(layer: layers.Layer | None, wish: str) -> layers.Layer | None:
    """The layer where it is to be taken; `wish` is one of `wire.TEXT_LAYERS`.

    force: wherever there is text. auto: where nothing speaks against it (`trust`). Otherwise the page is to be read: None.
    """
    if layer is None or not layer.lines or wish == wire.NEVER:
        return None
    return layer if wish == wire.FORCE or trust.doubt(layer) is None else None


def result(number: int, layer: layers.Layer, options: pipelines.ReadOptions) -> results.PageResult:
    """The page (from 1) as if it had been read: its lines in order, each with full confidence; `angle` as most stand.

    A line that is drawn twice, as bold letters are at times, is there once.
    """
    angle = _angle(layer)
    upright_size = layer.size if angle % 180 == 0 else layer.size[::-1]
    # to turn a page is to take back the turn of an upright one
    upright = {_turned(line, -angle % 360, upright_size): line for line in layer.lines}
    direction = spoken.direction(layer.lines) if options.candidates else options.direction
    rows = reading.order(reading.raster(list(upright)), options.order, direction)
    placed = tuple(tuple(upright[line] for line in row) for row in rows)
    return spoken.told(results.PageResult(number, *layer.size, angle, placed, own_text=True), options.candidates)


def _angle(layer: layers.Layer) -> int:
    """Degrees that the page is turned counter-clockwise for most of its letters to stand upright."""
    letters: collections.Counter[int] = collections.Counter()
    for line in layer.lines:
        (left, top), (right, bottom), *_ = line.polygon
        letters[round(math.degrees(math.atan2(bottom - top, right - left)) / 90) % 4 * 90] += len(line.text)
    return letters.most_common(1)[0][0] if letters else 0


def _turned(line: results.Line, angle: int, size: tuple[int, int]) -> results.Line:
    turned = placements.Placement(size).then(placements.Turn(angle, size))
    return dataclasses.replace(line, polygon=turned.polygon(line.polygon))
