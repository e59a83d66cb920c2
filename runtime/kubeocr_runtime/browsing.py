"""What a browser gets at `/`: a page to try the service with, and that page's files. Programs get links there."""

import dataclasses
import gzip
import hashlib
import importlib.resources
import types
from collections.abc import Mapping

from aiohttp import hdrs, web

from kubeocr_contract import names, wire

ROOT = "/"
FILES = "/page/{name}"
OPEN = frozenset({ROOT, FILES})
"""Routes that tell nothing of any document, and need no API key: what the page then asks for does."""
_INDEX = "index.html"
_MEDIA = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
# Everything comes from here; the page itself makes pictures of documents. Nothing may be evaluated, framed or sent elsewhere.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    # a browser asks whether a file is as it was: scripts of two releases must not meet
    hdrs.CACHE_CONTROL: "no-cache",
}


@dataclasses.dataclass(frozen=True, slots=True)
class _File:
    """A file as it is sent."""

    media: str
    plain: bytes
    packed: bytes
    tag: str


def routes() -> list[web.RouteDef]:
    """The page and its files, read once."""
    found = _read()

    async def index(request: web.Request) -> web.Response:
        accepted = request.headers.get(hdrs.ACCEPT, "")
        answer = _answer(found[_INDEX], request) if _MEDIA["html"] in accepted else web.json_response(_links())
        answer.headers.add(hdrs.VARY, hdrs.ACCEPT)
        return answer

    async def file(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in found:
            raise web.HTTPNotFound
        return _answer(found[name], request)

    return [web.get(ROOT, index), web.get(FILES, file)]


def _read() -> Mapping[str, _File]:
    folder = importlib.resources.files("kubeocr_runtime") / "page"
    kinds = {entry.name: entry.name.rpartition(".")[2] for entry in folder.iterdir()}
    return types.MappingProxyType({
        name: _file(_MEDIA[kind], (folder / name).read_bytes()) for name, kind in kinds.items() if kind in _MEDIA
    })  # fmt: skip


def _file(media: str, content: bytes) -> _File:
    return _File(media, content, gzip.compress(content, mtime=0), hashlib.sha256(content).hexdigest()[:16])


def _answer(file: _File, request: web.Request) -> web.Response:
    headers = {**_HEADERS, hdrs.ETAG: f'"{file.tag}"', hdrs.VARY: hdrs.ACCEPT_ENCODING}
    if any(tag.value in {file.tag, "*"} for tag in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    packed = "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, "")
    return web.Response(
        body=file.packed if packed else file.plain,
        content_type=file.media,
        charset="utf-8",
        headers={**headers, hdrs.CONTENT_ENCODING: "gzip"} if packed else headers,
    )


def _links() -> dict[str, object]:
    """Where a program goes on from here."""
    links = {"docs": names.DOCS, "redoc": names.REDOC, "openapi": names.OPENAPI, "languages": names.LANGUAGES}
    return {"service": "KubeOCR", "read": [route.path for route in wire.OCR_ROUTES], **links}
