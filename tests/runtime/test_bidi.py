import pytest

from kubeocr_runtime import bidi

# What stands on paper from left to right, and how it is read. Written down by hand after UAX 9, for a right-to-left paragraph.
LINES = [
    pytest.param("plain English, 12 (b)", "plain English, 12 (b)", id="no right-to-left character"),
    pytest.param("", "", id="nothing"),
    pytest.param("בא", "אב", id="Hebrew"),
    pytest.param("ملاع اي ابحرم", "مرحبا يا عالم", id="Arabic words"),
    pytest.param("PDF פלמ", "מלפ PDF", id="a Latin word at the end"),
    pytest.param("פלמ PDF", "PDF מלפ", id="a Latin word at the start"),
    pytest.param("דג red fox בא", "אב red fox גד", id="Latin words inside"),
    pytest.param("גב 12.5 א", "א 12.5 בג", id="a number"),
    pytest.param("גב 1,234 א", "א 1,234 בג", id="a number with a comma"),
    pytest.param(".12 בא", "אב 12.", id="a full stop after a number"),
    pytest.param("(בא) ג", "ג (אב)", id="brackets"),
    pytest.param("«בא»", "«אב»", id="quotation marks"),
]


@pytest.mark.parametrize(("visual", "want"), LINES)
def test_visual_order_becomes_the_order_of_reading(visual: str, want: str) -> None:
    assert bidi.logical(visual) == want


@pytest.mark.parametrize(("visual", "want"), LINES)
def test_the_order_says_where_each_character_stood(visual: str, want: str) -> None:
    order = bidi.order(visual)
    assert sorted(order) == list(range(len(visual)))
    mirrored = str.maketrans("()«»", ")(»«")
    assert [c in {w, w.translate(mirrored)} for c, w in zip((visual[i] for i in order), want, strict=True)] == [True] * len(
        want
    )


@pytest.mark.parametrize(
    ("texts", "want"),
    [
        pytest.param(["שלום", "12 PDF"], True, id="more right-to-left letters"),
        pytest.param(["ש", "plain"], False, id="more others"),
        pytest.param(["1234"], False, id="no letters"),
    ],
)
def test_which_way_most_letters_are_read(texts: list[str], want: bool) -> None:
    assert bidi.mostly_right_to_left(texts) is want
