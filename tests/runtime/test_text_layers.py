"""When a page's own text is taken, and in which order."""

import pytest

from kubeocr_contract import models, wire
from kubeocr_runtime import pipelines, results, text_layers
from kubeocr_runtime.pdfs import layers

GOOD = "Every page that is sent here comes back as the words that stand on it"


def layer(*lines: tuple[str, int, int], **facts: int) -> layers.Layer:
    """Lines of 100 x 10 pixels: (text, left, top)."""
    boxes = (results.Line(text, 1.0, ((x, y), (x + 100, y), (x + 100, y + 10), (x, y + 10))) for text, x, y in lines)
    return layers.Layer((400, 300), tuple(boxes), layers.Facts(**facts))


def options(order: str, *candidates: str) -> pipelines.ReadOptions:
    return pipelines.ReadOptions(reader=models.Reader("", "", ""), order=order, candidates=candidates)


@pytest.mark.parametrize(
    ("given", "wish", "want"),
    [
        pytest.param(layer((GOOD, 0, 0)), wire.NEVER, False, id="not-asked-for"),
        pytest.param(layer((GOOD, 0, 0)), wire.AUTO, True, id="good"),
        pytest.param(layer((GOOD, 0, 0), hidden=50), wire.AUTO, False, id="doubtful"),
        pytest.param(layer((GOOD, 0, 0), hidden=50), wire.FORCE, True, id="doubtful-but-forced"),
        pytest.param(layer(), wire.FORCE, False, id="none-there"),
        pytest.param(None, wire.FORCE, False, id="no-pdf"),
    ],
)
def test_taken(given: layers.Layer | None, wish: str, want: bool) -> None:
    assert text_layers.taken(given, wish) == (given if want else None)


@pytest.mark.parametrize(
    ("order", "want"),
    [
        pytest.param("reading", "left one\nleft two\nleft three\nright one\nright two\nright three", id="reading"),
        pytest.param("raster", "left one\nright one\nleft two\nright two\nleft three\nright three", id="raster"),
    ],
)
def test_lines_are_in_the_order_that_was_asked_for(order: str, want: str) -> None:
    columns = [
        (f"{side} {n}", x, y) for n, y in (("one", 0), ("two", 12), ("three", 24)) for side, x in (("right", 200), ("left", 0))
    ]
    result = text_layers.result(3, layer(*columns), options(order))
    assert (result.number, result.width, result.height, result.angle) == (3, 400, 300, 0)
    assert result.text == want
    assert result.own_text


@pytest.mark.parametrize(
    ("angle", "first", "second"),
    [
        pytest.param(
            90, ((380, 10), (380, 110), (370, 110), (370, 10)), ((365, 10), (365, 110), (355, 110), (355, 10)), id="90"
        ),
        pytest.param(
            180, ((390, 290), (290, 290), (290, 280), (390, 280)), ((390, 275), (290, 275), (290, 265), (390, 265)), id="180"
        ),
        pytest.param(270, ((20, 290), (20, 190), (30, 190), (30, 290)), ((35, 290), (35, 190), (45, 190), (45, 290)), id="270"),
    ],
)
def test_a_page_on_its_side_is_read_as_it_stands_upright(angle: int, first: results.Polygon, second: results.Polygon) -> None:
    lines = results.Line("second", 1.0, second), results.Line("first", 1.0, first)
    result = text_layers.result(1, layers.Layer((400, 300), lines, layers.Facts()), options("reading"))
    assert (result.angle, result.text) == (angle, "first\nsecond")
    assert [line.polygon for line in result.lines] == [first, second]


def test_a_line_that_is_drawn_twice_is_there_once() -> None:
    assert text_layers.result(1, layer(("bold", 0, 0), ("bold", 0, 0)), options("reading")).text == "bold"
