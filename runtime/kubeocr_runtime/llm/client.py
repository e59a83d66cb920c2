"""Asks language models: within a time, a few times where that may help, and not at all where a server was away just now.

What goes wrong is `errors.LlmUnavailable` or `errors.BadLlmAnswer`; no message or log has a key in it.
"""

import asyncio
import contextlib
import dataclasses
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from http import HTTPStatus
from typing import TypeVar

import aiohttp
from aiohttp import hdrs, http_exceptions

from kubeocr_runtime import backends, errors, keys
from kubeocr_runtime.llm import questions, retries

LOG = logging.getLogger("kubeocr.llm")
PATH = "/v1/chat/completions"
T = TypeVar("T")
_AT_ONCE = 8
"""Questions of one pod: servers answer a few at a time, and what waits there may run out of its time there."""
_CONNECT_SECONDS = 5
_BODY_BYTES = 4 * 2**20
_LINE_BYTES = 2**20
_BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which the same question may be answered."""
_EVENT = b"data:"
_DONE = b"[DONE]"


class _Failed(Exception):
    """A try that came to nothing. `again`: another may help; `after`: seconds for which the server asks."""

    def __init__(self, why: str, *, again: bool, after: float = 0.0) -> None:
        super().__init__(why)
        self.again, self.after = again, after


@dataclasses.dataclass(slots=True)
class Client:
    """What all requests share. Lives on the event loop's thread only."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _session: aiohttp.ClientSession | None = None
    _breakers: dict[str, retries.Breaker] = dataclasses.field(default_factory=dict)
    _room: asyncio.Semaphore = dataclasses.field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    async def ask(self, server: questions.Server, question: questions.Question) -> questions.Piece:
        """The answer in one piece. Raises `errors.LlmUnavailable`, `errors.BadLlmAnswer`."""
        body = question.body(stream=False)

        async def attempt() -> bytes:
            async with self._posted(server, body) as response:
                return await _read(response)

        async with self._room:
            answer = await self._persistently(server, attempt)
        try:
            return questions.parse(answer)
        except questions.NoAnswer as e:
            raise errors.BadLlmAnswer(f"{backends.shown(server.url)} answers with {e}") from None

    async def stream(self, server: questions.Server, question: questions.Question) -> AsyncGenerator[questions.Piece, None]:
        """The answer bit by bit; to be closed by whoever does not want the rest. Raises likewise, in its middle too."""
        body = question.body(stream=True)
        async with self._room, contextlib.AsyncExitStack() as held:
            response = await self._persistently(server, lambda: held.enter_async_context(self._posted(server, body)))
            try:
                with _told(server):
                    async for piece in _pieces(response):
                        yield piece
            except questions.NoAnswer as e:
                raise errors.BadLlmAnswer(f"{backends.shown(server.url)} answers with {e}") from None
            except _Failed as e:
                self._breaker(server).failed()
                raise _unavailable(server, e) from None

    def refuse_if_away(self, server: questions.Server) -> None:
        """For whoever has work to do before it asks. Raises `errors.LlmUnavailable`."""
        breaker = self._breaker(server)
        if breaker.failures >= retries.FAILURES and breaker.closed_until > self.clock():
            raise _resting(server, breaker.closed_until - self.clock())

    async def close(self) -> None:
        """Nobody is asked any more."""
        if self._session is not None:
            await self._session.close()

    async def _persistently(self, server: questions.Server, attempt: Callable[[], Awaitable[T]]) -> T:
        breaker = self._breaker(server)
        for delay in (*retries.delays(), None):
            if left := breaker.left():
                raise _resting(server, left)
            try:
                answer = await attempt()
            except _Failed as e:
                breaker.failed()
                LOG.warning("llm=%s failed: %s", backends.shown(server.url), e)
                if delay is None or not e.again:
                    raise _unavailable(server, e) from None
                await self.sleep(max(delay, e.after))
            else:
                breaker.answered()
                return answer
        raise AssertionError("the last try either answers or raises")

    def _breaker(self, server: questions.Server) -> retries.Breaker:
        return self._breakers.setdefault(server.url, retries.Breaker(self.clock))

    @contextlib.asynccontextmanager
    async def _posted(self, server: questions.Server, body: dict[str, object]) -> AsyncIterator[aiohttp.ClientResponse]:
        """The response, if it is one. Raises `_Failed`, `errors.LlmUnavailable`, `errors.BadLlmAnswer`."""
        limit = aiohttp.ClientTimeout(total=server.seconds, sock_connect=_CONNECT_SECONDS)
        headers = {str(hdrs.AUTHORIZATION): f"{keys.SCHEME} {server.key}"} if server.key else {}
        with _told(server):
            session = self._opened()
            # a redirect would take document and key to whomever the server names
            asking = session.post(
                backends.under(server.url, PATH), json=body, headers=headers, timeout=limit, allow_redirects=False
            )
            async with asking as response:
                if response.status != HTTPStatus.OK:
                    raise _refused(server, response, await _read(response))
                yield response

    def _opened(self) -> aiohttp.ClientSession:
        """Made where it is first needed, by when there is a loop."""
        if self._session is None:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), read_bufsize=_LINE_BYTES)
        return self._session


