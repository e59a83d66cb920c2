"""Layouts drawn with numbers for text: each is given line by line in the order it should be read."""

import math
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeocr_runtime import reading, results

HEIGHT, PITCH = 30, 40
Span = tuple[float, float, float]
"""left, right, top"""


def column(
    left: float, right: float, top: float, count: int, *, ragged: Sequence[float] = (), pitch: float = PITCH
) -> list[Span]:
    """Lines one below the other; `ragged` gives some lengths as parts of the width."""
    lengths = dict(enumerate(ragged))
    return [(left, left + (right - left) * lengths.get(i, 1), top + i * pitch) for i in range(count)]


def line(number: int, span: Span, angle: float = 0.0, height: float = HEIGHT) -> results.Line:
    left, right, top = span
    corners = ((left, top), (right, top), (right, top + height), (left, top + height))
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    a, b, c, d = ((round(x * cosine - y * sine), round(x * sine + y * cosine)) for x, y in corners)
    return results.Line(str(number), 1.0, (a, b, c, d))


def shuffled(spans: Sequence[Span], angle: float = 0.0) -> list[results.Line]:
    lines = [line(i, span, angle) for i, span in enumerate(spans)]
    random.Random(7).shuffle(lines)
    return lines


def read(lines: Sequence[results.Line], direction: str = reading.LEFT_TO_RIGHT) -> list[str]:
    return [" ".join(line.text for line in row) for row in reading.order(lines, reading.READING, direction)]


LEFT, RIGHT = (100, 900), (980, 1780)
TWO = [*column(*LEFT, 200, 12, ragged=[1, 1, 0.3]), *column(*RIGHT, 200, 12, ragged=[1, 0.5])]
# columns that make room for something between them: all of the left one, all of the right one, then what is between
FLOWING = [*column(100, 900, 200, 5), *column(100, 800, 400, 6), *column(100, 900, 640, 4)]
FLOWING += [*column(980, 1780, 200, 5), *column(1080, 1780, 400, 6), *column(980, 1780, 640, 4)]

LAYOUTS = [
    pytest.param([], id="nothing"),
    pytest.param(column(*LEFT, 100, 1), id="one line"),
    pytest.param(column(100, 1700, 100, 9, ragged=[0.4, 1, 1, 0.2, 1, 1, 0.7]), id="one column"),
    pytest.param(
        [(160, 1700, 100), *column(100, 1700, 140, 3, ragged=[1, 1, 0.1]), (160, 1700, 260)], id="indented paragraphs"
    ),
    pytest.param(
        [(100, 1500, 100), (130, 900, 140), (100, 1400, 180), (130, 1450, 220), (160, 700, 260), (100, 1000, 300)],
        id="nested list",
    ),
    pytest.param(TWO, id="two columns"),
    pytest.param([*column(*LEFT, 100, 6, pitch=75), *column(*RIGHT, 100, 6, pitch=75)], id="two columns of loose lines"),
    pytest.param(
        [(300, 1500, 50), *column(*LEFT, 150, 6, pitch=52), *column(*RIGHT, 150, 6, pitch=52)], id="heading, 1.7 spacing"
    ),
    pytest.param([*column(100, 600, 100, 9), *column(660, 1160, 100, 9), *column(1220, 1720, 100, 7)], id="three columns"),
    pytest.param([*column(*LEFT, 200, 8), *column(*RIGHT, 320, 8)], id="the second column starts lower"),
    pytest.param([*column(*LEFT, 320, 8), *column(*RIGHT, 200, 8)], id="the second column starts higher"),
    pytest.param([(400, 1500, 60), *TWO], id="heading over two columns"),
    pytest.param([(400, 1500, 60), (500, 1400, 105), *TWO], id="heading of two lines"),
    pytest.param([*TWO, (300, 1500, 700), *column(*LEFT, 760, 6), *column(*RIGHT, 760, 6)], id="heading between columns"),
    pytest.param([*column(100, 1780, 40, 3), *TWO, *column(100, 1780, 700, 3)], id="columns between full lines"),
    pytest.param([*TWO, (100, 500, 800)], id="footer under the first column"),
    pytest.param([*FLOWING, *column(840, 1040, 405, 5, ragged=[1, 0.8, 1, 0.7, 0.9])], id="quotation that columns flow around"),
    pytest.param(
        [*FLOWING, *column(840, 1040, 495, 3, ragged=[1, 0.8])], id="caption under a picture that columns flow around"
    ),
    pytest.param([(980, 1500, 100), *TWO, (900, 960, 800)], id="running title over the second column, page number"),
]


