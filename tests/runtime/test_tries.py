"""Which lines are read by whom, round for round."""

import numpy as np
import pytest

from kubeocr_runtime import recognition, tries

FIRST, LATIN, ARABIC, THAI = ("first", False), ("latin", False), ("arabic", False), ("thai", False)


def reading(line: int, recogniser: recognition.Key, sure: float, width: int = 100) -> tries.Reading:
    strip = np.zeros((48, width, 3), np.uint8)
    return tries.Reading(line, recogniser, recognition.Text(f"{recogniser[0]} {line}", sure), strip, sure)


@pytest.mark.parametrize(
    ("text", "confidence", "aspect", "want"),
    [
        pytest.param("a line of text", 0.9, 8.0, 0.9, id="as many letters as its length has room for"),
        pytest.param("   .", 0.95, 16.0, 0.95 / 8, id="a full stop is left of a line"),
        pytest.param("", 0.0, 5.0, 0.0, id="nothing"),
        pytest.param("表紙", 0.9, 2.5, 0.9, id="wide characters"),
        pytest.param("I", 0.9, 0.4, 0.9, id="narrower than high"),
        pytest.param("I", 0.9, 0.0, 0.9, id="no size"),
    ],
)
def test_how_far_a_reading_is_believed(text: str, confidence: float, aspect: float, want: float) -> None:
    assert tries.sureness(text, confidence, aspect) == pytest.approx(want)


def test_a_reading_knows_its_line_s_shape() -> None:
    strip = np.zeros((48, 480, 3), np.uint8)
    found = tries.Reading.of(tries.Try(7, strip, LATIN, 99), recognition.Text("...", 0.8))
    assert (found.line, found.recogniser, found.width, found.sure) == (7, LATIN, 480, pytest.approx(0.8 * 0.6))


FEW = [reading(0, FIRST, 0.99), reading(1, FIRST, 0.5), reading(2, FIRST, 0.6)]
MANY = [reading(line, FIRST, 0.5, width=line) for line in range(8)]


@pytest.mark.parametrize(
    ("readings", "others", "sample", "want"),
    [
        pytest.param([reading(0, FIRST, 0.96)], [LATIN], True, [], id="all sure"),
        pytest.param(FEW, [LATIN], False, [(1, LATIN), (2, LATIN)], id="what is unsure, by the other"),
        pytest.param(MANY, [LATIN], True, [(line, LATIN) for line in range(8)], id="no sample for one"),
        pytest.param(
            MANY,
            [LATIN, THAI],
            True,
            [(line, other) for line in (7, 6, 5, 4) for other in (LATIN, THAI)],
            id="longest",
        ),
        pytest.param([*FEW, reading(1, LATIN, 0.9), reading(2, LATIN, 0.3)], [LATIN], False, [], id="all tried"),
        pytest.param(
            [*MANY, reading(7, THAI, 0.9), reading(6, THAI, 0.4), reading(7, LATIN, 0.1), reading(6, LATIN, 0.1)],
            [LATIN, THAI],
            True,
            [(line, THAI) for line in range(6)],
            id="the rest by who won",
        ),
        pytest.param([*MANY, reading(7, THAI, 0.4)], [LATIN, THAI], True, [], id="nobody won"),
    ],
)
def test_what_is_read_next(
    readings: list[tries.Reading], others: list[recognition.Key], sample: bool, want: list[tuple[int, recognition.Key]]
) -> None:
    assert tries.wanted(readings, others, sample=sample) == want


def test_each_recogniser_reads_its_own_in_one_go() -> None:
    calls = []

    def read(key: recognition.Key, strips: list[recognition.Strip]) -> list[recognition.Text]:
        calls.append((key, len(strips)))
        return [recognition.Text(f"{key[0]} {strip.shape[1]}", 1.0) for strip in strips]

    given = [(LATIN, 10), (THAI, 20), (LATIN, 30)]
    found = tries.read_all([tries.Try(0, np.zeros((48, width, 3), np.uint8), key, 9) for key, width in given], read)
    assert [text.text for text in found] == ["latin 10", "thai 20", "latin 30"]
    assert calls == [(LATIN, 2), (THAI, 1)]


def test_two_at_most_read_the_rest() -> None:
    winners = (ARABIC, THAI, LATIN, LATIN, THAI)
    won = [reading(line, recogniser, 0.9) for line, recogniser in enumerate(winners)]
    wanted = tries.wanted([*MANY, *won], [LATIN, THAI, ARABIC], sample=True)
    assert {recogniser for _, recogniser in wanted} == {THAI, LATIN}


def test_the_surest_counts_and_the_first_of_equals() -> None:
    found = [reading(0, FIRST, 0.5), reading(1, FIRST, 0.5), reading(0, LATIN, 0.6), reading(1, THAI, 0.5)]
    assert [(each.line, each.text.text) for each in tries.surest(found)] == [(0, "latin 0"), (1, "first 1")]
