import pytest

from benchmarks.structure import teds

TWO = "<table><tr><td>a</td><td>b</td></tr></table>"


@pytest.mark.parametrize(
    ("ours", "theirs", "want"),
    [
        pytest.param(TWO, TWO, 1.0, id="the same"),
        pytest.param(f"<html><body>{TWO}</body></html>", TWO.replace("<tr>", "<tbody><tr>"), 1.0, id="what is around it"),
        # five nodes: the root, the table, a row, two cells
        pytest.param(TWO, "<table><tr><td>a</td><td>x</td></tr></table>", 1 - 1 / 5, id="another text"),
        pytest.param(TWO, "<table><tr><td>a</td></tr></table>", 1 - 1 / 5, id="a cell less"),
        pytest.param(TWO, '<table><tr><td colspan="2">a</td></tr></table>', 1 - 2 / 5, id="a cell that spans two"),
        pytest.param(TWO, "<table><tr><td>a</td></tr><tr><td>b</td></tr></table>", 1 - 3 / 6, id="a cell in a row of its own"),
        pytest.param(TWO, "<table><tr><td>a</td><td>bc</td></tr></table>", 1 - 0.5 / 5, id="half of a text"),
        pytest.param(TWO, "", 1 - 4 / 5, id="nothing but a root"),
    ],
)
def test_similarity(ours: str, theirs: str, want: float) -> None:
    assert teds.similarity(ours, theirs) == pytest.approx(want)
    assert teds.similarity(theirs, ours) == pytest.approx(want)