@pytest.mark.parametrize("skew", [0, 2, -2])
@pytest.mark.parametrize("spans", LAYOUTS)
def test_each_line_in_its_place(spans: list[Span], skew: float) -> None:
    assert read(shuffled(spans, skew)) == [str(i) for i in range(len(spans))]


def cells(*rows: Sequence[tuple[float, float]], top: float = 300, pitch: float = 60) -> list[list[Span]]:
    return [[(left, right, top + i * pitch) for left, right in row] for i, row in enumerate(rows)]


PARAGRAPH = [[span] for span in column(100, 1700, 60, 3)]
TABLE = cells([(100, 180), (600, 660), (900, 1000)], [(100, 210), (600, 640), (900, 980)], [(100, 260), (900, 960)])
CONTENTS = cells(
    [(100, 900), (1600, 1640)], [(140, 1100), (1600, 1640)], [(140, 600), (1590, 1640)], [(100, 800), (1590, 1640)], pitch=42
)
BULLETS = cells([(100, 120), (150, 1500)], [(150, 1400)], [(100, 120), (150, 1450)], [(100, 120), (150, 900)], pitch=40)
FORM = cells([(100, 200), (400, 700)], [(100, 250), (400, 560)], [(100, 180), (400, 640)], [(100, 240), (400, 500)])
PIECES = [[span] for span in column(100, 1700, 60, 3)]
PIECES += [[(100, 880, 180), (910, 1700, 180)], *[[span] for span in column(100, 1700, 220, 3)]]
HEADER = [[(100, 420, 60), (1500, 1780, 62)], *[[span] for span in TWO]]


@pytest.mark.parametrize("skew", [0, 2, -2])
@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(TABLE, id="table with an empty cell"),
        pytest.param([*PARAGRAPH, *TABLE, *([span] for span in column(100, 1700, 520, 3))], id="table between paragraphs"),
        pytest.param(CONTENTS, id="table of contents"),
        pytest.param(BULLETS, id="bullets found apart from their items"),
        pytest.param(FORM, id="form"),
        pytest.param(PIECES, id="a line found in two pieces"),
        pytest.param(HEADER, id="header in two parts over columns"),
    ],
)
def test_rows_are_read_across(rows: list[list[Span]], skew: float) -> None:
    spans = [span for row in rows for span in row]
    numbers = iter(range(len(spans)))
    want = [" ".join(str(next(numbers)) for _ in row) for row in rows]
    assert read(shuffled(spans, skew)) == want


def test_right_to_left_columns_and_rows() -> None:
    first, second = column(*RIGHT, 200, 6), column(*LEFT, 200, 6)
    spans = [*first, *second, (1500, 1780, 600), (1000, 1400, 600)]
    assert read(shuffled(spans), reading.RIGHT_TO_LEFT) == [*map(str, range(12)), "12 13"]


def test_raster_is_paddlex_sort_of_quads() -> None:
    """Of two lines less than 10 px apart the left one goes first, and may so pass several; written down from SortQuadBoxes."""
    spans = [(500, 600, 100), (10, 90, 109), (300, 400, 105), (10, 90, 118), (700, 800, 300), (200, 300, 310)]
    lines = [line(i, span) for i, span in enumerate(spans)]
    assert [x.text for x in reading.raster(lines)] == ["1", "2", "0", "3", "4", "5"]


def test_raster_puts_every_line_in_a_row_of_its_own() -> None:
    lines = [line(0, (0, 50, 0)), line(1, (60, 90, 0))]
    assert reading.order(lines, reading.RASTER) == ((lines[0],), (lines[1],))


spans = st.tuples(st.integers(0, 900), st.integers(1, 800), st.integers(0, 900), st.integers(1, 90))


@given(st.lists(spans, max_size=25), st.sampled_from([reading.READING, reading.RASTER]), st.sampled_from(["ltr", "rtl"]))
def test_every_line_once(drawn: list[tuple[int, int, int, int]], by: str, direction: str) -> None:
    lines = [line(i, (left, left + width, top), height=height) for i, (left, width, top, height) in enumerate(drawn)]
    ordered = [x.text for row in reading.order(lines, by, direction) for x in row]
    assert sorted(ordered) == sorted(x.text for x in lines)
