"""API keys: files of a folder, one key each, named as the file. `app` asks here before a request's body is read.

The folder is a mounted Secret, which may change at any time: a key that was taken out of it opens nothing any more. A file has
the key itself, or YAML with its SHA-256 and what it may do. A digest with no salt and no stretching is enough for keys that are
drawn at random, as by `kubeocr keys new`: nobody guesses 256 bits.
"""

import dataclasses
import hashlib
import hmac
import logging
import pathlib
import re
from collections.abc import Mapping

import yaml
from aiohttp import hdrs

from kubeocr_runtime import errors, folders, quotas

LOG = logging.getLogger("kubeocr.keys")
HEADER = "X-API-Key"
SCHEME = "Bearer"
DIGEST = "sha256"
_HEX = re.compile("[0-9a-f]{64}")


@dataclasses.dataclass(frozen=True, slots=True)
class Key:
    """Whose a request is, and what that one may do. Keys of one name are the same, whatever their Secret allows meanwhile."""

    name: str = ""
    """Of the file; empty where the service has no keys."""
    admin: bool = dataclasses.field(default=False, compare=False)
    quota: quotas.Quota = dataclasses.field(default=quotas.Quota(), compare=False)


NONE = Key()
"""Of a service that has none: all its callers are one."""
AMOUNTS = {
    "requests_per_minute": "requestsPerMinute",
    "concurrent_requests": "concurrentRequests",
    "pages_per_day": "pagesPerDay",
}
"""Of a quota -> as an entry has it."""
_ENTRY = (DIGEST, "admin", *AMOUNTS.values())


class Keys:
    """Who may send requests."""

    def __init__(self, folder: pathlib.Path) -> None:
        self._watched = folders.Watched(folder)
        self._keys: dict[Key, bytes] = {}

    def admit(self, headers: Mapping[str, str]) -> Key:
        """The key that a request brings. Raises `errors.Unauthorized`."""
        known = self._known()
        if not known:
            raise _refusal("this service has no API keys, so it lets nobody in; its Secret is empty or not there")
        sent = presented(headers)
        if not sent:
            raise _refusal(f"this service wants an API key: send {hdrs.AUTHORIZATION}: {SCHEME} KEY, or {HEADER}: KEY")
        given = [_digest(key) for key in sent]
        # each with each, whatever was found: the time it takes says nothing about a key
        compared = [(key, hmac.compare_digest(digest, each)) for key, digest in known.items() for each in given]
        right = [key for key, same in compared if same]
        if not right:
            raise _refusal("the API key is none of this service's")
        return right[0]

    def named(self, name: str) -> Key:
        """The key of a name, as its Secret has it now; with no quota where there is none any more."""
        return next((key for key in self._known() if key.name == name), Key(name))

    def _known(self) -> dict[Key, bytes]:
        if self._watched.changed():
            self._keys = _read(self._watched.path)
            LOG.log(
                logging.INFO if self._keys else logging.ERROR,
                "api_keys=%d folder=%s%s",
                len(self._keys),
                self._watched.path,
                "" if self._keys else ": nobody is let in",
            )
        return self._keys


def presented(headers: Mapping[str, str]) -> tuple[str, ...]:
    """The keys that a request's headers have: an OpenAI client sends the one, a gateway may add the other."""
    scheme, _, token = headers.get(hdrs.AUTHORIZATION, "").strip().partition(" ")
    bearer = token.strip() if scheme.casefold() == SCHEME.casefold() else ""
    return tuple(filter(None, (bearer, headers.get(HEADER, "").strip())))


def _read(folder: pathlib.Path) -> dict[Key, bytes]:
    """Each key and its digest; a file that is empty is none, or an empty header would open the door."""
    found: dict[Key, bytes] = {}
    for file in folders.files(folder):
        if content := _content(file):
            try:
                found.update([parse(file.name, content)])
            except ValueError as e:
                LOG.error("the API key %s opens nothing: %s", file.name, e)  # noqa: TRY400  the message has all there is
    return found


def parse(name: str, content: str) -> tuple[Key, bytes]:
    """A file's key and its digest. Raises `ValueError` for YAML that is none, or not of a key."""
    if not re.search(rf"^{DIGEST}\s*:", content, re.MULTILINE):
        return Key(name), _digest(content)
    entry = _mapping(content)
    if unknown := sorted(set(entry) - set(_ENTRY)):
        raise ValueError(f"{unknown[0]}: no such field; there are {', '.join(_ENTRY)}")
    if not _HEX.fullmatch(digest := entry[DIGEST].lower()):
        raise ValueError(f"{DIGEST}: 64 hexadecimal digits are wanted, the SHA-256 of the key (kubeocr keys new makes one)")
    admin = entry.get("admin", "false")
    if admin not in {"true", "false"}:
        raise ValueError(f"admin: {admin!r} is neither true nor false")
    quota = quotas.Quota(**{field: _amount(entry, told) for field, told in AMOUNTS.items()})
    return Key(name, admin == "true", quota), bytes.fromhex(digest)


def _mapping(content: str) -> dict[str, str]:
    """Scalars stay text: to YAML a digest may be a number."""
    try:
        entry = yaml.load(content, Loader=yaml.BaseLoader)  # noqa: S506  it makes nothing but text, lists and mappings
    except yaml.YAMLError as e:
        raise ValueError(f"it is no YAML: {str(e).splitlines()[0]}") from None
    if not isinstance(entry, dict) or not all(isinstance(part, str) for pair in entry.items() for part in pair):
        raise ValueError(f"lines of FIELD: VALUE are wanted; fields are {', '.join(_ENTRY)}")
    return entry


def _amount(entry: Mapping[str, str], field: str) -> int | None:
    amount = entry.get(field)
    if amount is None:
        return None
    if not re.fullmatch("[1-9][0-9]{0,11}", amount):
        raise ValueError(f"{field}: {amount!r} is no whole number from 1 on")
    return int(amount)


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
