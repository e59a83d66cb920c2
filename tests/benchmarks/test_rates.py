"""How well a text was read."""

import pytest

from benchmarks.ocr import rates


@pytest.mark.parametrize(
    ("truth", "text", "want"),
    [
        pytest.param("one two", "one two", 0.0, id="right"),
        pytest.param("one two", "one\n  two\n", 0.0, id="white space counts once"),
        pytest.param("one two", "", 100.0, id="nothing"),
        pytest.param("four", "fou r", 25.0, id="one edit"),
        pytest.param("", "anything", 0.0, id="nothing to be read"),
    ],
)
def test_errors_are_edits_by_the_truths_characters(truth, text, want):
    assert rates.error_percent([rates.Reading(truth, text)]) == pytest.approx(want)


def test_of_several_texts_each_character_counts_the_same():
    readings = [rates.Reading("a", "b"), rates.Reading("abc", "abc")]
    assert rates.error_percent(readings) == pytest.approx(25.0)


@pytest.mark.parametrize(
    ("truth", "text", "want"),
    [
        pytest.param("one two", "two one", 100.0, id="wherever they stand"),
        pytest.param("one one two three", "one two", 50.0, id="as often as the truth has them"),
        pytest.param("one", "one one one", 100.0, id="what is too much costs nothing"),
        pytest.param("one two", "onetwo", 0.0, id="a lost blank loses both"),
    ],
)
def test_words_are_counted(truth, text, want):
    assert rates.words_percent([rates.Reading(truth, text)]) == pytest.approx(want)
