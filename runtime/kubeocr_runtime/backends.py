"""Whether the other servers that the settings name answer, asked now and then beside the reading: `GET /status` tells it.

Nothing waits for them: pages are read whether they are there or not.
"""

import asyncio
import contextlib
import dataclasses
import datetime as dt
import importlib.util
import json
import logging
import pathlib
import urllib.parse
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

import aiohttp
from aiohttp import hdrs

from kubeocr_contract import report, settings
from kubeocr_runtime import keys

LOG = logging.getLogger("kubeocr.backends")
EVERY_SECONDS = 15.0
TIMEOUT_SECONDS = 3.0
_BODY_BYTES = 4 * 2**20
"""Of a list of models: a kilobyte a model is usual."""

Present = Mapping[str, bool]
Question = Callable[[], Awaitable[Present]]
"""Asks a backend for the models that are wanted of it. Raises `Unreachable`."""


NO_SHARED_STORE = "jobs stay in the pod that takes them: no store for their documents is named that all pods reach"


class Unreachable(RuntimeError):
    """A backend that does not answer as it should; the message says why, and nothing secret."""


@dataclasses.dataclass(slots=True)
class Watch:
    """What is known of each backend."""

    questions: Mapping[str, Question]
    """Field of `report.Backends` -> what is asked."""
    found: report.Backends
    notes: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Likewise -> what is said of one that answers well."""

    @classmethod
    def of(cls, chosen: settings.Settings) -> "Watch":
        """All that the settings name."""
        asked = questions(chosen)
        notes = {} if chosen.queue_store_url else {"queue": NO_SHARED_STORE}
        return cls(asked, report.Backends(**{name: report.Backend(configured=True) for name in asked}), notes)

    async def run(self) -> None:
        """Ask each every EVERY_SECONDS until cancelled."""
        async with asyncio.TaskGroup() as group:
            for name in self.questions:
                group.create_task(self._keep_asking(name))

    async def ask(self, name: str) -> None:
        """Ask one backend now, for at most TIMEOUT_SECONDS, and note what it says."""
        before: report.Backend = getattr(self.found, name)
        after = await answered(self.questions[name], self.notes.get(name, ""))
        if (before.good, before.message) != (after.good, after.message):
            LOG.log(logging.INFO if after.good else logging.WARNING, "%s %s", name, after.message or "is there")
        self.found = dataclasses.replace(self.found, **{name: after})

    async def _keep_asking(self, name: str) -> None:
        while True:
            await self.ask(name)
            await asyncio.sleep(EVERY_SECONDS)


def questions(chosen: settings.Settings) -> Mapping[str, Question]:
    """What is to be asked, by the names that `report.Backends` has; nothing of what the settings do not name."""
    asked: dict[str, Question] = {}
    if chosen.llm_url:
        asked["llm"] = lambda: ask_ollama(chosen.llm_url, wanted(chosen.llm_model, chosen.llm_vision_model))
    if chosen.vlm_url:
        asked["vlm"] = lambda: ask_openai(chosen.vlm_url, wanted(chosen.vlm_model), chosen.vlm_api_key_file)
    if chosen.queue_redis_url_file:
        asked["queue"] = lambda: ask_redis(chosen.queue_redis_url_file)
    return asked


async def answered(question: Question, note: str = "") -> report.Backend:
    """What a question came to, with a note where all is well. Raises nothing: a backend may answer anything at all."""
    present: Present = {}
    message = ""
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            present = await question()
    except TimeoutError:
        message = f"no answer within {TIMEOUT_SECONDS:g} s"
    except Unreachable as e:
        message = str(e)
    reachable = not message
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return report.Backend(
        configured=True,
        reachable=reachable,
        models_present=present,
        message=message or _lacking(present) or note,
        checked_at=now,
    )


def wanted(*models: str) -> tuple[str, ...]:
    """Names that are set, each once."""
    return tuple(dict.fromkeys(filter(None, models)))


async def ask_ollama(url: str, models: tuple[str, ...]) -> Present:
    """Which models an Ollama has: https://github.com/ollama/ollama/blob/main/docs/api.md#list-local-models."""
    body = await _get_json(under(url, "/api/tags"))
    have = _named(body, "models", "name")
    # a name without a tag means this tag
    return {model: (model if ":" in model else f"{model}:latest") in have for model in models}


