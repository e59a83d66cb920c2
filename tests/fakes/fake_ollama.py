"""A fake Ollama: its HTTP API as documented, and no language model behind it. `python fake_ollama.py` serves on OLLAMA_HOST.

Models "exist" in a small registry of its own; what was pulled lies as a file in OLLAMA_MODELS and so outlives the process.
Every answer says that it is a fake, unless a test has it say something else (`say`). What it implements, and how errors look,
follows https://github.com/ollama/ollama/blob/main/docs/api.md and docs/openai.md; Ollama's own client and OpenAI's
check it in test_fake_ollama.py.
"""

import asyncio
import dataclasses
import datetime as dt
import hashlib
import json
import os
import pathlib
import re
from collections.abc import Callable, Iterator
from typing import Any

from aiohttp import web

VERSION = "0.0.0-fake"
WORDS = "This is a fake Ollama; no language model read this."
REGISTRY = ("qwen3:8b", "qwen3:14b", "qwen2.5vl:7b", "llama3.2:latest")
"""What its registry has; FAKE_REGISTRY, names separated by commas, takes its place."""
NOT_THERE = "pull model manifest: file does not exist"
_LAYERS = 3
_SIZE = 4096
_FOLDER = web.AppKey("folder", pathlib.Path)
_KNOWN = web.AppKey("known", tuple[str, ...])
_PAUSE = web.AppKey("pause", float)

