"""Who sends a request: the name that it goes by, and the API key that it came with. `app` finds out before a body is read."""

import dataclasses
import re
import uuid
from collections.abc import Mapping

from aiohttp import web

from kubeocr_contract import wire
from kubeocr_runtime import errors, keys

_LENGTH = 128
_ALLOWED = "A-Za-z0-9._-"
_NAME = re.compile(rf"[{_ALLOWED}]{{1,{_LENGTH}}}")


@dataclasses.dataclass(frozen=True, slots=True)
class Caller:
    """Names are each key's own: nobody can take another's, or learn that it is taken."""

    request_id: str
    key: keys.Key = keys.NONE


CALLER = web.RequestKey("caller", Caller)


def name(headers: Mapping[str, str]) -> str:
    """The name that a request brings, or a new one where it brings none that is allowed."""
    sent = headers.get(wire.REQUEST_ID, "")
    return sent if _NAME.fullmatch(sent) else uuid.uuid4().hex


def refuse_wrong_name(headers: Mapping[str, str]) -> None:
    """Raises `errors.InvalidField` for a name that is there and not allowed."""
    sent = headers.get(wire.REQUEST_ID)
    if sent is not None and not _NAME.fullmatch(sent):
        raise errors.InvalidField(
            f"{wire.REQUEST_ID}: {sent[:_LENGTH]!r} is not 1 to {_LENGTH} characters of {_ALLOWED}", field=wire.REQUEST_ID
        )
