"""What is found out about other servers, over real sockets."""

import asyncio
import pathlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import test_utils, web

from kubeocr_contract import report, settings
from kubeocr_runtime import backends

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
TAGS = {"models": [{"name": "llama3:latest"}, {"name": "llava:7b"}, {"size": 3}, "rubbish"]}
MODELS = {"data": [{"id": "dots-ocr"}, {"id": 7}]}


@pytest.fixture
async def serve() -> AsyncIterator[Callable[[str, Answer], Awaitable[str]]]:
    """A server of one path; its URL."""
    running: list[test_utils.TestServer] = []

    async def start(path: str, answer: Answer) -> str:
        app = web.Application()
        app.router.add_get(path, answer)
        running.append(test_utils.TestServer(app))
        await running[-1].start_server()
        return str(running[-1].make_url("/"))

    yield start
    for server in running:
        await server.close()


def telling(body: object) -> Answer:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response(body)

    return answer


async def found(name: str, **chosen: str) -> report.Backend:
    """What one look tells."""
    watch = backends.Watch.of(settings.Settings(**chosen))
    assert getattr(watch.found, name) == report.Backend(configured=True)
    await watch.ask(name)
    backend: report.Backend = getattr(watch.found, name)
    return backend


def test_what_is_not_named_is_not_asked() -> None:
    watch = backends.Watch.of(settings.Settings())
    assert (watch.found, dict(watch.questions)) == (report.Backends(), {})


async def test_an_ollama_with_its_models(serve) -> None:
    url = await serve("/api/tags", telling(TAGS))
    told = await found("llm", llm_url=url, llm_model="llama3", llm_vision_model="llava:7b")
    assert (told.good, told.models_present, told.message) == (True, {"llama3": True, "llava:7b": True}, "")
    assert told.checked_at.endswith("Z")


async def test_an_ollama_without_a_model_is_reachable_and_not_good(serve) -> None:
    url = await serve("/api/tags", telling(TAGS))
    told = await found("llm", llm_url=url, llm_model="llama3", llm_vision_model="llava")
    assert (told.reachable, told.good) == (True, False)
    assert told.models_present == {"llama3": True, "llava": False}
    assert told.message == "it answers, and has no model llava"


@pytest.mark.parametrize("suffix", ["", "v1", "v1/"])
async def test_a_vlm_is_asked_with_its_key(serve, suffix: str, tmp_path: pathlib.Path) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response(MODELS, status=200 if request.headers.get("Authorization") == "Bearer s3cret" else 401)

    url = await serve("/v1/models", answer)
    (tmp_path / "key").write_text("s3cret\n", encoding="utf-8")
    chosen = {"vlm_url": url + suffix, "vlm_model": "dots-ocr"}
    assert (await found("vlm", **chosen, vlm_api_key_file=str(tmp_path / "key"))).models_present == {"dots-ocr": True}
    assert (await found("vlm", **chosen)).message == f"{url}v1/models answers 401"
    no_key = await found("vlm", **chosen, vlm_api_key_file=str(tmp_path / "none"))
    assert no_key.message == f"{tmp_path}/none cannot be read: No such file or directory"


async def _never(_: web.Request) -> web.Response:
    await asyncio.sleep(60)
    return web.Response()


async def _rubbish(_: web.Request) -> web.Response:
    return web.Response(text="<html>")


async def _nested(_: web.Request) -> web.Response:
    return web.Response(text="[" * 200_000)


async def _endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" " * 2**20)


@pytest.mark.parametrize(
    ("answer", "want"),
    [
        pytest.param(_never, "no answer within 0.2 s", id="hangs"),
        pytest.param(_rubbish, "answers with something other than JSON", id="no-json"),
        pytest.param(_nested, "answers with something other than JSON", id="nested"),
        pytest.param(_endless, "answers with more than", id="endless"),
        pytest.param(telling([]), "has no model llama3", id="another-shape"),
        pytest.param(telling({"models": {"name": "llama3"}}), "has no model llama3", id="no-list"),
    ],
)
async def test_a_server_that_answers_anything_at_all(serve, answer: Answer, want: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "TIMEOUT_SECONDS", 0.2 if answer is _never else 3.0)
    url = await serve("/api/tags", answer)
    told = await found("llm", llm_url=url, llm_model="llama3")
    assert want in told.message
    assert not told.good