Line = dict[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Reply:
    """What a model says to a chat, and how well its server is: after so many `seconds`, with the `status` of an error that the
    text explains, with a body of another shape (`raw`), or as a stream that `breaks` in the middle.
    """

    text: str = WORDS
    status: int = 200
    seconds: float = 0.0
    raw: bytes | None = None
    breaks: bool = False
    finish: str = "stop"
    headers: dict[str, str] = dataclasses.field(default_factory=dict)


Say = Callable[[Line], Reply]  # to the body of a request
_SAY = web.AppKey("say", Say)


def held_to_schema(asked: Line) -> Reply:
    """The fake's own words, in the shape that was asked for."""
    schema = (asked.get("response_format") or {}).get("json_schema", {}).get("schema", {})
    return Reply(json.dumps(dict.fromkeys(schema["required"], WORDS)) if schema.get("required") else WORDS)


def create(
    folder: pathlib.Path, registry: tuple[str, ...] = REGISTRY, *, pause: float = 0.0, say: Say = held_to_schema
) -> web.Application:
    """The application; `pause`: seconds between two lines of a pull's progress, or of an answer."""
    app = web.Application(client_max_size=2**26)
    app[_SAY] = say
    app[_FOLDER], app[_KNOWN], app[_PAUSE] = folder, registry, pause
    folder.mkdir(parents=True, exist_ok=True)
    app.add_routes(
        [
            web.get("/", _root),
            web.get("/api/version", _version),
            web.get("/api/tags", _tags),
            web.get("/api/ps", _running),
            web.post("/api/pull", _pull),
            web.post("/api/show", _show),
            web.post("/api/generate", _generate),
            web.post("/api/chat", _chat),
            web.delete("/api/delete", _delete),
            web.get("/v1/models", _openai_models),
            web.post("/v1/chat/completions", _openai_chat),
        ]
    )
    return app


async def _root(_: web.Request) -> web.Response:
    return web.Response(text="Ollama is running (a fake one)")


async def _version(_: web.Request) -> web.Response:
    return web.json_response({"version": VERSION})


async def _tags(request: web.Request) -> web.Response:
    return web.json_response({"models": [_described(name) for name in _present(request)]})


async def _running(_: web.Request) -> web.Response:
    return web.json_response({"models": []})


async def _pull(request: web.Request) -> web.StreamResponse:
    asked = await _asked(request)
    name = _full(_named(asked))
    if name.startswith(":"):
        return _error(400, "invalid model name")
    lines = list(_progress(name)) if name in request.app[_KNOWN] else [{"status": "pulling manifest"}, {"error": NOT_THERE}]
    if asked.get("stream") is False:
        if "error" in lines[-1]:
            return _error(500, lines[-1]["error"])
        _keep(request, name)
        return web.json_response(lines[-1])
    return await _stream(request, lines, done=lambda: _keep(request, name) if "error" not in lines[-1] else None)


async def _show(request: web.Request) -> web.Response:
    asked = await _asked(request)
    name = _full(_named(asked))
    if name not in _present(request):
        return _error(404, f"model '{_named(asked)}' not found")
    details = _described(name)["details"]
    told = {"modelfile": f"# {WORDS}\nFROM {name}", "parameters": "", "template": "{{ .Prompt }}", "details": details}
    return web.json_response({**told, "model_info": {"general.architecture": "fake"}, "capabilities": ["completion", "vision"]})


async def _generate(request: web.Request) -> web.StreamResponse:
    return await _answer(request, lambda words: {"response": words})


async def _chat(request: web.Request) -> web.StreamResponse:
    return await _answer(request, lambda words: {"message": {"role": "assistant", "content": words}})


async def _delete(request: web.Request) -> web.Response:
    asked = await _asked(request)
    name = _full(_named(asked))
    if name not in _present(request):
        return _error(404, f"model '{name}' not found")
    _file(request, name).unlink()
    return web.Response()


async def _openai_models(request: web.Request) -> web.Response:
    listed = [{"id": name, "object": "model", "created": 0, "owned_by": "fake"} for name in _present(request)]
    return web.json_response({"object": "list", "data": listed})


async def _openai_chat(request: web.Request) -> web.StreamResponse:
    asked = await _asked(request)
    model = str(asked.get("model", ""))
    if _full(model) not in _present(request):
        return _openai_error(404, f"model '{model}' not found", "not_found_error")
    if not asked.get("messages"):
        return _openai_error(400, "[] is too short - 'messages'", "invalid_request_error")
    await asyncio.sleep((reply := request.app[_SAY](asked)).seconds)
    if reply.status != 200:
        return _openai_error(reply.status, reply.text, "api_error", reply.headers)
    if reply.raw is not None:
        return web.Response(body=reply.raw, content_type="application/json")
    if asked.get("stream"):
        return await _openai_stream(request, asked, reply)
    choice = {"index": 0, "message": {"role": "assistant", "content": reply.text}, "finish_reason": reply.finish}
    head = {"id": "chatcmpl-fake", "object": "chat.completion", "created": 0, "model": model, "usage": _usage(reply)}
    return web.json_response({**head, "system_fingerprint": "fp_ollama", "choices": [choice]})


async def _openai_stream(request: web.Request, asked: Line, reply: Reply) -> web.StreamResponse:
    """Server-sent events: a chunk a word, one with the reason of its end, one with the counts where they are asked for."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    head = {"id": "chatcmpl-fake", "object": "chat.completion.chunk", "created": 0, "model": asked["model"]}
    words = re.findall(r"\S+\s*|\s+", reply.text)
    deltas = [({"role": "assistant", "content": word}, None) for word in words] + [({"content": ""}, reply.finish)]
    chunks: list[Line] = [{**head, "choices": [{"index": 0, "delta": d, "finish_reason": end}]} for d, end in deltas]
    if (asked.get("stream_options") or {}).get("include_usage"):
        chunks.append({**head, "choices": [], "usage": _usage(reply)})
    for chunk in chunks[: len(chunks) // 2] if reply.breaks else chunks:
        await response.write(b"data: " + json.dumps(chunk).encode() + b"\n\n")
        await asyncio.sleep(request.app[_PAUSE])
    if reply.breaks:
        request.transport.close()
        return response
    await response.write(b"data: [DONE]\n\n")
    await response.write_eof()
    return response


def _usage(reply: Reply) -> Line:
    return {"prompt_tokens": 1, "completion_tokens": (count := len(reply.text.split())), "total_tokens": count + 1}


def _openai_error(status: int, message: str, kind: str, headers: dict[str, str] | None = None) -> web.Response:
    told = {"message": message, "type": kind, "param": None, "code": None}
    return web.json_response({"error": told}, status=status, headers=headers)


async def _answer(request: web.Request, shaped: Callable[[str], Line]) -> web.StreamResponse:
    """What /api/generate and /api/chat have in common: one line a word and a last one with the counts, or all in one."""
    asked = await _asked(request)
    model = str(asked.get("model", ""))
    if not model:
        return _error(400, "model is required")
    if _full(model) not in _present(request):
        return _error(404, f"model '{model}' not found")
    await asyncio.sleep((reply := request.app[_SAY](asked)).seconds)
    if reply.status != 200:
        return _error(reply.status, reply.text)
    head: Line = {"model": model, "created_at": _now()}
    counts = {"total_duration": 1, "load_duration": 1, "prompt_eval_count": 1, "eval_count": 1, "eval_duration": 1}
    last = {"done": True, "done_reason": "stop", **counts}
    if asked.get("stream") is False:
        return web.json_response({**head, **shaped(reply.text), **last})
    words = [{**head, **shaped(f"{word} "), "done": False} for word in reply.text.split()]
    return await _stream(request, [*words, {**head, **shaped(""), **last}])


async def _stream(request: web.Request, lines: list[Line], done: Callable[[], None] | None = None) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
    await response.prepare(request)
    for line in lines:
        if line is lines[-1] and done is not None:
            done()
        await response.write(json.dumps(line).encode() + b"\n")
        await asyncio.sleep(request.app[_PAUSE])
    await response.write_eof()
    return response


async def _asked(request: web.Request) -> dict[str, Any]:
    body = await request.read()
    try:
        asked = json.loads(body)
    except ValueError as error:
        raise _bad_request(str(error) if body else "missing request body") from None
    if not isinstance(asked, dict):
        raise _bad_request("json: cannot unmarshal")
    return asked


def _named(asked: dict[str, Any]) -> str:
    """The model that a request is about; `name` is what the field was called before."""
    return str(asked.get("model") or asked.get("name") or "")


def _bad_request(message: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=json.dumps({"error": message}), content_type="application/json")


def _progress(name: str) -> Iterator[Line]:
    yield {"status": "pulling manifest"}
    for layer in range(_LAYERS):
        digest = f"sha256:{hashlib.sha256(f'{name} {layer}'.encode()).hexdigest()}"
        for completed in (None, _SIZE // 2, _SIZE):
            line = {"status": f"pulling {digest[7:19]}", "digest": digest, "total": _SIZE}
            yield line if completed is None else {**line, "completed": completed}
    yield from ({"status": status} for status in ("verifying sha256 digest", "writing manifest", "success"))


def _full(name: str) -> str:
    """A name without a tag means this tag."""
    return name if ":" in name else f"{name}:latest"


def _file(request: web.Request, name: str) -> pathlib.Path:
    return request.app[_FOLDER] / name.replace("/", "%2F")


def _keep(request: web.Request, name: str) -> None:
    _file(request, name).write_text(WORDS)


def _present(request: web.Request) -> list[str]:
    return sorted(path.name.replace("%2F", "/") for path in request.app[_FOLDER].iterdir())


def _described(name: str) -> Line:
    family = {"format": "fake", "family": "fake", "families": None, "parameter_size": "0", "quantization_level": "F0"}
    digest = hashlib.sha256(name.encode()).hexdigest()
    return {"name": name, "model": name, "modified_at": _now(), "size": _SIZE * _LAYERS, "digest": digest, "details": family}


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat()


def _error(status: int, message: str) -> web.Response:
    return web.json_response({"error": message}, status=status)


def main() -> None:
    """Serves as the environment says: OLLAMA_HOST, OLLAMA_MODELS, FAKE_REGISTRY."""
    host, _, port = os.environ.get("OLLAMA_HOST", "127.0.0.1:11434").rpartition(":")
    folder = pathlib.Path(os.environ.get("OLLAMA_MODELS") or pathlib.Path.home() / ".ollama" / "models")
    registry = tuple(filter(None, os.environ.get("FAKE_REGISTRY", "").split(","))) or REGISTRY
    web.run_app(create(folder, registry), host=host, port=int(port))


if __name__ == "__main__":
    main()
