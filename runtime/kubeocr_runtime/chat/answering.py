"""Who answers: our pipelines, page by page, or a vision model, word by word. Both tell each piece as soon as they have it."""

import contextlib
import dataclasses
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from kubeocr_contract import detected, images, openai, polygons, settings, wire
from kubeocr_runtime import admission, backends, data_urls, errors, readers, results, services, turns, visits, wishes
from kubeocr_runtime.chat import conversations
from kubeocr_runtime.llm import loops, pictures, questions

Tell = Callable[[str], Awaitable[None]]
"""Takes a piece of the answer."""
_SHOWN_PAGES = 16
"""Of a question to a vision model: each is a thousand tokens and more, of the 32,000 that such a model usually has."""
_AS_THEY_ARE = {"PNG": "image/png", "JPEG": "image/jpeg"}
"""What every such model's server decodes."""


@dataclasses.dataclass(frozen=True, slots=True)
class Said:
    """A whole answer; of one that was cut, what it said once."""

    text: str
    ending: openai.Ending


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """By our pipelines."""

    wish: wishes.Wish

    @property
    def model(self) -> str:
        """That reads the text."""
        return self.wish.options.reader.recogniser

    @property
    def fingerprint(self) -> str:
        """What answers, of which release."""
        return f"kubeocr-{images.PROJECT_VERSION}-pipelines"

    async def answer(self, place: "Place", tell: Tell) -> Said:
        """Texts of pages, an empty line between two; or all with their boxes, as JSON, once the last one is read."""
        reads: list[readers.Read] = []
        layout, said = place.conversation.prompt.layout, list[str]()

        async def piece(text: str) -> None:
            said.append(text)
            await tell(text)

        async def take(outcome: turns.Outcome) -> None:
            if isinstance(outcome, turns.Failure):
                raise outcome.error
            if not layout:
                await piece(("\n\n" if reads else "") + outcome.result.text)
            reads.append(outcome)

        for picture in place.conversation.asked.pictures:
            async with visits.document(place.known, place.ticket, picture.data, self.wish) as task:
                await place.known.turns.deliver(task.document, task.job, take)
        if layout:
            await piece(json.dumps(laid_out(reads), ensure_ascii=False))
        text = "".join(said)
        ending = _ending(place.conversation, text, openai.STOP)
        return Said(text, dataclasses.replace(ending, told=wishes.languages_told(self.wish, reads)))


@dataclasses.dataclass(frozen=True, slots=True)
class Asking:
    """By a vision model."""

    chosen: settings.Settings

    @property
    def model(self) -> str:
        """As its server calls it."""
        return self.chosen.vlm_model or openai.DOTS

    @property
    def fingerprint(self) -> str:
        """As the pipelines'."""
        return f"kubeocr-{images.PROJECT_VERSION}-vlm"

    async def answer(self, place: "Place", tell: Tell) -> Said:
        """What it says, until it repeats itself. Raises `errors.LlmUnavailable`, `errors.BadLlmAnswer`."""
        guard, last, usage = loops.Guard(), questions.Piece(), None
        asked = await self._question(place)
        async with contextlib.aclosing(place.known.llm.stream(self._server(), asked)) as pieces:
            async for piece in pieces:
                if piece.text:
                    await tell(piece.text)
                if not guard.hear(piece.text):
                    break
                last, usage = (piece if piece.finish else last), piece.usage or usage
        finish = openai.LENGTH if guard.looped or last.finish == openai.LENGTH else openai.STOP
        ending = dataclasses.replace(_ending(place.conversation, guard.text, finish), looped=guard.looped)
        if usage is not None:
            ending = dataclasses.replace(ending, prompt_tokens=usage.prompt, completion_tokens=usage.completion)
        return Said(guard.text, ending)

    def _server(self) -> questions.Server:
        try:
            key = backends.secret(self.chosen.vlm_api_key_file) if self.chosen.vlm_api_key_file else ""
        except backends.Unreachable as e:
            raise errors.LlmUnavailable(str(e)) from None
        return questions.Server(url=self.chosen.vlm_url, seconds=self.chosen.request_timeout_seconds, key=key)

    async def _question(self, place: "Place") -> questions.Question:
        conversation = place.conversation
        shown = [[url for each in message.pictures for url in await _urls(place, each)] for message in conversation.messages]
        if sum(map(len, shown)) > _SHOWN_PAGES:
            raise errors.TooLarge(f"messages: more than {_SHOWN_PAGES} pages for one answer of {self.model}", field="messages")
        told = zip(conversation.messages, shown, strict=True)
        messages = tuple(questions.said(m.role, _instruction(conversation, m), urls) for m, urls in told)
        return questions.Question(
            model=self.model,
            messages=messages,
            temperature=conversation.temperature,
            most_tokens=conversation.most_tokens,
        )


