"""Extraction over a real socket, against the fake Ollama."""

import asyncio
import contextlib
import json
import logging
import pathlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import fake_ollama
import ollama as official
import pytest
from aiohttp import test_utils

from kubeocr_contract import settings
from kubeocr_runtime import app, openapi, pipelines

PATH = "/ocr/chatocrv4"
Reply = fake_ollama.Reply


class Ollama:
    """A fake one, and what it was asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[dict[str, Any]] = []
        self.replies: dict[str, list[fake_ollama.Reply]] = {}

    def say(self, body: dict[str, Any]) -> fake_ollama.Reply:
        self.asked.append(body)
        replies = self.replies[body["model"]]
        return replies.pop(0) if len(replies) > 1 else replies[0]


@pytest.fixture
async def ollama(tmp_path: pathlib.Path) -> AsyncIterator[Callable[..., Awaitable[Ollama]]]:
    """Starts a fake one with models that its own client has pulled, and what each says."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(**replies: list[fake_ollama.Reply]) -> Ollama:
            found = Ollama("")
            found.replies = {f"{name}:latest": said for name, said in replies.items()}
            app = fake_ollama.create(tmp_path / "models", tuple(found.replies), say=found.say)
            found.url = str((await stack.enter_async_context(test_utils.TestServer(app))).make_url(""))
            client = official.AsyncClient(found.url)
            for name in found.replies:
                await client.pull(name)
            await client.close()
            return found

        yield start


def values(**found: str) -> fake_ollama.Reply:
    return Reply(json.dumps(found))


async def test_an_answer_has_what_the_api_has_always_had(service, ollama, form, pdf) -> None:
    found = await ollama(llama3=[values(Number="page 2", Total="4711")])
    client = await service(llm_url=found.url, llm_model="llama3:latest")
    response = await client.post(PATH, data=form(pdf(2), keys="Number,Total"))
    body = await response.json()
    assert response.status == 200
    assert list(body)[:7] == [
        "pipeline", "description", "extracted_data", "requested_keys", "models", "success", "pipeline_flags",
    ]  # fmt: skip
    assert body["pipeline"] == "PP-ChatOCRv4"
    assert body["extracted_data"] == {"chat_res": {"Number": "page 2", "Total": "Not found"}}
    assert body["requested_keys"] == ["Number", "Total"]
    assert body["models"] == {"mllm_model": None, "llm_model": "llama3:latest", "api_base_url": found.url}
    assert (body["success"], body["total_pages"], body["warnings"]) == (True, 2, [])
    assert body["pages"] == [{"page": number, "width": 200, "height": 200, "angle": 0} for number in (1, 2)]
    assert body["details"] == {
        "Number": {
            "status": "found", "value": "page 2", "model": "llama3:latest",
            "places": [{"page": 2, "lines": [{"text": "page 2", "bbox": [[1, 2], [3, 2], [3, 4], [1, 4]]}]}],
        },
        "Total": {
            "status": "unverified", "value": "Not found", "answer": "4711", "model": "llama3:latest", "places": [],
        },
    }  # fmt: skip


async def test_what_a_document_is_in_is_told_where_nobody_said(service, ollama, form, picture) -> None:
    found = await ollama(llama3=[values(Number="page 1")])
    client = await service(llm_url=found.url, llm_model="llama3:latest")
    body = await (await client.post(PATH, data=form(picture(), keys="Number", lang="en,de"))).json()
    assert body["language"] in {"en", "de"}
    assert body["language_detection"]["requested"] == ["en", "de"]


async def test_an_answer_is_as_it_is_described(service, ollama, form, picture) -> None:
    found = await ollama(llama3=[values(Total="4711")])
    client = await service(llm_url=found.url, llm_model="llama3:latest")
    body = await (await client.post(PATH, data=form(picture(), keys="Total"))).json()
    schemas = openapi.document()["components"]["schemas"]
    assert set(body) == set(schemas["KeysAnswer"]["required"])
    assert set(body["details"]["Total"]) == set(schemas["KeyDetail"]["properties"])


async def test_the_first_pages_are_shown_to_the_model_that_sees(service, ollama, form, pdf) -> None:
    found = await ollama(llava=[values(Total="Not found")], llama3=[values(Total="page 6")])
    client = await service(llm_url=found.url, llm_model="llama3:latest", llm_vision_model="llava:latest")
    body = await (await client.post(PATH, data=form(pdf(6), keys="Total"))).json()
    assert body["extracted_data"] == {"chat_res": {"Total": "page 6"}}
    seen = [asked for asked in found.asked if asked["model"] == "llava:latest"]
    assert len(seen) == 4
    assert all(part["image_url"]["url"].startswith("data:image/jpeg;base64,") for part in seen[0]["messages"][1]["content"][1:])
    assert "page 6" in found.asked[-1]["messages"][1]["content"]


