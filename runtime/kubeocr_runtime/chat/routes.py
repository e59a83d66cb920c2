"""The routes of OpenAI's API: chats in one piece or as server-sent events, and the list of models."""

import contextlib
import time
from collections.abc import AsyncIterator, Iterator

from aiohttp import web

from kubeocr_contract import openai
from kubeocr_runtime import admission, callers, errors, services, uploads, visits
from kubeocr_runtime.chat import answering, conversations, events

_TIMES = 3
"""So many times a body's bytes are held while it is parsed: as they came, as text, as files."""


async def complete(request: web.Request) -> web.StreamResponse:
    """POST of a chat about pictures."""
    visit, begin = visits.Visit.of(request), time.monotonic()
    stream = events.Events(request, last=visit.services.entrance.leaving)
    with stream.reported():
        async with visits.let_in(visit) as ticket, _received(visit, ticket) as conversation:
            answerer = answering.choose(visit.services, conversation)
            head = _head(request, answerer)
            place = answering.Place(visit.services, ticket, conversation)
            if not conversation.stream:
                said = await answerer.answer(place, _nobody)
                return web.json_response(openai.completion(head, said.text, said.ending, time.monotonic() - begin))
            stream.head = head
            said = await answerer.answer(place, stream.tell)
            await stream.finish(said.ending, usage=conversation.usage)
    return await stream.end()


async def list_models(request: web.Request) -> web.Response:
    """GET of what may be asked for."""
    return web.json_response(openai.models(answering.models(request.app[services.SERVICES].settings)))


async def show_model(request: web.Request) -> web.Response:
    """GET of one of them."""
    name = request.match_info["model"]
    for each in answering.models(request.app[services.SERVICES].settings):
        if each["id"] == name:
            return web.json_response(each)
    raise errors.ModelNotFound(f"model: {name[:64]!r} is none of {request.path.rpartition('/')[0]}", field="model")


async def _nobody(_: str) -> None:
    """Hears the pieces of an answer that is wanted whole."""


def _head(request: web.Request, answerer: answering.Answerer) -> openai.Head:
    name = f"chatcmpl-{request[callers.CALLER].request_id}"
    return openai.Head(id=name, created=int(time.time()), model=answerer.model, fingerprint=answerer.fingerprint)


@contextlib.asynccontextmanager
async def _received(visit: visits.Visit, ticket: admission.Ticket) -> AsyncIterator[conversations.Conversation]:
    """The request's JSON, while its files may stay in memory."""
    known, limit = visit.services, visit.services.file_bytes
    async with known.uploads.take(_TIMES * uploads.expected(visit.request, limit)) as held:
        conversation = conversations.parse(await uploads.receive_body(visit.request, limit))
        held.shrink(sum(len(picture.data) for message in conversation.messages for picture in message.pictures))
        if conversation.seconds is not None:
            ticket.deadline.shorten(conversation.seconds)
        yield conversation


def routes() -> Iterator[web.RouteDef]:
    """Each under OpenAI's path and under the OCR server's."""
    for prefix in openai.PREFIXES:
        yield web.post(prefix + openai.COMPLETIONS, complete, expect_handler=uploads.wait_to_be_asked)
        yield web.get(prefix + openai.MODELS, list_models)
        yield web.get(prefix + openai.MODELS + "/{model:.+}", show_model)
