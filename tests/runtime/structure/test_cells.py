import pytest

from kubeocr_runtime.reading.boxes import Box
from kubeocr_runtime.structure import cells, placing, tables

LEFT, RIGHT = Box(0, 0, 100, 50), Box(100, 0, 200, 50)
TWO = tables.Table(Box(0, 0, 200, 50), ("<tr>", tables.CELL, tables.CELL, "</tr>"), (LEFT, RIGHT))
SPAN = tables.Table(Box(0, 0, 200, 50), ("<tr>", "<td", ' colspan="2"', ">", "</td>", "</tr>"), (Box(0, 0, 200, 50),))


@pytest.mark.parametrize(
    ("table", "lines", "want"),
    [
        pytest.param(TWO, [(Box(5, 5, 60, 20), "a")], "<tr><td>a</td><td></td></tr>", id="an empty cell"),
        pytest.param(
            TWO, [(Box(120, 5, 160, 20), "b"), (Box(5, 5, 60, 20), "a")], "<tr><td>a</td><td>b</td></tr>", id="by place"
        ),
        pytest.param(TWO, [(Box(210, 5, 240, 20), "b")], "<tr><td></td><td>b</td></tr>", id="outside goes to the nearest"),
        pytest.param(
            TWO,
            [(Box(5, 30, 60, 45), "second"), (Box(50, 5, 90, 20), "line"), (Box(5, 6, 40, 21), "first")],
            "<tr><td>first line second</td><td></td></tr>",
            id="several lines of a cell",
        ),
        pytest.param(SPAN, [(Box(5, 5, 60, 20), "wide")], '<tr><td colspan="2">wide</td></tr>', id="over two columns"),
        pytest.param(
            TWO, [(Box(5, 5, 60, 20), "<b>&")], "<tr><td>&lt;b&gt;&amp;</td><td></td></tr>", id="no HTML of the page's"
        ),
        pytest.param(tables.Table(LEFT, (), ()), [(LEFT, "a")], "", id="a table without cells"),
    ],
)
def test_lines_in_their_cells(table: tables.Table, lines: list[placing.Placed], want: str) -> None:
    assert cells.written(table, lines) == f"<html><body><table>{want}</table></body></html>"
