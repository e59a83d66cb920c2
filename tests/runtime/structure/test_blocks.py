import cv2
import numpy as np
import pytest

from kubeocr_runtime import reading, results, structure
from kubeocr_runtime.reading.boxes import Box
from kubeocr_runtime.structure import blocks, tables


def line(text: str, left: int, top: int, right: int, bottom: int) -> results.Line:
    return results.Line(text, 0.9, ((left, top), (right, top), (right, bottom), (left, bottom)))


def region(label: str, *box: float) -> structure.Region:
    return structure.Region(label, Box(*box), 0.8)


def layout(*regions: structure.Region) -> blocks.Layout:
    return blocks.Layout(regions, {}, {})


def test_a_block_has_its_lines_and_what_they_say() -> None:
    lines = [line("world", 0, 40, 300, 60), line("hello", 0, 10, 400, 30)]
    (block,) = blocks.make(layout(region("text", 0, 5, 400, 65)), lines, reading.LEFT_TO_RIGHT)
    assert (block.label, block.content, block.confidence) == ("text", "hello world", 0.8)
    assert [each.text for each in block.lines] == ["hello", "world"]
    assert block.polygon == ((0, 5), (400, 5), (400, 65), (0, 65))


def test_no_line_is_lost() -> None:
    lines = [line("inside", 0, 10, 400, 30), line("far", 0, 500, 200, 520), line("below", 0, 530, 200, 550)]
    found = blocks.make(layout(region("text", 0, 5, 400, 35)), lines, reading.LEFT_TO_RIGHT)
    assert [(block.label, block.content) for block in found] == [("text", "inside"), ("text", "far below")]
    assert found[1].confidence == pytest.approx(0.9)


def test_a_table_is_html_of_its_lines() -> None:
    box = Box(0, 0, 200, 50)
    table = tables.Table(box, ("<tr>", tables.CELL, tables.CELL, "</tr>"), (Box(0, 0, 100, 50), Box(100, 0, 200, 50)))
    known = blocks.Layout((structure.Region("table", box, 0.9),), {0: table}, {})
    (block,) = blocks.make(known, [line("b", 110, 10, 150, 30), line("a", 5, 10, 50, 30)], reading.LEFT_TO_RIGHT)
    assert block.content == "<html><body><table><tr><td>a</td><td>b</td></tr></table></body></html>"


def test_a_table_whose_cells_nobody_wants_is_text() -> None:
    (block,) = blocks.make(layout(region("table", 0, 0, 200, 50)), [line("<html>", 5, 10, 50, 30)], reading.LEFT_TO_RIGHT)
    assert (block.label, block.content) == ("text", "<html>")


def test_a_picture_is_a_png() -> None:
    picture = np.full((20, 30, 3), 7, np.uint8)
    known = blocks.Layout((region("image", 0, 0, 30, 20),), {}, {0: picture})
    (block,) = blocks.make(known, [], reading.LEFT_TO_RIGHT)
    assert np.array_equal(cv2.imdecode(np.frombuffer(block.image, np.uint8), cv2.IMREAD_COLOR), picture)


@pytest.mark.parametrize(
    ("last", "right", "first", "want"),
    [
        pytest.param("one more", 395, 0, True, id="a full line, and one that begins at the edge"),
        pytest.param("one more.", 395, 0, False, id="a sentence that ends"),
        pytest.param("one more", 300, 0, False, id="a line that is not full"),
        pytest.param("one more", 395, 40, False, id="a line that is set in"),
    ],
)
def test_text_goes_on_in_the_next_column(last: str, right: int, first: int, want: bool) -> None:
    lines = [
        line("first line", 0, 10, 400, 30),
        line(last, 0, 40, right, 60),
        line("and on", 500 + first, 10, 900, 30),
        line("to its end", 500, 40, 900, 60),
    ]
    columns = layout(region("text", 0, 5, 400, 65), region("text", 500, 5, 900, 65))
    assert [block.continues for block in blocks.make(columns, lines, reading.LEFT_TO_RIGHT)] == [False, want]


def test_columns_of_a_script_that_runs_to_the_left() -> None:
    lines = [line("second", 0, 10, 400, 30), line("first", 500, 10, 900, 30)]
    columns = layout(region("text", 0, 5, 400, 35), region("text", 500, 5, 900, 35))
    assert [block.content for block in blocks.make(columns, lines, reading.RIGHT_TO_LEFT)] == ["first", "second"]
