"""Has an Ollama fetch the models that it does not have: `kubeocr models pull`, which a Job runs beside a managed Ollama.

It waits for the server, and tries again what was cut off, where Ollama goes on from what it has; only a model that does not
exist ends it at once. https://github.com/ollama/ollama/blob/main/docs/api.md#pull-a-model
"""

import asyncio
import dataclasses
import functools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

import aiohttp

from kubeocr_runtime import backends

T = TypeVar("T")
_NO_SUCH_MODEL = "file does not exist"
"""Ollama's words for a registry's 404 (server/images.go)."""
_SILENCE_SECONDS = 300
"""Ollama says how far it is all the time while it fetches; to verify 40 GB takes minutes without a word."""
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=_SILENCE_SECONDS)


class NoSuchModel(RuntimeError):
    """A model that no registry has under this name."""


class NotPulled(RuntimeError):
    """Something that another try may mend."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long to try what fails: `longest` seconds for one step, with pauses that double from `first` to `most` seconds."""

    first: float = 1.0
    most: float = 30.0
    longest: float = 600.0


async def pull(url: str, models: Sequence[str], say: Callable[[str], None], patience: Patience = Patience()) -> None:
    """Has the Ollama at a URL fetch models, and says what it does.

    Raises `NoSuchModel`, and `NotPulled` at the end of patience.
    """
    present = await _patiently(functools.partial(_present, url, models), say, patience)
    for model, there in present.items():
        if there:
            say(f"{model} is there")
            continue
        await _patiently(functools.partial(_fetch, url, model, say), say, patience)
        say(f"{model} is pulled")


async def _patiently(step: Callable[[], Awaitable[T]], say: Callable[[str], None], patience: Patience) -> T:
    loop = asyncio.get_running_loop()
    end, pause = loop.time() + patience.longest, patience.first
    while True:
        try:
            return await step()
        except NotPulled as error:
            if loop.time() + pause > end:
                raise
            say(f"{error}; once more in {pause:g} s")
        await asyncio.sleep(pause)
        pause = min(patience.most, pause * 2)


async def _present(url: str, models: Sequence[str]) -> backends.Present:
    try:
        return await backends.ask_ollama(url, tuple(models))
    except backends.Unreachable as error:
        raise NotPulled(str(error)) from None


async def _fetch(url: str, model: str, say: Callable[[str], None]) -> None:
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as session,
            session.post(f"{url.rstrip('/')}/api/pull", json={"model": model}) as answer,
        ):
            await _followed(model, answer, say)
    except (aiohttp.ClientError, OSError) as error:
        raise NotPulled(f"{model}: {error or type(error).__name__}") from None


async def _followed(model: str, answer: aiohttp.ClientResponse, say: Callable[[str], None]) -> None:
    """Says each new line of what Ollama tells, until it tells of success."""
    last = ""
    async for told in _told(answer):
        if problem := told.get("error"):
            raise _problem(model, str(problem), answer.status)
        if told.get("status") != last:
            last = str(told.get("status", ""))
            say(f"{model}: {last}")
    if last != "success":
        raise NotPulled(f"{model}: Ollama ended after {last!r} with status {answer.status}")


async def _told(answer: aiohttp.ClientResponse) -> AsyncIterator[dict[str, Any]]:
    async for line in answer.content:
        try:
            told = json.loads(line)
        except ValueError:
            raise NotPulled(f"Ollama says {line[:200]!r} with status {answer.status}") from None
        if isinstance(told, dict):
            yield told


def _problem(model: str, words: str, status: int) -> Exception:
    """A name that is none is answered with 400, one that the registry does not have in the midst of the answer."""
    if status == HTTPStatus.BAD_REQUEST or _NO_SUCH_MODEL in words:
        return NoSuchModel(f"Ollama finds no model {model}: {words}")
    return NotPulled(f"{model}: {words}")
