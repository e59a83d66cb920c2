import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeocr_runtime.formats import tables
from kubeocr_runtime.formats.tables import Cell


@pytest.mark.parametrize(
    ("html", "want"),
    [
        pytest.param(
            "<table><tr><th>a</th><td>b</td></tr><tr><td>c</td></tr></table>",
            (Cell(0, 0, "a", is_heading=True), Cell(0, 1, "b"), Cell(1, 0, "c")),
            id="plain",
        ),
        pytest.param(
            '<tr><td rowspan="2">a</td><td colspan=2>b</td></tr><tr><td>c</td><td>d</td></tr>',
            (Cell(0, 0, "a", rows=2), Cell(0, 1, "b", columns=2), Cell(1, 1, "c"), Cell(1, 2, "d")),
            id="cells-that-reach-over-others",
        ),
        pytest.param(
            "<tr><td>a <b>bold</b><br>&lt;x&gt;</td></tr>", (Cell(0, 0, "a bold\n<x>"),), id="only-the-text-of-a-cell"
        ),
        pytest.param('<tr><td rowspan="9">a</td></tr>', (Cell(0, 0, "a"),), id="no-further-than-the-table"),
        pytest.param(
            '<tr><td colspan="0">a</td><td rowspan="x">b</td></tr>', (Cell(0, 0, "a"), Cell(0, 1, "b")), id="nonsense"
        ),
        pytest.param("<td>a</td>", (Cell(0, 0, "a"),), id="without-a-row"),
        pytest.param("no table <p>at all</p>", (), id="none"),
        pytest.param("<tr>outside<td>in</td>outside</tr>", (Cell(0, 0, "in"),), id="text-outside-of-cells"),
    ],
)
def test_cells(html: str, want: tuple[Cell, ...]) -> None:
    assert tables.cells(html) == want


@given(st.lists(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), max_size=4), max_size=5))
def test_no_two_cells_share_a_place(rows: list[list[tuple[int, int]]]) -> None:
    told = "".join("<tr>" + "".join(f'<td rowspan="{r}" colspan="{c}">x</td>' for r, c in row) + "</tr>" for row in rows)
    found = tables.cells(told)
    assert len(found) == sum(map(len, rows))
    height, width = tables.size(found)
    assert height <= len(rows)
    starts = [(cell.row, cell.column) for cell in found]
    assert len(set(starts)) == len(starts)
    assert all(cell.column + cell.columns <= width for cell in found)
