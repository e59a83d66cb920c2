"""Fetching models by way of an Ollama, over real sockets."""

import pathlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable

import fake_ollama
import pytest
from aiohttp import test_utils, web

from kubeocr_contract import names
from kubeocr_runtime import backends, pulling
from kubeocr_runtime.commands import models

QUICK = pulling.Patience(first=0.01, most=0.02, longest=0.1)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture
async def serve() -> AsyncIterator[Callable[[web.Application], Awaitable[str]]]:
    """Serves an application; its URL."""
    running: list[test_utils.TestServer] = []

    async def start(app: web.Application) -> str:
        running.append(test_utils.TestServer(app))
        await running[-1].start_server()
        return str(running[-1].make_url("/"))

    yield start
    for server in running:
        await server.close()


def answering(pull: Handler) -> web.Application:
    """An Ollama without models that answers a pull so."""

    async def nothing(_: web.Request) -> web.Response:
        return web.json_response({"models": []})

    app = web.Application()
    app.add_routes([web.get("/api/tags", nothing), web.post("/api/pull", pull)])
    return app


async def test_what_is_missing_is_pulled_and_nothing_else(serve, tmp_path: pathlib.Path) -> None:
    url, said = await serve(fake_ollama.create(tmp_path, ("a:1b", "b:latest"))), []
    await pulling.pull(url, ["b"], said.append, QUICK)
    assert said[0] == "b: pulling manifest"
    assert said[-2:] == ["b: success", "b is pulled"]
    said.clear()
    await pulling.pull(url, ["b", "a:1b"], said.append, QUICK)
    assert [said[0], said[1], said[-1]] == ["b is there", "a:1b: pulling manifest", "a:1b is pulled"]
    assert (await backends.ask_ollama(url, ("a:1b", "b"))) == {"a:1b": True, "b": True}


@pytest.mark.parametrize("name", ["nothing:8b", ":x"])
async def test_a_model_that_does_not_exist_ends_it_at_once(serve, tmp_path: pathlib.Path, name: str) -> None:
    url, said = await serve(fake_ollama.create(tmp_path)), []
    with pytest.raises(pulling.NoSuchModel, match=f"Ollama finds no model {name}: "):
        await pulling.pull(url, [name], said.append)
    assert not [line for line in said if "once more" in line]


async def test_it_waits_for_the_server(serve, tmp_path: pathlib.Path) -> None:
    fake, asked = fake_ollama.create(tmp_path, ("a:1b",)), []

    @web.middleware
    async def starting(request: web.Request, handler: Handler) -> web.StreamResponse:
        asked.append(request.path)
        return await handler(request) if len(asked) > 2 else web.Response(status=503)

    fake.middlewares.append(starting)
    url, said = await serve(fake), []
    await pulling.pull(url, ["a:1b"], said.append, QUICK)
    assert said[0] == f"{url}api/tags answers 503; once more in 0.01 s"
    assert said[-1] == "a:1b is pulled"


async def test_a_pull_that_is_cut_off_is_tried_again(serve) -> None:
    tries: list[str] = []

    async def pull(request: web.Request) -> web.StreamResponse:
        tries.append(request.path)
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b'{"status": "pulling manifest"}\n')
        if len(tries) == 1:
            assert request.transport is not None
            request.transport.close()
        elif len(tries) > 2:
            await response.write(b'{"status": "success"}\n')
        return response

    said: list[str] = []
    await pulling.pull(await serve(answering(pull)), ["a:1b"], said.append, QUICK)
    assert len(tries) == 3
    assert any("ended after 'pulling manifest'" in line for line in said)
    assert said[-1] == "a:1b is pulled"


@pytest.mark.parametrize(
    ("answer", "want"),
    [
        pytest.param(lambda: web.json_response({"error": "disk is full"}, status=500), "a:1b: disk is full", id="error"),
        pytest.param(lambda: web.Response(text="<html>", status=502), "Ollama says b'<html>' with status 502", id="no JSON"),
        pytest.param(web.Response, "Ollama ended after '' with status 200", id="nothing"),
    ],
)
async def test_patience_ends(serve, answer: Callable[[], web.Response], want: str) -> None:
    async def pull(_: web.Request) -> web.Response:
        return answer()

    with pytest.raises(pulling.NotPulled, match=re.escape(want)):
        await pulling.pull(await serve(answering(pull)), ["a:1b"], lambda _: None, QUICK)


async def test_a_server_that_is_not_there() -> None:
    with pytest.raises(pulling.NotPulled, match=re.escape("http://127.0.0.1:1/api/tags cannot be asked")):
        await pulling.pull("http://127.0.0.1:1", ["a:1b"], lambda _: None, QUICK)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(pulling.NoSuchModel("Ollama finds no model x"), names.EXIT_NO_SUCH_MODEL, id="no such model"),
        pytest.param(pulling.NotPulled("no answer"), 1, id="in vain"),
        pytest.param(None, 0, id="done"),
    ],
)
def test_the_command_says_how_it_ended(
    error: Exception | None, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def pull(url: str, wanted: list[str], say: Callable[[str], None]) -> None:
        say(f"{wanted} of {url}")
        if error:
            raise error

    monkeypatch.setattr(pulling, "pull", pull)
    assert models.main(["pull", "--ollama", "http://o", "a", "b"]) == code
    told = capsys.readouterr()
    assert told.out == "['a', 'b'] of http://o\n"
    assert told.err == (f"kubeocr models pull: {error}\n" if error else "")