async def ask_openai(url: str, models: tuple[str, ...], key_file: str = "") -> Present:
    """Which models a server of OpenAI's API has: https://platform.openai.com/docs/api-reference/models/list."""
    headers = {str(hdrs.AUTHORIZATION): f"{keys.SCHEME} {secret(key_file)}"} if key_file else {}
    body = await _get_json(under(url, "/v1/models"), headers)
    have = _named(body, "data", "id")
    return {model: model in have for model in models}


async def ask_redis(url_file: str) -> Present:
    """Whether a Redis answers PING."""
    if importlib.util.find_spec("redis") is None:
        raise Unreachable("the package redis is not installed here")
    from redis import asyncio as redis  # noqa: PLC0415 (who has no queue of this kind does not pay for it)
    from redis import exceptions  # noqa: PLC0415

    try:
        client = redis.Redis.from_url(secret(url_file))
    except ValueError:  # whose text may have a part of the password
        raise Unreachable(f"{url_file} holds no URL of a Redis (redis://, rediss:// or unix://)") from None
    async with contextlib.aclosing(client):
        try:
            await client.ping()
        except (exceptions.RedisError, OSError) as e:
            raise Unreachable(str(e) or type(e).__name__) from None
    return {}


def shown(url: str) -> str:
    """A URL without whatever secret stands before its host or in its query."""
    parts = urllib.parse.urlsplit(url)
    return urllib.parse.urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


async def _get_json(url: str, headers: Mapping[str, str] | None = None) -> object:
    try:
        async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
            if response.status != HTTPStatus.OK:
                raise Unreachable(f"{shown(url)} answers {response.status}")
            return json.loads(await _body(response.content, url))
    except (aiohttp.ClientError, OSError) as e:
        raise Unreachable(f"{shown(url)} cannot be asked: {reason(e)}") from None
    except (ValueError, RecursionError):  # the latter: brackets within brackets
        raise Unreachable(f"{shown(url)} answers with something other than JSON") from None


async def _body(content: aiohttp.StreamReader, url: str) -> bytes:
    data = bytearray()
    async for chunk in content.iter_any():
        data += chunk
        if len(data) > _BODY_BYTES:
            raise Unreachable(f"{shown(url)} answers with more than {_BODY_BYTES} bytes")
    return bytes(data)


def reason(error: Exception) -> str:
    """Without the URL, which some of aiohttp's errors repeat with the password in it."""
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    return cause.strerror or type(error).__name__ if isinstance(cause, OSError) else type(error).__name__


def _named(body: object, items: str, key: str) -> frozenset[str]:
    """The names in a list of models; none where the answer is of another shape."""
    found = body.get(items) if isinstance(body, dict) else None
    listed = found if isinstance(found, list) else []
    return frozenset(name for item in listed if isinstance(item, dict) and isinstance(name := item.get(key), str))


def under(url: str, path: str) -> str:
    """A path of a server, whether its URL was given with OpenAI's /v1 or without."""
    parts = urllib.parse.urlsplit(url)
    return parts._replace(path=parts.path.rstrip("/").removesuffix("/v1") + path).geturl()


def secret(file: str) -> str:
    """Read each time: a mounted Secret changes under a running process."""
    try:
        return pathlib.Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as e:
        raise Unreachable(f"{file} cannot be read: {e.strerror if isinstance(e, OSError) else 'it is no text'}") from None


def _lacking(present: Present) -> str:
    missing = [name for name, there in present.items() if not there]
    return f"it answers, and has no model {', '.join(missing)}" if missing else ""
