"""Runs inside a client pod, out of the runtime's own image: `python3 - WORD ARGUMENTS`. Prints one line of JSON.

post URL [KEY]            posts the file that stands in stdin as base64, with an API key
form URL FIELDS           posts it with further fields, an object in JSON; tells the answer's type, and its body as base64
get URL [KEY]             asks for something small
certificate HOST PORT     the SHA-256 of the certificate that a server shows
upload URL MEBIBYTES      posts so many zeros, and sends on for as long as the server lets it
connect HOST PORT         tries to open a connection for 3 s
traffic URL CLIENTS       posts the file again and again, each time on a new connection, until a second line or the end of stdin
"""

import asyncio
import base64
import collections
import hashlib
import json
import ssl
import sys
import time
from collections.abc import AsyncIterator

import aiohttp

_TIMEOUT = aiohttp.ClientTimeout(total=120)


async def post(url: str, key: str = "") -> dict[str, object]:
    return await _post(url, base64.b64decode(sys.stdin.readline()), key)


async def form(url: str, fields: str) -> dict[str, object]:
    sent = _form(base64.b64decode(sys.stdin.readline()))
    for name, text in json.loads(fields).items():
        sent.add_field(name, text)
    async with _session() as session, session.post(url, data=sent) as answer:
        body = base64.b64encode(await answer.read()).decode()
        return {"status": answer.status, "type": answer.content_type, "body": body}


async def get(url: str, key: str = "") -> dict[str, object]:
    try:
        async with _session() as session, session.get(url, headers=_proof(key)) as answer:
            return {"status": answer.status, "body": await answer.text()}
    except (aiohttp.ClientError, TimeoutError) as error:
        return {"status": type(error).__name__, "body": str(error)}


async def certificate(host: str, port: str) -> dict[str, object]:
    shown = ssl.PEM_cert_to_DER_cert(await asyncio.to_thread(ssl.get_server_certificate, (host, int(port))))
    return {"sha256": hashlib.sha256(shown).hexdigest()}


async def upload(url: str, mebibytes: str) -> dict[str, object]:
    return await _post(url, b"\0" * (int(mebibytes) << 20))


async def connect(host: str, port: str) -> dict[str, object]:
    try:
        async with asyncio.timeout(3):
            await asyncio.open_connection(host, int(port))
    except OSError as error:  # TimeoutError is one
        return {"connected": False, "error": str(error) or type(error).__name__}
    return {"connected": True}


async def traffic(url: str, clients: str) -> dict[str, object]:
    page = base64.b64decode(sys.stdin.readline())
    stop = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, stop.set)
    outcomes: collections.Counter[str] = collections.Counter()
    slowest = 0.0

    async def client() -> None:
        nonlocal slowest
        while not stop.is_set():
            started = time.monotonic()
            answer = await _post(url, page)
            slowest = max(slowest, time.monotonic() - started)
            outcomes[str(answer["status"])] += 1

    await asyncio.gather(*(client() for _ in range(int(clients))))
    return {"outcomes": outcomes, "slowest_seconds": round(slowest, 2)}


async def _post(url: str, content: bytes, key: str = "") -> dict[str, object]:
    try:
        async with _session() as session, session.post(url, data=_form(content), headers=_proof(key)) as answer:
            return {"status": answer.status, "body": await answer.json(content_type=None)}
    except (aiohttp.ClientError, TimeoutError) as error:
        return {"status": type(error).__name__, "body": str(error)}


def _form(content: bytes) -> aiohttp.FormData:
    sent = aiohttp.FormData()
    sent.add_field("file", _chunks(content), filename="page", content_type="application/octet-stream")
    return sent


def _session() -> aiohttp.ClientSession:
    """On new connections, and with no certificate verified: those of the tests are signed by nobody."""
    return aiohttp.ClientSession(timeout=_TIMEOUT, connector=aiohttp.TCPConnector(force_close=True, ssl=False))


def _proof(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"} if key else {}


async def _chunks(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), 1 << 16):
        yield content[start : start + (1 << 16)]


if __name__ == "__main__":
    word, *arguments = sys.argv[1:]
    words = {
        "post": post,
        "form": form,
        "get": get,
        "certificate": certificate,
        "upload": upload,
        "connect": connect,
        "traffic": traffic,
    }
    print(json.dumps(asyncio.run(words[word](*arguments))))
