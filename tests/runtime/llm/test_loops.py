"""A model that repeats itself is cut within 256 tokens, and a page that does is not."""

import itertools

import pytest

from kubeocr_runtime.llm import loops

BEGIN = "Minutes of the harbour committee\n\nThe committee met on Tuesday and heard three reports.\n"
LINE = "| Coffee, ground, dark roast | 2 | 5.80 |\n"


def hear(text: str, size: int = 3) -> loops.Guard:
    guard = loops.Guard()
    for start in range(0, len(text), size):
        if not guard.hear(text[start : start + size]):
            break
    return guard


@pytest.mark.parametrize(
    "unit",
    [
        pytest.param(".", id="dots"),
        pytest.param("| ", id="empty-cells"),
        pytest.param("|" + 40 * " ", id="wide-empty-cells"),
        pytest.param(8 * "\n", id="empty-lines"),
        pytest.param(LINE, id="a-row"),
        pytest.param("无法识别。", id="chinese"),
        pytest.param("".join(f"{word} line, " for word in "one two three four five six seven".split()), id="a-sentence"),
    ],
)
@pytest.mark.parametrize("size", [1, 4, 40])
def test_a_loop_is_cut_within_256_tokens_and_said_once(unit: str, size: int) -> None:
    guard = loops.Guard()
    heard = ""
    for piece in itertools.islice(iter(lambda: unit, None), 2000):
        heard += piece
    whole = BEGIN + heard
    end = next(i for i in range(size, len(whole), size) if not guard.hear(whole[i - size : i]))
    assert guard.looped
    assert len(loops.tokens(whole[len(BEGIN) + len(unit) : end])) < 256
    assert BEGIN.strip() in guard.text
    assert len(guard.text) <= len(BEGIN) + 2 * len(unit)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("".join(f"{title} {'.' * 90} 7\n" for title in ("Harbour", "Crane", "Boats", "Budget")), id="contents"),
        pytest.param("".join(f"| {n} | 0.00 | 0.00 | 0.00 |\n" for n in range(200)), id="zeros-with-numbers"),
        pytest.param((BEGIN + LINE) * 3, id="a-form-three-times"),
        pytest.param("-" * 150, id="a-rule"),
        pytest.param(" " * 1000, id="white-space"),
    ],
)
def test_a_page_that_repeats_itself_a_little_is_not(page: str) -> None:
    guard = hear(page)
    assert (guard.looped, guard.text) == (False, page)


def test_a_loop_that_comes_in_one_piece() -> None:
    guard = loops.Guard()
    assert not guard.hear(BEGIN + "no. " * 3000)
    assert len(loops.tokens(guard.text)) < 256 + len(loops.tokens(BEGIN))


@pytest.mark.parametrize(("text", "count"), [("", 0), ("Harbour", 2), ("1250", 2), ("码头", 2), ("a b", 3), ("été", 3)])
def test_about_the_tokens_of_a_model(text: str, count: int) -> None:
    assert len(loops.tokens(text)) == count
