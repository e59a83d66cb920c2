"""API keys: files of a folder, one key each, named as the file. `app` asks here before a request's body is read.

The folder is a mounted Secret, which may change at any time: a key that was taken out of it opens nothing any more.
"""

import hashlib
import hmac
import logging
import pathlib
from collections.abc import Mapping

from aiohttp import hdrs

from kubeocr_runtime import errors, folders

LOG = logging.getLogger("kubeocr.keys")
HEADER = "X-API-Key"
SCHEME = "Bearer"


class Keys:
    """Who may send requests."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._watched = folders.Watched(folder)
        self._digests: dict[str, bytes] = {}

    def admit(self, headers: Mapping[str, str]) -> str:
        """The name of the key that a request brings. Raises `errors.Unauthorized`."""
        digests = self._known()
        if not digests:
            raise _refusal("this service has no API keys, so it lets nobody in; its Secret is empty or not there")
        sent = presented(headers)
        if not sent:
            raise _refusal(f"this service wants an API key: send {hdrs.AUTHORIZATION}: {SCHEME} KEY, or {HEADER}: KEY")
        given = [_digest(key) for key in sent]
        # each with each, whatever was found: the time it takes says nothing about a key
        compared = [(name, hmac.compare_digest(digest, each)) for name, digest in digests.items() for each in given]
        right = [name for name, same in compared if same]
        if not right:
            raise _refusal("the API key is none of this service's")
        return right[0]

    def _known(self) -> dict[str, bytes]:
        if self._watched.changed():
            self._digests = _read(self._watched.path)
            LOG.log(
                logging.INFO if self._digests else logging.ERROR,
                "api_keys=%d folder=%s%s",
                len(self._digests),
                self._watched.path,
                "" if self._digests else ": nobody is let in",
            )
        return self._digests


def presented(headers: Mapping[str, str]) -> tuple[str, ...]:
    """The keys that a request's headers have: an OpenAI client sends the one, a gateway may add the other."""
    scheme, _, token = headers.get(hdrs.AUTHORIZATION, "").strip().partition(" ")
    bearer = token.strip() if scheme.casefold() == SCHEME.casefold() else ""
    return tuple(filter(None, (bearer, headers.get(HEADER, "").strip())))


def _read(folder: pathlib.Path) -> dict[str, bytes]:
    """Name -> digest of each key; a file that is empty is none, or an empty header would open the door."""
    found = ((file.name, _content(file)) for file in folders.files(folder))
    return {name: _digest(key) for name, key in found if key}


def _content(file: pathlib.Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="surrogateescape").strip()
    except OSError as e:
        LOG.warning("the API key %s cannot be read: %s", file.name, e.strerror)
        return ""


def _digest(key: str) -> bytes:
    """Of equal length for all keys, so that comparing does not tell how long one is."""
    return hashlib.sha256(key.encode(errors="surrogateescape")).digest()


def _refusal(message: str) -> errors.Unauthorized:
    return errors.Unauthorized(message, headers={hdrs.WWW_AUTHENTICATE: SCHEME})
