"""The chat through OpenAI's own clients, against our pipelines and against the fake Ollama as a vision model's server."""

import asyncio
import base64
import contextlib
import json
import logging
import pathlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import fake_ollama
import openai
import pytest
from aiohttp import test_utils

from kubeocr_runtime import openapi, services

PATH = "/api/v1/chat/completions"
Reply = fake_ollama.Reply


def asked(*files: bytes, text: str = "Read this", model: str = "dots-ocr", **more: Any) -> dict[str, Any]:
    """A request's arguments."""
    urls = [f"data:image/png;base64,{base64.b64encode(file).decode()}" for file in files]
    shown = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    return {"model": model, "messages": [{"role": "user", "content": [{"type": "text", "text": text}, *shown]}], **more}


@pytest.fixture
async def speak() -> AsyncIterator[Callable[..., openai.AsyncOpenAI]]:
    """OpenAI's client of a service, under either path."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(client: test_utils.TestClient, prefix: str = "/v1", key: str = "none") -> openai.AsyncOpenAI:
            url = str(client.make_url(prefix))
            return await stack.enter_async_context(openai.AsyncOpenAI(base_url=url, api_key=key, max_retries=0))

        yield start


@pytest.fixture
async def vlm(tmp_path: pathlib.Path) -> AsyncIterator[Callable[..., Awaitable[tuple[str, list[dict[str, Any]]]]]]:
    """Starts a vision model's server that answers with this; its URL, and what it was asked."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(reply: fake_ollama.Reply, pause: float = 0.0) -> tuple[str, list[dict[str, Any]]]:
            heard: list[dict[str, Any]] = []
            app = fake_ollama.create(tmp_path / "models", pause=pause, say=lambda body: heard.append(body) or reply)
            (tmp_path / "models" / "dots:1").touch()
            server = await stack.enter_async_context(test_utils.TestServer(app))
            return str(server.make_url("/v1")), heard

        yield start


@pytest.mark.parametrize("prefix", ["/v1", "/api/v1"])
async def test_a_picture_is_read(service, speak, picture, prefix: str) -> None:
    client = await speak(await service(), prefix)
    answer = await client.chat.completions.create(**asked(picture()))
    assert answer.choices[0].message.content == "page 1"
    assert (answer.choices[0].finish_reason, answer.object) == ("stop", "chat.completion")
    assert answer.model == "PP-OCRv6_small_rec", "who answers, not whom was asked for"
    assert answer.system_fingerprint.endswith("-pipelines")
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 2
    assert not hasattr(answer, "request_id"), "the OCR server's callers would wait for the rest"
    assert answer.processing_time_seconds >= 0


async def test_a_client_that_is_not_asynchronous(service, picture) -> None:
    client = await service()

    def ask() -> list[str]:
        with openai.OpenAI(base_url=str(client.make_url("/v1")), api_key="none") as asking:
            whole = asking.chat.completions.create(**asked(picture()))
            pieces = asking.chat.completions.create(**asked(picture(), stream=True))
            return [whole.choices[0].message.content, "".join(p.choices[0].delta.content or "" for p in pieces)]

    assert await asyncio.to_thread(ask) == ["page 1", "page 1"]


async def test_several_pictures_and_their_pages_come_in_order_and_bit_by_bit(service, speak, picture, pdf) -> None:
    client = await speak(await service())
    options = {"stream": True, "stream_options": {"include_usage": True}}
    pieces = [p async for p in await client.chat.completions.create(**asked(picture(), pdf(3), **options))]
    texts = [piece.choices[0].delta.content for piece in pieces if piece.choices]
    assert texts == ["page 1", "\n\npage 1", "\n\npage 2", "\n\npage 3", None]
    assert pieces[0].choices[0].delta.role == "assistant"
    assert (pieces[-2].choices[0].finish_reason, pieces[-1].choices) == ("stop", [])
    assert pieces[-1].usage.completion_tokens > 8
    assert len({piece.id for piece in pieces}) == 1


