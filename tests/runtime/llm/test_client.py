"""The client against the fake Ollama, over real sockets."""

import asyncio
import contextlib
import logging
import pathlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import fake_ollama
import pytest
from aiohttp import test_utils, web

from kubeocr_runtime import errors
from kubeocr_runtime.llm import client as clients
from kubeocr_runtime.llm import questions, retries

QUESTION = questions.Question(model="qwen3:8b", messages=(questions.said("user", "Read"),))
Reply = fake_ollama.Reply


class Ollama:
    """A fake one, what it was asked, and a client of it whose pauses take no time."""

    def __init__(self, server: test_utils.TestServer, asked: list[dict[str, Any]]) -> None:
        self.asked = asked
        self.server = questions.Server(url=str(server.make_url("")), seconds=2, key="s3cret")
        self.now = 0.0
        self.pauses: list[float] = []
        self.client = clients.Client(clock=lambda: self.now, sleep=self._pause)

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    async def ask(self, question: questions.Question = QUESTION) -> str:
        return (await self.client.ask(self.server, question)).text

    async def stream(self) -> list[questions.Piece]:
        return [piece async for piece in self.client.stream(self.server, QUESTION)]


@pytest.fixture
async def ollama(tmp_path: pathlib.Path) -> AsyncIterator[Callable[..., Awaitable[Ollama]]]:
    """Starts a fake one that answers with these replies, the last one for ever."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(*replies: fake_ollama.Reply, pause: float = 0.0) -> Ollama:
            asked: list[dict[str, Any]] = []

            def say(body: dict[str, Any]) -> fake_ollama.Reply:
                asked.append(body)
                return replies[min(len(asked), len(replies)) - 1]

            app = fake_ollama.create(tmp_path / "models", say=say, pause=pause)
            (tmp_path / "models" / "qwen3:8b").touch()
            server = await stack.enter_async_context(test_utils.TestServer(app))
            found = Ollama(server, asked)
            stack.push_async_callback(found.client.close)
            return found

        yield start


async def test_an_answer(ollama) -> None:
    found = await ollama(Reply("Total 12"))
    answer = await found.client.ask(found.server, QUESTION)
    assert (answer.text, answer.finish, answer.usage) == ("Total 12", "stop", questions.Usage(1, 2))
    assert found.asked == [QUESTION.body(stream=False)]


async def test_an_answer_bit_by_bit(ollama) -> None:
    found = await ollama(Reply("Total 12 and 3"))
    pieces = await found.stream()
    assert [piece.text for piece in pieces] == ["Total ", "12 ", "and ", "3", "", ""]
    assert (pieces[-2].finish, pieces[-1].usage) == ("stop", questions.Usage(1, 4))


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_a_server_that_is_busy_is_asked_again(ollama, status: int) -> None:
    found = await ollama(Reply("busy", status=status, headers={"Retry-After": "3"}), Reply("Total 12"))
    assert await found.ask() == "Total 12"
    assert found.pauses == [3.0]


async def test_a_server_that_stays_busy_is_told_of(ollama) -> None:
    found = await ollama(Reply("busy", status=503))
    with pytest.raises(errors.LlmUnavailable, match=r"http://127.0.0.1:\d+ answers 503") as caught:
        await found.ask()
    assert len(found.asked) == retries.TRIES
    assert "Retry-After" in caught.value.headers
    assert all(0 <= pause <= 1 for pause in found.pauses)


async def test_a_server_that_failed_often_is_left_alone_until_it_is_back(ollama) -> None:
    found = await ollama(*[Reply("busy", status=500)] * retries.FAILURES, Reply("Total 12"))
    for _ in range(2):
        with pytest.raises(errors.LlmUnavailable):
            await found.ask()
    with pytest.raises(errors.LlmUnavailable, match="failed 5 times in a row; it is asked again in 15 s"):
        await found.ask()
    with pytest.raises(errors.LlmUnavailable, match="asked again"):
        found.client.refuse_if_away(found.server)
    assert len(found.asked) == retries.FAILURES
    found.now += retries.REST_SECONDS
    found.client.refuse_if_away(found.server)
    assert await found.ask() == "Total 12"
    assert await found.ask() == "Total 12"


async def test_one_that_takes_too_long_is_not_asked_again(ollama) -> None:
    found = await ollama(Reply(seconds=30))
    found.server = questions.Server(url=found.server.url, seconds=1)
    with pytest.raises(errors.LlmUnavailable, match="no answer within 1 s"):
        await found.ask()
    assert len(found.asked) == 1


async def test_one_that_is_not_there() -> None:
    async def pause(_: float) -> None: ...

    away = clients.Client(sleep=pause)
    server = questions.Server(url="http://user:s3cret@127.0.0.1:1", seconds=2)
    with pytest.raises(errors.LlmUnavailable, match=r"http://127\.0\.0\.1:1 cannot be asked: Connect") as caught:
        await away.ask(server, QUESTION)
    assert "s3cret" not in caught.value.message
    await away.close()


@pytest.mark.parametrize(
    ("reply", "error", "why"),
    [
        pytest.param(Reply(raw=b"<html>"), errors.BadLlmAnswer, "answers with something other than JSON", id="html"),
        pytest.param(Reply(raw=b"{}"), errors.BadLlmAnswer, "answers with JSON that has no choices", id="another-shape"),
        pytest.param(Reply(raw=b" " * 5_000_000), errors.LlmUnavailable, "answers with more than 4194304 bytes", id="endless"),
        pytest.param(Reply("bad key s3cret", status=401), errors.LlmUnavailable, "answers 401: it wants another", id="key"),
        pytest.param(Reply("too long s3cret", status=400), errors.BadLlmAnswer, "answers 400: too long …", id="refusal"),
        pytest.param(Reply("moved", status=307), errors.BadLlmAnswer, "answers 307", id="redirect"),
    ],
)  # fmt: skip
async def test_what_is_no_answer(ollama, reply: fake_ollama.Reply, error: type, why: str) -> None:
    found = await ollama(reply)
    with pytest.raises(error, match=why) as caught:
        await found.ask()
    assert "s3cret" not in caught.value.message
    assert len(found.asked) == 1


async def test_a_model_that_is_not_there_is_named(ollama) -> None:
    found = await ollama(Reply())
    with pytest.raises(errors.LlmUnavailable, match="answers 404: model 'llava' not found"):
        await found.ask(questions.Question(model="llava", messages=QUESTION.messages))


@pytest.mark.parametrize(
    ("reply", "error", "why"),
    [
        pytest.param(Reply("one two three four", breaks=True), errors.LlmUnavailable, "cannot be asked", id="breaks-off"),
        pytest.param(Reply(raw=b"data: <html>\n\n"), errors.BadLlmAnswer, "something other than JSON", id="rubbish"),
        pytest.param(Reply(raw=b'data: {"error": {"message": "no memory"}}\n\n'), errors.BadLlmAnswer, "no memory", id="error"),
        pytest.param(Reply(raw=b"data: " + b"x" * 3_000_000), errors.LlmUnavailable, "a line of more than", id="endless-line"),
        pytest.param(Reply(raw=b": nothing\n\n"), errors.LlmUnavailable, "broke off", id="nothing"),
    ],
)  # fmt: skip
async def test_a_stream_that_is_none(ollama, reply: fake_ollama.Reply, error: type, why: str) -> None:
    found = await ollama(reply)
    with pytest.raises(error, match=why):
        await found.stream()


async def test_who_wants_no_more_of_a_stream_ends_it(ollama) -> None:
    found = await ollama(Reply("word " * 500), pause=0.01)
    async with contextlib.aclosing(found.client.stream(found.server, QUESTION)) as pieces:
        assert (await anext(pieces)).text == "word "
    assert found.client._room._value == clients._AT_ONCE


async def test_only_so_many_are_asked_at_once(ollama) -> None:
    found = await ollama(Reply("Total", seconds=0.2))
    asking = [asyncio.create_task(found.ask()) for _ in range(clients._AT_ONCE + 3)]
    await asyncio.sleep(0.1)
    assert len(found.asked) == clients._AT_ONCE
    assert set(await asyncio.gather(*asking)) == {"Total"}


async def test_the_key_is_sent_and_logged_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        heard.append(request.headers.get("Authorization", ""))
        return web.json_response({"error": {"message": "s3cret is busy"}}, status=503)

    async def pause(_: float) -> None: ...

    app = web.Application()
    app.router.add_post("/base/v1/chat/completions", answer)
    caplog.set_level(logging.DEBUG)
    async with test_utils.TestServer(app) as server:
        asking = clients.Client(sleep=pause)
        url = str(server.make_url("/base/v1"))
        with pytest.raises(errors.LlmUnavailable) as caught:
            await asking.ask(questions.Server(url=url, seconds=2, key="s3cret"), QUESTION)
        await asking.close()
    assert heard == ["Bearer s3cret"] * retries.TRIES
    assert "s3cret" not in caplog.text + caught.value.message
    assert "answers 503" in caplog.text
