"""The fake Ollama through Ollama's own client: what it answers, and its errors as that client understands them."""

import json
import pathlib
from collections.abc import AsyncIterator

import aiohttp
import fake_ollama
import ollama
import openai
import pytest
from aiohttp import test_utils


@pytest.fixture
async def url(tmp_path: pathlib.Path) -> AsyncIterator[str]:
    """Where the fake answers."""
    async with test_utils.TestServer(fake_ollama.create(tmp_path / "models", ("qwen3:8b", "llava:latest"))) as server:
        yield str(server.make_url("")).rstrip("/")


@pytest.fixture
async def client(url: str) -> AsyncIterator[ollama.AsyncClient]:
    asking = ollama.AsyncClient(url)
    yield asking
    await asking.close()


async def test_a_pull_tells_how_far_it_is(client: ollama.AsyncClient) -> None:
    told = [line async for line in await client.pull("qwen3:8b", stream=True)]
    assert (told[0].status, told[-1].status) == ("pulling manifest", "success")
    assert any(line.total and line.completed == line.total for line in told)
    assert [model.model for model in (await client.list()).models] == ["qwen3:8b"]


async def test_a_pull_in_one_answer(client: ollama.AsyncClient) -> None:
    assert (await client.pull("llava")).status == "success"
    assert [model.model for model in (await client.list()).models] == ["llava:latest"]


@pytest.mark.parametrize("stream", [True, False])
async def test_a_model_that_does_not_exist(client: ollama.AsyncClient, *, stream: bool) -> None:
    async def pull() -> None:
        answer = await client.pull("nothing:1b", stream=stream)
        if stream:
            [line async for line in answer]

    with pytest.raises(ollama.ResponseError, match="file does not exist"):
        await pull()
    assert not (await client.list()).models


async def test_a_name_that_is_none(client: ollama.AsyncClient) -> None:
    with pytest.raises(ollama.ResponseError, match="invalid model name") as caught:
        await client.pull(":x")
    assert caught.value.status_code == 400


async def test_a_model_answers(client: ollama.AsyncClient) -> None:
    await client.pull("qwen3:8b")
    assert (await client.generate("qwen3:8b", "Read this")).response == fake_ollama.WORDS
    asked = [{"role": "user", "content": "Read this"}]
    assert (await client.chat("qwen3:8b", asked)).message.content == fake_ollama.WORDS
    parts = [part async for part in await client.chat("qwen3:8b", asked, stream=True)]
    assert "".join(part.message.content or "" for part in parts).strip() == fake_ollama.WORDS
    assert parts[-1].done
    assert "vision" in ((await client.show("qwen3:8b")).capabilities or [])


async def test_a_model_that_was_not_pulled_answers_nothing(client: ollama.AsyncClient) -> None:
    for ask in (client.generate("qwen3:8b", "?"), client.chat("qwen3:8b", []), client.show("qwen3:8b")):
        with pytest.raises(ollama.ResponseError, match="not found") as caught:
            await ask
        assert caught.value.status_code == 404


async def test_a_deleted_model_is_gone(client: ollama.AsyncClient) -> None:
    await client.pull("qwen3:8b")
    await client.delete("qwen3:8b")
    assert not (await client.list()).models


async def test_the_routes_of_openai(client: ollama.AsyncClient, url: str) -> None:
    await client.pull("qwen3:8b")
    question = {"model": "qwen3:8b", "messages": [{"role": "user", "content": "Read this"}]}
    async with aiohttp.ClientSession(url) as session:
        async with session.get("/v1/models") as answer:
            assert [model["id"] for model in (await answer.json())["data"]] == ["qwen3:8b"]
        async with session.post("/v1/chat/completions", json=question) as answer:
            assert (await answer.json())["choices"][0]["message"]["content"] == fake_ollama.WORDS
        async with session.post("/v1/chat/completions", json={**question, "model": "x"}) as answer:
            assert (answer.status, (await answer.json())["error"]["message"]) == (404, "model 'x' not found")
        async with session.post("/api/pull", data=b"") as answer:
            assert (answer.status, await answer.json()) == (400, {"error": "missing request body"})
        async with session.get("/api/version") as answer:
            assert await answer.json() == {"version": fake_ollama.VERSION}


async def test_what_a_test_has_it_say(tmp_path: pathlib.Path) -> None:
    replies = [fake_ollama.Reply("Total 12"), fake_ollama.Reply("model runner has stopped", status=500)]
    app = fake_ollama.create(tmp_path / "models", ("qwen3:8b",), say=lambda _: replies.pop(0))
    async with test_utils.TestServer(app) as server:
        client = ollama.AsyncClient(str(server.make_url("")))
        await client.pull("qwen3:8b")
        assert (await client.chat("qwen3:8b", [{"role": "user", "content": "?"}])).message.content == "Total 12"
        with pytest.raises(ollama.ResponseError, match="model runner has stopped"):
            await client.generate("qwen3:8b", "?")
        await client.close()


async def test_the_chat_of_openai_through_its_own_client(client: ollama.AsyncClient, url: str) -> None:
    await client.pull("qwen3:8b")
    async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as asking:
        messages = [{"role": "user", "content": "Read this"}]
        whole = await asking.chat.completions.create(model="qwen3:8b", messages=messages)
        assert whole.choices[0].message.content == fake_ollama.WORDS
        options = {"stream": True, "stream_options": {"include_usage": True}}
        chunks = [chunk async for chunk in await asking.chat.completions.create(model="qwen3:8b", messages=messages, **options)]
        assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == fake_ollama.WORDS
        assert chunks[-1].usage.completion_tokens == len(fake_ollama.WORDS.split())
        schema = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object", "required": ["Total"]}}}
        held = await asking.chat.completions.create(model="qwen3:8b", messages=messages, response_format=schema)
        assert json.loads(held.choices[0].message.content) == {"Total": fake_ollama.WORDS}
        with pytest.raises(openai.NotFoundError, match="model 'x' not found"):
            await asking.chat.completions.create(model="x", messages=messages)
        with pytest.raises(openai.BadRequestError, match="messages"):
            await asking.chat.completions.create(model="qwen3:8b", messages=[])