@pytest.mark.parametrize("how", ["text", "field"])
async def test_a_layout_is_json_with_boxes(service, speak, picture, how: str) -> None:
    client = await speak(await service())
    mode = "prompt_layout_all_en"
    more = {"text": mode} if how == "text" else {"extra_body": {"prompt_mode": mode}}
    answer = await client.chat.completions.create(**asked(picture(), **more))
    (page,) = json.loads(answer.choices[0].message.content)
    assert page["lines"] == [{"bbox": [1, 2, 3, 4], "category": "Text", "text": "page 1", "confidence": 0.5}]
    assert (page["width"], page["height"]) == (60, 40)


@pytest.mark.parametrize("stream", [False, True])
async def test_what_a_page_is_in_is_told_with_the_answer(service, speak, picture, *, stream: bool) -> None:
    client = await speak(await service())
    mixed = {"prompt_mode": "prompt_text_only_mixed", "languages": ["en", "de"]}
    answer = await client.chat.completions.create(**asked(picture(), extra_body=mixed, stream=stream))
    told = [piece async for piece in answer][-1] if stream else answer
    assert told.language in {"en", "de"}
    assert (told.language_detection["requested"], told.language_detection["script"]) == (["en", "de"], "Latn")


async def test_a_layout_tells_the_language_of_pages_and_lines(service, speak, picture) -> None:
    client = await speak(await service())
    answer = await client.chat.completions.create(**asked(picture(), text="prompt_layout_all"))
    (page,) = json.loads(answer.choices[0].message.content)
    assert answer.language_detection["requested"] == ["auto"]
    assert page["language"] == page["lines"][0]["language"] == answer.language


async def test_a_version_and_a_language_choose_our_models(service, speak, picture, reader) -> None:
    client = await speak(await service())
    more = {"model": "pp-ocrv3", "extra_body": {"language": "lang_jpn_ja"}}
    answer = await client.chat.completions.create(**asked(picture(), **more))
    assert answer.model == "japan_PP-OCRv3_mobile_rec"
    assert reader.seen[0][2].reader.recogniser == "japan_PP-OCRv3_mobile_rec"


async def test_the_models(service, speak) -> None:
    client = await speak(await service(vlm_url="http://127.0.0.1:1", vlm_model="dots:1"))
    assert [model.id async for model in client.models.list()] == ["dots-ocr", "dots:1", "PP-OCRv6", "PP-OCRv5", "PP-OCRv3"]
    assert (await client.models.retrieve("dots-ocr")).owned_by == "vlm"
    with pytest.raises(openai.NotFoundError, match="model: 'gpt-9' is none of /v1/models"):
        await client.models.retrieve("gpt-9")