async def test_without_a_model_that_sees_it_is_read_as_text_and_that_is_said(service, ollama, form, picture) -> None:
    found = await ollama(llama3=[values(Total="page 1")])
    client = await service(llm_url=found.url, llm_model="llama3:latest")
    body = await (await client.post(PATH, data=form(picture(), keys="Total", mllm_model="llava:latest"))).json()
    assert body["extracted_data"] == {"chat_res": {"Total": "page 1"}, "fallback_mode": "text-only-LLM"}
    assert "model 'llava:latest' not found" in body["warnings"][0]


@pytest.mark.parametrize(
    ("reply", "status", "code", "why"),
    [
        pytest.param(Reply("out of memory", status=500), 503, "llm_unavailable", "answers 500", id="broken"),
        pytest.param(Reply(seconds=30), 503, "llm_unavailable", "no answer within 1 s", id="slow"),
        pytest.param(Reply("Sorry, I cannot."), 502, "llm_bad_answer", "answers twice with what cannot be used", id="chatty"),
        pytest.param(Reply(raw=b"<html>"), 502, "llm_bad_answer", "something other than JSON", id="malformed"),
    ],
)
async def test_a_model_in_trouble_is_told_of_and_pages_are_read(
    service, ollama, form, picture, reply: fake_ollama.Reply, status: int, code: str, why: str
) -> None:
    found = await ollama(llama3=[reply])
    client = await service(llm_url=found.url, llm_model="llama3:latest", llm_timeout_seconds=1)
    response = await client.post(PATH, data=form(picture(), keys="Total"))
    body = await response.json()
    assert (response.status, body["code"]) == (status, code)
    assert why in body["detail"]
    assert (await client.post("/ocr/ppocrv6", data=form(picture()))).status == 200
    assert (await client.get("/livez")).status == 200


async def test_without_a_language_model_it_says_so_before_it_reads(service, form, picture, reader) -> None:
    client = await service()
    response = await client.post(PATH, data=form(picture(), keys="Total"))
    assert (response.status, (await response.json())["code"]) == (503, "llm_unavailable")
    assert reader.seen == []


async def test_a_server_that_has_failed_often_is_not_read_for(service, form, picture, reader) -> None:
    client = await service(llm_url="http://127.0.0.1:1", llm_model="llama3")
    for _ in range(2):
        assert (await client.post(PATH, data=form(picture(), keys="Total"))).status == 503
    read = len(reader.seen)
    refused = await client.post(PATH, data=form(picture(), keys="Total"))
    assert "times in a row" in (await refused.json())["detail"]
    assert int(refused.headers["Retry-After"]) > 1
    assert len(reader.seen) == read


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        pytest.param({}, "keys: name at least one", id="no-keys"),
        pytest.param({"keys": "Total", "lang": "klingon"}, "lang: ", id="language"),
    ],
)
async def test_what_is_wrong_with_the_form(service, form, picture, fields: dict[str, str], why: str) -> None:
    client = await service(llm_url="http://127.0.0.1:1", llm_model="llama3")
    response = await client.post(PATH, data=form(picture(), **fields))
    assert response.status == 422
    assert (await response.json())["detail"].startswith(why)


async def test_a_callers_key_is_sent_and_logged_nowhere(service, ollama, form, picture, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    found = await ollama(llama3=[Reply("who is s3cret-key?", status=401)])
    client = await service(llm_url=found.url, llm_model="llama3:latest")
    response = await client.post(PATH, data=form(picture(), keys="Total", api_key="s3cret-key"))
    assert response.status == 503
    assert "s3cret-key" not in caplog.text + await response.text()


@pytest.mark.models
async def test_a_receipt_is_read_and_what_the_model_says_is_looked_up_in_it(ollama, form, tmp_path) -> None:
    found = await ollama(llama3=[values(Total="17,50", Tax="1.40", Water="Mineral water")])
    own = {"queue_dir": str(tmp_path / "queue"), "llm_url": found.url, "llm_model": "llama3:latest"}
    chosen = settings.Settings(models_dir="", device="cpu", languages=("en",), **own)
    reader = pipelines.Pipelines.open(chosen)
    receipt = (pathlib.Path(__file__).parent / "golden" / "receipt.png").read_bytes()
    async with test_utils.TestClient(test_utils.TestServer(app.create_app(chosen, reader, reader.store))) as client:
        while (await client.get("/readyz")).status != 200:
            await asyncio.sleep(0.05)
        body = await (await client.post(PATH, data=form(receipt, keys="Total,Tax,Water"))).json()
    assert body["extracted_data"]["chat_res"] == {"Total": "17,50", "Tax": "Not found", "Water": "Mineral water"}
    assert body["details"]["Tax"]["answer"] == "1.40"
    (place,) = body["details"]["Total"]["places"]
    assert [line["text"] for line in place["lines"]] == ["17.50"]
    assert "Total 17.50" in found.asked[0]["messages"][1]["content"]
