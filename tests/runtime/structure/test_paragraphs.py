import pytest

from kubeocr_runtime.reading.boxes import Box
from kubeocr_runtime.structure import paragraphs, placing

REGION = Box(0, 0, 400, 200)


def lines(*told: tuple[int, str]) -> list[placing.Placed]:
    """Lines below one another, 20 pixels high: where each ends, and what it says."""
    return [(Box(0, 30 * i, right, 30 * i + 20), said) for i, (right, said) in enumerate(told)]


@pytest.mark.parametrize(
    ("told", "want"),
    [
        pytest.param([(400, "one"), (390, "two")], "one two", id="with a space"),
        pytest.param([(400, "one."), (390, "Two")], "one. Two", id="a sentence that ends at the edge"),
        pytest.param([(400, "long text"), (200, "one."), (390, "Two")], "long text one.\nTwo", id="a paragraph's last line"),
        pytest.param([(400, "one"), (390, "more"), (150, "two"), (390, "three")], "one more two\nthree", id="a short line"),
        pytest.param([(400, "one,"), (390, "more"), (150, "two,"), (390, "three")], "one, more two, three", id="after a comma"),
        pytest.param([(400, "inter-"), (390, "national")], "international", id="a word that was parted"),
        pytest.param([(400, "Austin-"), (390, "Texas")], "Austin-Texas", id="a name that was not"),
        pytest.param([(400, "1990 -"), (390, "today")], "1990 - today", id="a dash"),
        pytest.param([(400, "你好"), (390, "世界")], "你好世界", id="a script without spaces"),
        pytest.param(
            [(150, "Linn Inc."), (160, "18720 Oxnard Street"), (120, "Tarzana")],
            "Linn Inc.\n18720 Oxnard Street\nTarzana",
            id="an address",
        ),
        pytest.param(
            [(400, "Features:"), (390, "• one"), (380, "two"), (390, "• three")], "Features:\n• one two\n• three", id="a list"
        ),
        pytest.param(
            [(400, "it was in"), (390, "3. May"), (400, "that")], "it was in 3. May that", id="a number is no item in a text"
        ),
        pytest.param(
            [(400, "a full line"), (300, "things:"), (390, "1. one"), (395, "x")],
            "a full line things:\n1. one x",
            id="but after a short line",
        ),
        pytest.param([(400, "a full line"), (390, "— and so on")], "a full line — and so on", id="nor is a dash"),
        pytest.param([(400, " "), (390, "a")], "a", id="an empty line"),
        pytest.param([], "", id="nothing"),
    ],
)
def test_text(told: list[tuple[int, str]], want: str) -> None:
    assert paragraphs.text(lines(*told), REGION).content == want


def test_lines_side_by_side_are_one() -> None:
    pieces = [(Box(200, 2, 390, 22), "right"), (Box(0, 0, 180, 20), "left")]
    text = paragraphs.text(pieces, REGION)
    assert text.content == "left right"
    assert [row.box for row in text.rows] == [Box(0, 0, 390, 22)]


def test_rows_of_a_table_without_rules_stay_rows() -> None:
    cells = [(Box(left, top, left + 80, top + 20), f"{top} {left}") for top in (0, 40) for left in (0, 160, 320)]
    assert paragraphs.text(cells, REGION).content == "0 0 0 160 0 320\n40 0 40 160 40 320"


def test_columns_that_run_down_begin_on_the_right() -> None:
    down = [(Box(0, 0, 20, 180), "世界"), (Box(40, 0, 60, 200), "你好")]
    assert paragraphs.text(down, Box(0, 0, 60, 200)).content == "你好世界"


@pytest.mark.parametrize(
    ("paragraph", "want"),
    [("• one", "one"), ("- one", "one"), ("•one", "one"), ("1. one", "1. one"), ("one", "one"), ("-one", "-one"), ("-", "-")],
)
def test_items_lose_their_mark(paragraph: str, want: str) -> None:
    assert paragraphs.without_mark(paragraph) == want
    assert paragraphs.is_item(paragraph) == (paragraph not in {"one", "-one", "-"})