@pytest.mark.parametrize(
    ("change", "error", "code", "param"),
    [
        pytest.param({"model": "gpt-9"}, openai.NotFoundError, "model_not_found", "model", id="model"),
        pytest.param({"temperature": 9}, openai.BadRequestError, "invalid_field", "temperature", id="number"),
        pytest.param(
            {"extra_body": {"language": "klingon"}}, openai.BadRequestError, "unknown_language", "language", id="language"
        ),
        pytest.param({"extra_body": {"prompt_mode": "x"}}, openai.BadRequestError, "invalid_field", "prompt_mode", id="mode"),
        pytest.param({"file": b"nothing"}, openai.BadRequestError, "invalid_image_format", None, id="no-picture"),
        pytest.param({"file": b"%PDF-1.4 broken"}, openai.BadRequestError, "invalid_image_format", None, id="broken"),
        pytest.param({"file": bytes(3 * 2**20)}, openai.APIStatusError, "image_too_large", None, id="large"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
async def test_errors_are_as_openais(
    service, speak, picture, change: dict, error: type, code: str, param: str | None, *, stream: bool
) -> None:
    client = await speak(await service(upload_mib=2))
    file = change.get("file", picture())
    more = {name: value for name, value in change.items() if name != "file"}
    with pytest.raises(error) as caught:
        await client.chat.completions.create(**asked(file, stream=stream, **more))
    assert (caught.value.code, caught.value.param) == (code, param)


async def test_any_status_has_openais_shape(service, picture, tmp_path: pathlib.Path) -> None:
    (tmp_path / "site").write_text("s3cret", encoding="utf-8")
    client = await service(api_keys_dir=str(tmp_path))
    refused = await client.post(PATH, json=asked(picture()))
    assert (refused.status, (await refused.json())["error"]["code"]) == (401, "invalid_api_key")
    headers = {"Authorization": "Bearer s3cret"}
    assert (await client.post(PATH, json=asked(picture()), headers=headers)).status == 200
    assert (await (await client.get(PATH, headers=headers)).json())["error"]["code"] == "method_not_allowed"
    assert (await (await client.post(PATH, data=b"{", headers=headers)).json())["error"]["type"] == "invalid_request_error"
    assert "detail" in await (await client.get("/ocr/nothing", headers=headers)).json()


async def test_a_full_queue_and_a_deadline(service, speak, picture, reader) -> None:
    served = await service(queue_pages=1)
    client = await speak(served)
    reader.gate.clear()
    waiting = asyncio.create_task(client.chat.completions.create(**asked(picture(), extra_body={"timeout": 1})))
    await asyncio.to_thread(reader.entered.wait, 5)
    with pytest.raises(openai.RateLimitError, match="come again") as full:
        await client.chat.completions.create(**asked(picture()))
    assert (full.value.code, full.value.response.headers["Retry-After"]) == ("rate_limit_exceeded", "1")
    with pytest.raises(openai.APIStatusError) as caught:
        await waiting
    assert (caught.value.status_code, caught.value.code) == (504, "timeout")
    reader.gate.set()
    budget = served.app[services.SERVICES].uploads
    assert budget.free == budget.total


async def test_a_page_that_fails_in_the_middle_of_a_stream_is_said(service, speak, picture, reader) -> None:
    client = await speak(await service())
    broken = picture(size=(300, 300))[:-100]
    stream = await client.chat.completions.create(**asked(picture(), broken, stream=True))
    assert (await anext(aiter(stream))).choices[0].delta.content == "page 1"
    with pytest.raises(openai.APIError, match="decoded"):
        [piece async for piece in stream]


async def test_answers_are_as_they_are_described(service, picture) -> None:
    client = await service()
    schemas = openapi.document()["components"]["schemas"]
    whole = await (await client.post(PATH, json=asked(picture()))).json()
    assert set(whole) == set(schemas["ChatAnswer"]["required"])
    events = (await (await client.post(PATH, json=asked(picture(), stream=True))).text()).split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""]
    assert set(json.loads(events[0].removeprefix("data: "))) == set(schemas["ChatPiece"]["required"])
    wrong = await (await client.post(PATH, json={})).json()
    assert set(wrong["error"]) == set(schemas["ChatError"]["properties"]["error"]["required"])
    listed = await (await client.get("/v1/models")).json()
    assert set(listed["data"][0]) == set(schemas["ChatModel"]["required"])


@pytest.mark.parametrize("stream", [False, True])
async def test_a_vision_model_is_asked_where_there_is_one(service, speak, vlm, picture, tmp_path, *, stream: bool) -> None:
    url, heard = await vlm(Reply("# Total 12"))
    (tmp_path / "key").write_text("s3cret", encoding="utf-8")
    client = await speak(await service(vlm_url=url, vlm_model="dots:1", vlm_api_key_file=str(tmp_path / "key")))
    more = {"max_tokens": 99, "temperature": 0.1, "stream": stream}
    answer = await client.chat.completions.create(**asked(picture(), **more))
    pieces = [piece async for piece in answer] if stream else [answer]
    texts = [piece.choices[0].delta.content if stream else piece.choices[0].message.content for piece in pieces]
    assert "".join(filter(None, texts)) == "# Total 12"
    assert (pieces[0].model, pieces[0].system_fingerprint.rpartition("-")[2]) == ("dots:1", "vlm")
    assert stream or answer.usage.completion_tokens == 3
    assert (heard[0]["max_tokens"], heard[0]["temperature"], heard[0]["model"]) == (99, 0.1, "dots:1")
    text, shown = heard[0]["messages"][0]["content"]
    assert (text["text"], base64.b64decode(shown["image_url"]["url"].partition(",")[2])) == ("Read this", picture())


async def test_a_pdf_is_shown_page_by_page_and_a_mode_is_put_into_words(service, speak, vlm, pdf, picture) -> None:
    url, heard = await vlm(Reply("Total"))
    client = await speak(await service(vlm_url=url, vlm_model="dots:1"))
    await client.chat.completions.create(**asked(pdf(2), picture("BMP"), text="prompt_text_only_en"))
    text, *shown = heard[0]["messages"][0]["content"]
    assert text["text"].startswith("Read all text")
    assert [part["image_url"]["url"][:23] for part in shown] == ["data:image/jpeg;base64,"] * 3
    with pytest.raises(openai.APIStatusError, match="more than 16 pages"):
        await client.chat.completions.create(**asked(pdf(40)))


async def test_our_pipelines_are_there_beside_a_vision_model(service, speak, picture) -> None:
    client = await speak(await service(vlm_url="http://127.0.0.1:1", vlm_model="dots:1"))
    answer = await client.chat.completions.create(**asked(picture(), model="PP-OCRv6"))
    assert answer.choices[0].message.content == "page 1"


@pytest.mark.parametrize("stream", [False, True])
async def test_a_vision_model_that_repeats_itself_is_cut_and_flagged(service, speak, vlm, picture, *, stream: bool) -> None:
    url, _ = await vlm(Reply("Total 12\n" + "| 0.00 " * 5000))
    client = await speak(await service(vlm_url=url, vlm_model="dots:1"))
    answer = await client.chat.completions.create(**asked(picture(), stream=stream))
    pieces = [piece async for piece in answer] if stream else [answer]
    choice = pieces[-1].choices[0]
    assert (choice.finish_reason, choice.loop_detected) == ("length", True)
    if stream:
        assert sum(len(piece.choices[0].delta.content or "") for piece in pieces) < 256 * 4
    else:
        assert choice.message.content == "Total 12\n| 0.00 "


@pytest.mark.parametrize(
    ("reply", "error", "why"),
    [
        pytest.param(Reply("no memory", status=500), openai.InternalServerError, "answers 500", id="broken"),
        pytest.param(Reply(raw=b"data: <html>\n\n"), openai.InternalServerError, "something other than JSON", id="malformed"),
        pytest.param(Reply("s3cret?", status=401), openai.InternalServerError, "wants another API key", id="key"),
    ],
)
async def test_a_vision_model_in_trouble_is_told_of(
    service, speak, vlm, picture, caplog, tmp_path, reply: fake_ollama.Reply, error: type, why: str
) -> None:
    caplog.set_level(logging.DEBUG)
    url, _ = await vlm(reply)
    (tmp_path / "key").write_text("s3cret", encoding="utf-8")
    client = await speak(await service(vlm_url=url, vlm_model="dots:1", vlm_api_key_file=str(tmp_path / "key")))
    with pytest.raises(error, match=why) as caught:
        await client.chat.completions.create(**asked(picture()))
    assert "s3cret" not in str(caught.value) + caplog.text


async def test_a_vision_model_that_breaks_off_is_said_in_its_stream(service, speak, vlm, picture) -> None:
    url, _ = await vlm(Reply("one two three four five six", breaks=True))
    client = await speak(await service(vlm_url=url, vlm_model="dots:1"))
    stream = await client.chat.completions.create(**asked(picture(), stream=True))
    with pytest.raises(openai.APIError, match="cannot be asked"):
        [piece async for piece in stream]


async def test_a_client_that_leaves_ends_its_question(service, speak, vlm, picture) -> None:
    url, _ = await vlm(Reply("word " * 2000), pause=0.01)
    served = await service(vlm_url=url, vlm_model="dots:1")
    client = await speak(served)
    stream = await client.chat.completions.create(**asked(picture(), stream=True))
    await anext(aiter(stream))
    await stream.close()
    known = served.app[services.SERVICES]
    async with asyncio.timeout(5):
        while known.entrance.requests:
            await asyncio.sleep(0.01)
    assert known.uploads.free == known.uploads.total
