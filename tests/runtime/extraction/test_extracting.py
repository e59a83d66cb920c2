"""The story of an extraction, with models that say what a test has them say."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from kubeocr_contract import settings
from kubeocr_runtime import errors, results
from kubeocr_runtime.extraction import extracting, fields
from kubeocr_runtime.llm import questions

BOX = ((0, 0), (9, 0), (9, 9), (0, 9))
CHOSEN = settings.Settings(llm_url="http://o", llm_model="reads", llm_vision_model="sees")
PICTURE = "data:image/jpeg;base64,AA=="


def page(number: int, *rows: str) -> results.PageResult:
    return results.PageResult(number, 10, 10, 0, tuple((results.Line(row, 1.0, BOX),) for row in rows))


class Models:
    """What each model says, in turn; the last thing for ever."""

    def __init__(self, **said: list[Any]) -> None:
        self.said = said
        self.asked: list[questions.Question] = []

    async def __call__(self, question: questions.Question) -> questions.Piece:
        self.asked.append(question)
        turns = self.said[question.model]
        answer = turns.pop(0) if len(turns) > 1 else turns[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Callable):
            answer = answer(question)
        return questions.Piece(answer if isinstance(answer, str) else json.dumps(answer))


async def extract(models: Models, *pages: results.PageResult, keys: str = "Number,Total", **chosen: str):
    wanted = fields.parse({"keys": keys}, settings.Settings(**{"llm_url": "http://o", "llm_model": "reads", **chosen}))
    shown = [PICTURE] * len(pages) if wanted.vision_model else []
    return await extracting.extract(models, wanted, pages, shown)


def told(state: extracting.Extraction) -> dict[str, tuple[str, str]]:
    return {key: (finding.status, finding.answer) for key, finding in state.findings.items()}


INVOICE = page(1, "Invoice 4711", "Total 12.50")


async def test_a_value_is_found_with_its_place_and_another_is_not_there() -> None:
    state = await extract(Models(reads=[{"Number": "4711", "Total": "Not found"}]), INVOICE)
    assert told(state) == {"Number": ("found", "4711"), "Total": ("not_found", "")}
    (place,) = state.findings["Number"].places
    assert (place.page, place.lines[0].text) == (1, "Invoice 4711")


async def test_a_value_that_stands_nowhere_is_flagged() -> None:
    state = await extract(Models(reads=[{"Number": "4712", "Total": "12.50"}]), INVOICE)
    assert told(state) == {"Number": ("unverified", "4712"), "Total": ("found", "12.50")}
    assert state.findings["Number"].places == ()


async def test_the_model_that_sees_comes_first_and_the_other_is_asked_what_it_left() -> None:
    models = Models(sees=[{"Number": "4711", "Total": "99"}], reads=[{"Total": "12.50"}])
    state = await extract(models, INVOICE, llm_vision_model="sees")
    assert told(state) == {"Number": ("found", "4711"), "Total": ("found", "12.50")}
    assert [asked.model for asked in models.asked] == ["sees", "reads"]
    assert models.asked[0].messages[1]["content"][1]["image_url"]["url"] == PICTURE
    assert models.asked[1].schema["required"] == ["Total"]
    assert not state.fallback


@pytest.mark.parametrize(
    "trouble", [errors.LlmUnavailable("answers 404: model 'sees' not found"), "nothing of use"], ids=["away", "rubbish"]
)
async def test_without_the_model_that_sees_the_other_reads(trouble: Any) -> None:
    models = Models(sees=[trouble], reads=[{"Number": "4711", "Total": "12.50"}])
    state = await extract(models, INVOICE, page(2, "Thanks"), llm_vision_model="sees")
    assert told(state) == {"Number": ("found", "4711"), "Total": ("found", "12.50")}
    assert state.fallback
    assert state.warnings[0].startswith("mllm_model: ")
    assert [asked.model for asked in models.asked].count("sees") <= 2, "it is not shown the second page"


async def test_an_answer_that_cannot_be_used_is_asked_for_once_more() -> None:
    models = Models(reads=["The number is 4711.", {"Number": "4711", "Total": "12.50"}])
    state = await extract(models, INVOICE)
    assert told(state)["Number"] == ("found", "4711")
    assert [m["role"] for m in models.asked[1].messages] == ["system", "user", "assistant", "user"]
    assert "it is no JSON object" in models.asked[1].messages[-1]["content"]


async def test_twice_is_once_too_often() -> None:
    with pytest.raises(errors.BadLlmAnswer, match="the model reads answers twice"):
        await extract(Models(reads=["Sorry."]), INVOICE)


async def test_a_model_that_is_away_is_told_of() -> None:
    with pytest.raises(errors.LlmUnavailable, match="away"):
        await extract(Models(reads=[errors.LlmUnavailable("away")]), INVOICE)


async def test_a_document_without_text_needs_no_model() -> None:
    models = Models(reads=[{}])
    assert told(await extract(models, page(1), page(2)))["Total"] == ("not_found", "")
    assert models.asked == []


def long_document() -> list[results.PageResult]:
    pages = [page(n, *[f"Chapter {n} goes on about boats and cranes, row {row}." for row in range(60)]) for n in range(1, 41)]
    pages[30] = page(31, "Invoice 4711")
    pages[39] = page(40, "Total 12.50")
    return pages


def looks(question: questions.Question) -> dict[str, str]:
    """A model that knows what stands in the part that it is given."""
    text = question.messages[1]["content"]
    known = {"Number": "4711" if "Invoice 4711" in text else "Not found", "Total": "12.50" if "Total 12.50" in text else ""}
    return {key: known[key] for key in question.schema["required"]}


async def test_a_long_document_is_asked_about_in_parts_until_every_key_is_found() -> None:
    models = Models(reads=[looks])
    state = await extract(models, *long_document())
    assert [(status, state.findings[key].places[0].page) for key, (status, _) in told(state).items()] == [
        ("found", 31), ("found", 40),
    ]  # fmt: skip
    assert len(models.asked) > 10
    assert models.asked[-1].schema["required"] == ["Total"], "what is found is not asked for again"
    asked = len(models.asked)
    models.asked.clear()
    await extract(models, *long_document(), keys="Number")
    assert 0 < len(models.asked) < asked, "the rest of the document is left alone"


async def test_a_part_whose_answer_is_of_no_use_is_told_of() -> None:
    def stubborn(question: questions.Question) -> Any:
        return "Sorry." if "Chapter 1 goes" in question.messages[1]["content"] else looks(question)

    state = await extract(Models(reads=[stubborn]), *long_document())
    assert [status for status, _ in told(state).values()] == ["found", "found"]
    assert state.warnings == ["llm_model: the model reads answers twice with what cannot be used: it is no JSON object"]
