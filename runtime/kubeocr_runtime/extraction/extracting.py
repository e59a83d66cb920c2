"""The story of an extraction: the model that sees is shown the first pages, the one that reads is given the rest, part by part,
until every key has a value that stands in the document.
"""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence

from kubeocr_contract import extraction as wire
from kubeocr_runtime import errors, results
from kubeocr_runtime.extraction import answers, evidence, fields, parts
from kubeocr_runtime.llm import questions

Ask = Callable[[questions.Question], Awaitable[questions.Piece]]
"""Raises `errors.LlmUnavailable`, `errors.BadLlmAnswer`."""
PICTURES = 4
"""Pages that are shown: each takes a model of the usual size seconds on a GPU and minutes on a CPU."""
_WAVE = 4
"""Parts that are asked about at once; the keys that they answer, the next ones need not."""
_RANK = {wire.MISSING: 0, wire.UNVERIFIED: 1, wire.FOUND: 2}


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """What came of one key."""

    status: str
    answer: str = ""
    model: str = ""
    places: tuple[evidence.Place, ...] = ()

    def better(self, other: "Finding") -> "Finding":
        """The surer one; this, where they are alike."""
        return other if _RANK[other.status] > _RANK[self.status] else self


@dataclasses.dataclass(slots=True)
class Extraction:
    """What is known so far."""

    wanted: fields.Wanted
    pages: tuple[evidence.Page, ...]
    findings: dict[str, Finding]
    warnings: list[str]
    fallback: bool = False
    """Whether the model that sees could not be asked."""

    @property
    def open(self) -> tuple[str, ...]:
        """Keys whose value nobody found in the document yet."""
        return tuple(key for key, finding in self.findings.items() if finding.status != wire.FOUND)

    def note(self, found: Mapping[str, Finding]) -> None:
        """What a model said, looked up."""
        for key, finding in found.items():
            self.findings[key] = self.findings[key].better(finding)


async def extract(ask: Ask, wanted: fields.Wanted, read: Sequence[results.PageResult], shown: Sequence[str]) -> Extraction:
    """The values; `shown` are pictures of the first pages. Raises what `ask` raises of the model that reads."""
    pages = await asyncio.to_thread(lambda: tuple(map(evidence.Page.of, read)))
    state = Extraction(wanted, pages, dict.fromkeys(wanted.keys, Finding(wire.MISSING)), list(wanted.warnings))
    await _see(ask, state, read, shown)
    await _read(ask, state, parts.split(read))
    return state


async def _see(ask: Ask, state: Extraction, read: Sequence[results.PageResult], shown: Sequence[str]) -> None:
    """Whatever is wrong with the model that sees, the other one goes on."""
    for page, picture in zip(read, shown, strict=False):
        if not state.open:
            return
        text = parts.cut(page.text, parts.TOKENS)
        try:
            asked = answers.question(state.wanted.vision_model, state.open, text, [picture])
            state.note(await _findings(ask, asked, state.open, state.pages))
        except (errors.LlmUnavailable, errors.BadLlmAnswer) as e:
            state.fallback = True
            state.warnings.append(f"{wire.VISION_MODEL}: {e.message}")
            return


async def _read(ask: Ask, state: Extraction, found: Sequence[str]) -> None:
    """A part whose answer cannot be used is told of; where none can, that is raised."""
    bad: list[errors.BadLlmAnswer] = []
    for start in range(0, len(found), _WAVE):
        for answer in await _wave(ask, state, found[start : start + _WAVE]) if state.open else ():
            if isinstance(answer, errors.BadLlmAnswer):
                bad.append(answer)
                state.warnings.append(f"{wire.TEXT_MODEL}: {answer.message}")
            else:
                state.note(answer)
    if found and len(bad) == len(found):
        raise bad[0]


async def _wave(ask: Ask, state: Extraction, found: Sequence[str]) -> list[dict[str, Finding] | errors.BadLlmAnswer]:
    """About a few parts at once; their answers in the parts' order, so that it does not matter who is quick."""
    keys, model = state.open, state.wanted.text_model

    async def one(text: str) -> dict[str, Finding] | errors.BadLlmAnswer:
        try:
            return await _findings(ask, answers.question(model, keys, text), keys, state.pages)
        except errors.BadLlmAnswer as e:
            return e

    try:
        async with asyncio.TaskGroup() as asking:
            tasks = [asking.create_task(one(text)) for text in found]
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None
    return [task.result() for task in tasks]


async def _findings(
    ask: Ask, question: questions.Question, keys: Sequence[str], pages: Sequence[evidence.Page]
) -> dict[str, Finding]:
    values = await _values(ask, question, keys)
    return await asyncio.to_thread(lambda: {key: _looked_up(value, question.model, pages) for key, value in values.items()})


async def _values(ask: Ask, question: questions.Question, keys: Sequence[str]) -> dict[str, str]:
    """What a model answers, at the second try if need be."""
    text = (await ask(question)).text
    try:
        return answers.parse(text, keys)
    except answers.Malformed as e:
        text = (await ask(question.again(text, answers.objection(e, keys)))).text
    try:
        return answers.parse(text, keys)
    except answers.Malformed as e:
        raise errors.BadLlmAnswer(f"the model {question.model} answers twice with what cannot be used: {e}") from None


def _looked_up(value: str, model: str, pages: Sequence[evidence.Page]) -> Finding:
    if not value:
        return Finding(wire.MISSING)
    places = evidence.find(value, pages)
    return Finding(wire.FOUND if places else wire.UNVERIFIED, value, model, places)
