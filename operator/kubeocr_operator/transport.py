"""HTTP with the API server: JSON out and in, what goes wrong as one of errors.py. Called by cluster.py only.

The kubernetes library finds the cluster and keeps tokens fresh. Its own requests walk every body several times, so that the
requests themselves go over a session of ours.
"""

import asyncio
import contextlib
import dataclasses
import json
import urllib.parse
import urllib.request
from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping
from typing import Any

import aiohttp
from kubernetes.aio import client as api

from kubeocr_operator import errors

Object = Mapping[str, Any]
JSON = "application/json"
_TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10)
_KEEP_SECONDS = 60.0
"""Less than the API server keeps a connection that is idle: a TLS handshake costs more than any request."""
_LONGEST_EVENT = 2**22
"""Bytes. An object has 1.5 MiB at most in etcd, and a line of a watch is one event."""
_UNAVAILABLE = frozenset({401, 408, 429, 500, 502, 503, 504})
_UNTYPED = "failed to create typed patch object"
"""How an API server (1.36) answers an apply with a field that its schema lacks: with 500, though asking again will not help."""


def proxy(server: str) -> str | None:
    """The proxy that the environment names for an address."""
    parts = urllib.parse.urlsplit(server)
    if not parts.hostname or urllib.request.proxy_bypass(parts.hostname):
        return None
    return urllib.request.getproxies().get(parts.scheme)


class Missing(errors.Refused):
    """404."""


class Invalid(errors.Refused):
    """422."""


class Expired(errors.Unavailable):
    """410: the API server no longer knows the resourceVersion or the rest of a listing."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What is asked for."""

    method: str
    path: str
    query: Mapping[str, str] = dataclasses.field(default_factory=dict)
    body: Object | None = None
    content_type: str = JSON
    timeout: aiohttp.ClientTimeout = _TIMEOUT
    begin_seconds: float | None = None
    """After which an answer that has not begun never will: the connection, kept from an earlier request, may be a dead one."""


class Transport:
    """A session with the API server that a client of the library is configured for. Needs a running event loop."""

    def __init__(self, client: api.ApiClient) -> None:
        self._configuration = client.configuration
        self._server = str(client.configuration.host).rstrip("/")
        self._proxy = client.configuration.proxy
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=client.rest_client.ssl_context, keepalive_timeout=_KEEP_SECONDS),
            headers={"User-Agent": client.user_agent, "Accept": JSON, "Accept-Encoding": "identity"},
            timeout=_TIMEOUT,
            read_bufsize=_LONGEST_EVENT,
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def close(self) -> None:
        """Ends all connections."""
        await self._session.close()

    async def ask(self, request: Request) -> Object:
        """The answer to a request. Raises `Unavailable`, `Refused` or `Conflict`."""
        with _translated(request):
            async with self._sent(request) as response:
                return _parsed(await response.read(), request)

    @contextlib.asynccontextmanager
    async def lines(self, request: Request) -> AsyncIterator[AsyncIterable[bytes]]:
        """The lines of an answer as they arrive. Raises as `ask` does, on the way as well."""
        with _translated(request):
            async with self._sent(request) as response:
                yield response.content

    @contextlib.asynccontextmanager
    async def _sent(self, request: Request) -> AsyncIterator[aiohttp.ClientResponse]:
        headers = {**await self._credentials(), "Content-Type": request.content_type}
        async with asyncio.timeout(request.begin_seconds):
            response = await self._session.request(
                request.method,
                self._server + request.path,
                params=request.query,
                data=None if request.body is None else json.dumps(request.body),
                headers=headers,
                proxy=self._proxy,
                timeout=request.timeout,
                server_hostname=self._configuration.tls_server_name,
            )
        async with response:
            if response.status >= 400:
                raise _refusal(response, await response.read())
            yield response

    async def _credentials(self) -> dict[str, str]:
        """A token as it is now; none where a client certificate does."""
        found = (await self._configuration.auth_settings()).get("BearerToken")
        return {} if found is None else {"Authorization": found["value"]}


@contextlib.contextmanager
def _translated(request: Request) -> Any:
    try:
        yield
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        said = str(error) or type(error).__name__
        raise errors.Unavailable(f"{request.method} {request.path}: {said}") from error


def _parsed(body: bytes, request: Request) -> Object:
    try:
        found: Object = json.loads(body)
    except ValueError as error:
        raise errors.Unavailable(f"{request.method} {request.path}: no JSON: {body[:200]!r}") from error
    return found


def _refusal(response: aiohttp.ClientResponse, body: bytes) -> errors.OperatorError:
    message = _message(response, body)
    if (kind := _REFUSALS.get(response.status)) is not None:
        return kind(message)
    if response.status in _UNAVAILABLE and not message.startswith(_UNTYPED):
        return errors.Unavailable(message, retry_after=_retry_after(response))
    return errors.Refused(message)


_REFUSALS: Mapping[int, Callable[[str], errors.OperatorError]] = {
    404: Missing,
    409: errors.Conflict,
    410: Expired,
    422: Invalid,
}


def _message(response: aiohttp.ClientResponse, body: bytes) -> str:
    """What the server said: the message of a Status object, or the first words of something else."""
    try:
        return str(json.loads(body)["message"])
    except (KeyError, TypeError, ValueError):
        return f"{response.status} {response.reason}: {body[:200].decode(errors='replace')}"


def _retry_after(response: aiohttp.ClientResponse) -> float:
    try:
        return float(response.headers.get("Retry-After", 0))
    except ValueError:
        return 0.0