Answerer = Reading | Asking


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """A request that was let in."""

    known: services.Services
    ticket: admission.Ticket
    conversation: conversations.Conversation


def choose(known: services.Services, conversation: conversations.Conversation) -> Answerer:
    """Who answers for the model that was asked for. Raises `errors.ModelNotFound`, and what `wishes.parse` raises."""
    chosen, name = known.settings, conversation.model.casefold()
    if name not in {listed["id"].casefold() for listed in models(chosen)}:
        names = ", ".join(listed["id"] for listed in models(chosen))
        message = f"model: {conversation.model[:64]!r} is not one of {names}"
        raise errors.ModelNotFound(message, field="model")
    version = next((each for each in openai.READERS if each.casefold() == name), None)
    if version is None and chosen.vlm_url:
        return Asking(chosen)
    route = wire.OcrRoute(openai.COMPLETIONS, version or chosen.model_version, "")
    return Reading(wishes.parse(route, conversation.prompt.fields, known.store, known.worker.reader))


def models(chosen: settings.Settings) -> Iterator[dict[str, Any]]:
    """What may be asked for."""
    elsewhere = chosen.vlm_model if chosen.vlm_url else ""
    yield openai.model(openai.DOTS, "vlm" if chosen.vlm_url else "kubeocr")
    if elsewhere and elsewhere != openai.DOTS:
        yield openai.model(elsewhere, "vlm")
    yield from (openai.model(version, "kubeocr") for version in openai.READERS)


def laid_out(reads: list[readers.Read]) -> list[dict[str, Any]]:
    """Pages with their lines' boxes, as the OCR server's callers know a layout: bbox is left, top, right, bottom."""
    return [
        {"page": number, "width": page.width, "height": page.height, "lines": _lines(page), **wishes.page_languages(page)}
        for number, page in enumerate((read.result for read in reads), 1)
    ]


def _lines(page: results.PageResult) -> list[dict[str, Any]]:
    return [
        {
            "bbox": list(polygons.around(line.polygon)),
            "category": "Text",
            "text": line.text,
            "confidence": line.confidence,
            **detected.line(line.language),
        }
        for line in page.lines
    ]


async def _urls(place: Place, picture: conversations.Picture) -> tuple[str, ...]:
    """As it is where that is what servers decode; else its pages."""
    if picture.kind in _AS_THEY_ARE:
        return (data_urls.of(picture.data, _AS_THEY_ARE[picture.kind]),)
    known = place.known
    async with known.turns.decoder.opened(picture.data, known.settings) as document:
        return await pictures.of(known.turns, document, [0] * min(document.pages, _SHOWN_PAGES + 1))


def _instruction(conversation: conversations.Conversation, message: conversations.Message) -> str:
    return conversation.prompt.instruction if message is conversation.asked and conversation.prompt.named else message.text


def _ending(conversation: conversations.Conversation, text: str, finish: str) -> openai.Ending:
    """Tokens as they are estimated, where nobody counted them."""
    prompt, completion = len(loops.tokens(conversation.text)), len(loops.tokens(text))
    return openai.Ending(finish=finish, prompt_tokens=prompt, completion_tokens=completion)