@pytest.mark.parametrize(
    ("host", "want"),
    [
        pytest.param("127.0.0.1:1", "http://127.0.0.1:1/api/tags cannot be asked: Connect", id="refused"),
        pytest.param("no-such-host.invalid", "http://no-such-host.invalid/api/tags cannot be asked: ", id="no-name"),
    ],
)
async def test_a_server_that_is_not_there_and_no_secret_of_its_url(host: str, want: str) -> None:
    told = await found("llm", llm_url=f"http://user:s3cret@{host}/?token=s3cret", llm_model="m")
    assert told.message.startswith(want)
    assert "s3cret" not in told.message
    assert not told.reachable


@pytest.fixture
async def redis() -> AsyncIterator[str]:
    """What a Redis of protocol 2 answers to PING; its URL."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            words = []
            for _ in range(int(line[1:])):
                await reader.readline()
                words.append((await reader.readline()).strip().upper())
            good = {b"PING": b"+PONG\r\n", b"HELLO": b"-ERR unknown command\r\n", b"AUTH": b"-WRONGPASS invalid password\r\n"}
            writer.write(good.get(words[0], b"+OK\r\n"))
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


@pytest.mark.parametrize(
    ("url", "want"),
    [
        pytest.param("redis://{}/0?protocol=2", "", id="answers"),
        pytest.param("redis://:s3cret@{}/0?protocol=2", "invalid password", id="wrong-password"),
        pytest.param("redis://127.0.0.1:1/0", "127.0.0.1:1", id="not-there"),
        pytest.param("s3cret", "holds no URL of a Redis", id="no-url"),
        pytest.param("redis://:pa/s3cret@host", "holds no URL of a Redis", id="password-that-breaks-the-url"),
    ],
)
async def test_a_redis_is_pinged(redis: str, url: str, want: str, tmp_path: pathlib.Path) -> None:
    (tmp_path / "url").write_text(url.format(redis), encoding="utf-8")
    told = await found("queue", queue_redis_url_file=str(tmp_path / "url"))
    assert want in told.message
    assert told.reachable is not bool(want)
    assert "s3cret" not in told.message
    assert "'pa'" not in told.message


@pytest.mark.parametrize(
    ("store", "want"), [pytest.param("", backends.NO_SHARED_STORE, id="none"), pytest.param("/shared", "", id="one")]
)
async def test_a_redis_without_a_store_that_all_pods_reach_is_good_and_not_used(
    redis: str, store: str, want: str, tmp_path: pathlib.Path
) -> None:
    (tmp_path / "url").write_text(f"redis://{redis}/0?protocol=2", encoding="utf-8")
    told = await found("queue", queue_redis_url_file=str(tmp_path / "url"), queue_store_url=store)
    assert (told.good, told.message) == (True, want)


async def test_a_secret_that_appears_later_is_found(redis: str, tmp_path: pathlib.Path) -> None:
    file = tmp_path / "url"
    watch = backends.Watch.of(settings.Settings(queue_redis_url_file=str(file)))
    await watch.ask("queue")
    assert watch.found.queue.message == f"{file} cannot be read: No such file or directory"
    file.write_text(f"redis://{redis}/0?protocol=2", encoding="utf-8")
    await watch.ask("queue")
    assert watch.found.queue.good


async def test_each_is_asked_again_and_a_change_is_logged_once(
    serve, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(backends, "EVERY_SECONDS", 0.01)
    asked = 0

    async def answer(_: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.json_response(TAGS, status=200 if asked > 3 else 500)

    watch = backends.Watch.of(settings.Settings(llm_url=await serve("/api/tags", answer)))
    caplog.set_level("INFO", logger="kubeocr.backends")
    running = asyncio.create_task(watch.run())
    async with asyncio.timeout(10):
        while asked < 6:
            await asyncio.sleep(0.01)
    running.cancel()
    assert watch.found.llm.good
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
