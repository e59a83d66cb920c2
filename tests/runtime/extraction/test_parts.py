"""A document in parts that a model can take, with nothing left out."""

import itertools

import pytest

from kubeocr_runtime import results
from kubeocr_runtime.extraction import parts

BOX = ((0, 0), (9, 0), (9, 9), (0, 9))


def page(number: int, *rows: str) -> results.PageResult:
    return results.PageResult(number, 10, 10, 0, tuple((results.Line(row, 1.0, BOX),) for row in rows))


def test_a_short_document_is_one_part() -> None:
    assert parts.split([page(1, "Invoice", "Total 12"), page(2), page(3, "Thanks")]) == (
        "[page 1]\nInvoice\nTotal 12\n[page 3]\nThanks",
    )


def test_an_empty_one_is_none() -> None:
    assert parts.split([page(1), page(2)]) == ()


def test_a_long_one_has_every_row_and_parts_overlap() -> None:
    rows = [[f"row {number} of page {p} says something or other" for number in range(40)] for p in range(1, 6)]
    found = parts.split([page(p, *texts) for p, texts in enumerate(rows, 1)], 300)
    assert all(parts.tokens(part) < 400 for part in found)
    assert all(row in "\n".join(found) for texts in rows for row in texts)
    for before, after in itertools.pairwise(found):
        assert before.splitlines()[-1] in after
        assert after.startswith("[page ")


@pytest.mark.parametrize("letter", ["a", "漢"])
def test_a_row_that_is_longer_than_a_part_is_cut(letter: str) -> None:
    found = parts.split([page(1, letter * 5000)], 100)
    assert all(parts.tokens(part) <= 110 for part in found)
    assert sum(part.count(letter) for part in found) >= 5000


@pytest.mark.parametrize(("text", "want"), [("", 1), ("harbour", 2), ("漢字", 3), ("a漢", 2)])
def test_tokens(text: str, want: int) -> None:
    assert parts.tokens(text) == want


def test_cut() -> None:
    assert parts.cut("short", 10) == "short"
    assert len(parts.cut("a" * 1000, 10)) <= 40
    assert parts.cut("", 10) == ""
