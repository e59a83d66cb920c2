"""What a webhook is told, how it is signed, and when it is told once more. Pure; `messenger` sends."""

import dataclasses
import hashlib
import hmac
import json
import random
import re
import urllib.parse
from collections.abc import Callable

from kubeocr_contract import jobs, names, settings
from kubeocr_runtime import errors, forms, hosts
from kubeocr_runtime.jobs import orders

FIELD = "webhook"
SIGNATURE = "X-KubeOCR-Signature"
"""Header: `t=SECONDS,v1=HEX`, the HMAC-SHA256 of `SECONDS.BODY` under the secret."""
DELIVERY = "X-KubeOCR-Delivery"
"""Header: the same each time that one end is told of."""
ATTEMPTS = 8
_FIRST_SECONDS, _MOST_SECONDS = 2.0, 300.0
_LONGEST = 2048


@dataclasses.dataclass(frozen=True, slots=True)
class Note:
    """What is known of one webhook, as it is kept beside its request."""

    attempts: int = 0
    at: float = 0.0
    """Of the last attempt, in seconds since the epoch."""
    over: bool = False
    """It was told, or is given up."""

    def to_bytes(self) -> bytes:
        """As `of` takes it."""
        return json.dumps(dataclasses.asdict(self)).encode()

    @classmethod
    def of(cls, data: bytes) -> "Note":
        """Raises `ValueError`, `TypeError` for what `to_bytes` did not make."""
        return cls(**json.loads(data))

    def free(self, now: float) -> bool:
        """Whether whoever tried last has had the time to try again, and has not: another one may."""
        return not self.over and now - self.at > 2 * _MOST_SECONDS


def parse(url: str, chosen: settings.Settings) -> str:
    """A webhook as a request names it; empty where it names none. Raises `errors.InvalidField`."""
    if not url:
        return ""
    if not chosen.webhook_hosts or not chosen.signing_secret_file:
        raise _refused("this service tells no webhooks; it needs hosts that are allowed, and a secret to sign with")
    if not hosts.allows(chosen.webhook_hosts, url):
        raise _refused(f"{url[: forms.SHOWN]!r} is none of the servers that are allowed: {', '.join(chosen.webhook_hosts)}")
    if len(url) > _LONGEST or not re.fullmatch(r"[\x21-\x7e]+", url) or "@" in urllib.parse.urlsplit(url).netloc:
        raise _refused(f"a URL of at most {_LONGEST} visible characters of ASCII with no user in it is needed")
    return url


def body(job: orders.Job) -> bytes:
    """JSON of a request's end: that it is over and how, and where the rest can be asked for. Nothing of the document."""
    over = job.ended if job.ended is not None else job.created
    told = {
        "event": f"request.{job.state}",
        "request_id": job.order.id,
        "status": job.state,
        "client_id": job.order.client or None,
        "created_at": jobs.moment(job.created),
        "completed_at": jobs.moment(over),
        "error": {"code": job.fault.code, "message": job.fault.message} if job.fault else None,
        "request_url": f"{names.REQUESTS}/{job.order.id}",
    }
    return json.dumps(told).encode()


def signature(secret: str, seconds: int, content: bytes) -> str:
    """The header's value, of what is sent at this moment (since the epoch)."""
    return f"t={seconds},v1={hmac.new(secret.encode(), f'{seconds}.'.encode() + content, hashlib.sha256).hexdigest()}"


def pause(attempts: int, chance: Callable[[], float] = random.random) -> float:
    """Seconds until the next attempt after so many: a limit that doubles, and half of it by chance, so that those who failed
    together do not come together.
    """
    limit: float = min(_MOST_SECONDS, _FIRST_SECONDS * 2.0 ** (attempts - 1))
    return limit * (0.5 + chance() / 2)


def _refused(why: str) -> errors.InvalidField:
    return errors.InvalidField(f"{FIELD}: {why}", field=FIELD)
