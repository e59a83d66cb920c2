"""The text under a page as operators; what readers make of it is in test_pdf.py."""

import re

import pytest
import read_pages

from kubeocr_runtime import results
from kubeocr_runtime.formats import content, underlay

SHEET = underlay.Sheet(0, 0, 600, 400)


@pytest.mark.parametrize(
    ("rotate", "want"),
    [
        pytest.param(0, [(10, 220), (110, 20)], id="as-it-is"),
        pytest.param(90, [(10, 20), (110, 220)], id="a-quarter"),
        pytest.param(180, [(110, 20), (10, 220)], id="on-its-head"),
        pytest.param(270, [(110, 220), (10, 20)], id="three-quarters"),
    ],
)
def test_where_the_corners_of_what_is_shown_are_on_the_sheet(rotate: int, want: list[tuple[int, int]]) -> None:
    sheet = underlay.Sheet(10, 20, 110, 220, rotate)
    assert [sheet.point(0, 0), sheet.point(1, 1)] == want


def test_letters_are_numbered_as_they_come_and_told_back() -> None:
    letters = underlay.Letters()
    assert letters.encode("abba𠮷") == "00010002000200010003"
    told = letters.to_unicode().decode()
    assert re.findall(r"<(\w+)> <(\w+)>\n", told) == [("0001", "0061"), ("0002", "0062"), ("0003", "D842DFB7")]
    assert "\n3 beginbfchar\n" in told


def test_no_section_of_the_map_is_longer_than_it_may_be() -> None:
    letters = underlay.Letters()
    letters.encode("".join(map(chr, range(0x4E00, 0x4E00 + 250))))
    assert re.findall(r"(\d+) beginbfchar", letters.to_unicode().decode()) == ["100", "100", "50"]


def test_a_word_is_as_large_as_its_box() -> None:
    page = results.PageResult(1, 600, 400, 0, ((read_pages.line("abcd", 100, 40),),))
    drawn = underlay.stream(page, SHEET, underlay.Letters()).decode()
    # four letters of half a height are two wide: 40 px; the foot of the line is a quarter above the box's
    assert drawn == "q BT 3 Tr /KubeOCR 1 Tf 20 0 0 20 100 345 Tm <0001000200030004> Tj ET Q\n"


def test_white_space_fills_the_gap_between_two_words() -> None:
    page = results.PageResult(1, 600, 400, 0, ((read_pages.line("a b", 100, 40),),))
    drawn = underlay.stream(page, SHEET, underlay.Letters()).decode()
    assert re.findall(r"(\S+) 0 0 20 (\S+) 345 Tm <(\w+)>", drawn) == [
        ("20", "100", "0001"), ("20", "110", "0002"), ("20", "120", "0003"),
    ]  # fmt: skip


def test_from_right_to_left_the_gap_is_on_the_left_and_letters_are_drawn_as_they_stand() -> None:
    letters = underlay.Letters()
    drawn = underlay.stream(read_pages.HEBREW.pages[0], underlay.Sheet(0, 0, 800, 600), letters).decode()
    places = [float(x) for x in re.findall(r"0 0 40 (\S+) 470 Tm", drawn)]
    assert places == [500, 480, 380, 360, 300]
    assert "".join(letters.numbers) == "םולש ע12.5"


@pytest.mark.parametrize(
    "polygon", [pytest.param(((5, 5),) * 4, id="a-point"), pytest.param(((5, 5), (9, 5), (9, 5), (5, 5)), id="a-stroke")]
)
def test_what_has_no_size_is_not_drawn(polygon: results.Polygon) -> None:
    page = results.PageResult(1, 600, 400, 0, ((results.Line("a", 1.0, polygon, (results.Word("a", 1.0, polygon),)),),))
    assert " Tj" not in underlay.stream(page, SHEET, underlay.Letters()).decode()


def test_words_that_touch_are_still_two() -> None:
    words = tuple(results.Word(text, 1.0, read_pages.box(left, 0, left + 10, 20)) for text, left in (("a", 0), ("b", 10)))
    page = results.PageResult(1, 600, 400, 0, ((results.Line("a b", 1.0, read_pages.box(0, 0, 20, 20), words),),))
    assert underlay.stream(page, SHEET, underlay.Letters()).decode().count(" Tj") == 3


def test_a_line_whose_words_nobody_knows_is_drawn_as_one() -> None:
    line = results.Line("a b", 1.0, read_pages.box(0, 0, 30, 20))
    drawn = underlay.stream(results.PageResult(1, 600, 400, 0, ((line,),)), SHEET, underlay.Letters()).decode()
    assert "<000100020003>" in drawn


def turned(polygon: results.Polygon, quarters: int) -> results.Polygon:
    """About the origin, clockwise as it is seen."""
    for _ in range(quarters):
        a, b, c, d = ((-y, x) for x, y in polygon)
        polygon = a, b, c, d
    return polygon


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
@pytest.mark.parametrize(
    ("leaning", "level"),
    [
        pytest.param(((100, 40), (200, 49), (200, 69), (100, 60)), (100, 40, 200, 69), id="down"),
        pytest.param(((100, 40), (200, 31), (200, 51), (100, 60)), (100, 31, 200, 60), id="up"),
        pytest.param(((100, 40), (200, 40), (200, 60), (100, 60)), (100, 40, 200, 60), id="not-at-all"),
        pytest.param(((100, 40), (170, 100), (158, 114), (88, 54)), (88, 40, 170, 114), id="a-word-that-leans-much"),
        pytest.param(((100, 40), (400, 49), (400, 69), (100, 60)), (100, 40, 400, 69), id="a-line-that-hardly-leans"),
    ],
)
def test_what_leans_is_drawn_level(leaning: results.Polygon, level: content.Box, quarters: int) -> None:
    assert underlay.levelled(turned(leaning, quarters)) == turned(read_pages.box(*level), quarters)


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_line_without_spaces_that_leans_is_drawn_as_it_leans(quarters: int) -> None:
    leaning = turned(((100, 40), (400, 51), (400, 71), (100, 60)), quarters)
    assert underlay.levelled(leaning) == leaning