@contextlib.contextmanager
def _told(server: questions.Server) -> Iterator[None]:
    """What aiohttp raises, as a try that failed."""
    try:
        yield
    except TimeoutError as e:
        slow = not isinstance(e, aiohttp.ConnectionTimeoutError)
        why = f"no answer within {server.seconds} s" if slow else f"no connection within {_CONNECT_SECONDS} s"
        raise _Failed(why, again=not slow) from None
    except http_exceptions.LineTooLong:
        raise _Failed(f"answers with a line of more than {_LINE_BYTES} bytes", again=False) from None
    except (aiohttp.ClientError, OSError, ValueError) as e:
        raise _Failed(f"cannot be asked: {backends.reason(e)}", again=True) from None


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > _BODY_BYTES:
            raise _Failed(f"answers with more than {_BODY_BYTES} bytes", again=False)
    return bytes(body)


async def _pieces(response: aiohttp.ClientResponse) -> AsyncIterator[questions.Piece]:
    """https://html.spec.whatwg.org/multipage/server-sent-events.html, as far as such servers use it."""
    finished = False
    async for line in response.content:
        event = line.strip()
        if not event.startswith(_EVENT):
            continue
        data = event.removeprefix(_EVENT).strip()
        if data == _DONE:
            return
        piece = questions.parse(data, "delta")
        finished = finished or bool(piece.finish)
        yield piece
    if not finished:
        raise _Failed("broke off in the middle of its answer", again=False)


def _refused(server: questions.Server, response: aiohttp.ClientResponse, body: bytes) -> Exception:
    """An answer that is none."""
    status, shown = response.status, backends.shown(server.url)
    if status in _BUSY:
        return _Failed(f"answers {status}", again=True, after=retries.asked_for(response.headers.get(hdrs.RETRY_AFTER)))
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:  # whose message may repeat the key
        return errors.LlmUnavailable(f"{shown} answers {status}: it wants another API key")
    why = questions.refusal(body)
    why = why.replace(server.key, "…") if server.key else why
    if status == HTTPStatus.NOT_FOUND:
        return errors.LlmUnavailable(f"{shown} answers 404: {why}")
    return errors.BadLlmAnswer(f"{shown} answers {status}: {why}")


def _unavailable(server: questions.Server, error: _Failed) -> errors.LlmUnavailable:
    after = errors.retry_after(error.after or 1)
    return errors.LlmUnavailable(f"{backends.shown(server.url)} {_verb(error)}", headers=after)


def _verb(error: _Failed) -> str:
    return str(error) if str(error).startswith(("answers", "cannot", "broke")) else f"gives {error}"


def _resting(server: questions.Server, left: float) -> errors.LlmUnavailable:
    message = f"{backends.shown(server.url)} has failed {retries.FAILURES} times in a row; it is asked again in {left:.0f} s"
    return errors.LlmUnavailable(message, headers=errors.retry_after(left))
