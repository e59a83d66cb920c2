"""Values are found where they stand, however they are written, and nowhere else."""

import pytest

from kubeocr_runtime import results
from kubeocr_runtime.extraction import evidence

PAGES = (
    ("Invoice No. INV-2024-001", "Date: 3 March 2024", "Bill to: Sørensen & Søn A/S", "Harbour Road 12", "Item Qty Price",
     "Coffee 2 5.80", "TotalDue EUR 1,234.50", "Paid 12345 in March"),
    ("姓名\uff1a王小明", "出生日期 1990年1月2日", "Kunde: Müller GmbH", "Consultnig fee", "ราคา ๑๒ บาท"),
)  # fmt: skip


def pages() -> tuple[evidence.Page, ...]:
    made = []
    for number, texts in enumerate(PAGES, 1):
        lines = [results.Line(text, 0.9, ((0, y), (9, y), (9, y + 1), (0, y + 1))) for y, text in enumerate(texts)]
        made.append(evidence.Page.of(results.PageResult(number, 10, 10, 0, tuple((line,) for line in lines))))
    return tuple(made)


def found(value: str) -> list[tuple[int, list[str]]]:
    return [(place.page, [line.text for line in place.lines]) for place in evidence.find(value, pages())]


@pytest.mark.parametrize(
    ("value", "want"),
    [
        pytest.param("INV-2024-001", [(1, [PAGES[0][0]])], id="as-it-is"),
        pytest.param("inv 2024 001", [(1, [PAGES[0][0]])], id="case-and-punctuation"),
        pytest.param("Sørensen & Søn A/S", [(1, [PAGES[0][2]])], id="signs"),
        pytest.param("Mu\u0308ller GmbH", [(2, [PAGES[1][2]])], id="accents-in-two-pieces"),
        pytest.param("\uff13 March \uff12024", [(1, [PAGES[0][1]])], id="fullwidth-digits"),
        pytest.param("EUR 1234.50", [(1, [PAGES[0][6]])], id="thousands"),
        pytest.param("1.234,50", [(1, [PAGES[0][6]])], id="other-thousands"),
        pytest.param("Total Due", [(1, [PAGES[0][6]])], id="white-space-that-ocr-lost"),
        pytest.param("Sørensen & Søn A/S, Harbour Road 12", [(1, [PAGES[0][2], PAGES[0][3]])], id="two-lines"),
        pytest.param("Coffee 5.80", [(1, [PAGES[0][5]])], id="a-column-between"),
        pytest.param("王小明", [(2, [PAGES[1][0]])], id="chinese"),
        pytest.param("1990年1月2日", [(2, [PAGES[1][1]])], id="chinese-date"),
        pytest.param("Consulting fee", [(2, [PAGES[1][3]])], id="a-misread-letter"),
        pytest.param("March", [(1, [PAGES[0][1]]), (1, [PAGES[0][7]])], id="twice"),
    ],
)
def test_found(value: str, want: list) -> None:
    assert found(value) == want


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("", id="nothing"),
        pytest.param("---", id="no-words"),
        pytest.param("John Smith", id="invented"),
        pytest.param("234", id="inside-a-number"),
        pytest.param("1234", id="the-beginning-of-a-number"),
        pytest.param("23456789", id="a-longer-number"),
        pytest.param("Total", id="a-part-of-a-word"),
        pytest.param("INV-2024-002", id="one-digit-off"),
        pytest.param("Invoice Paid", id="words-far-apart"),
        pytest.param("Sørensen John", id="one-word-of-two"),
        pytest.param("王大明", id="one-sign-off"),
    ],
)
def test_not_found(value: str) -> None:
    assert found(value) == []


def test_in_a_long_document_words_have_to_be_right() -> None:
    assert evidence.find("Consulting fee", pages() * 20) == ()
    assert len(evidence.find("Müller GmbH", pages() * 20)) == 1, "the same place is told once"
