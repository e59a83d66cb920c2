"""How long requests may take, as an admin may change it while the service runs."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from kubeocr_contract import settings
from kubeocr_runtime import bodies, errors

_REQUEST_TIMEOUT = 300
"""The OCR server's own."""
ALLOWED: Mapping[str, tuple[int, int]] = {
    "request_timeout": settings.RANGES["queue_run_seconds"],
    "queue_timeout": settings.RANGES["queue_wait_seconds"],
    "worker_timeout": settings.RANGES["queue_run_seconds"],
    "polling_interval": (1, 3600),
    "max_retries": (0, 99),
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """In seconds, but for the last; names are the OCR server's."""

    request_timeout: int
    """Of one attempt, where a request does not say it."""
    queue_timeout: int
    """In line."""
    worker_timeout: int
    """The most that a request may say."""
    polling_interval: int = 5
    """After which a client is told to ask again."""
    max_retries: int
    """Attempts after the first, of a request whose worker went away."""

    @classmethod
    def of(cls, chosen: settings.Settings) -> "Timeouts":
        """As the service begins with."""
        return cls(
            request_timeout=min(_REQUEST_TIMEOUT, chosen.queue_run_seconds),
            queue_timeout=chosen.queue_wait_seconds,
            worker_timeout=chosen.queue_run_seconds,
            max_retries=chosen.queue_attempts - 1,
        )

    def json(self) -> dict[str, int]:
        """As the API tells it."""
        return dataclasses.asdict(self)

    def changed(self, body: Mapping[str, Any]) -> "Timeouts":
        """With what a body names. Raises `errors.InvalidField`."""
        unknown = next((name for name in body if name not in ALLOWED), None)
        if unknown is not None:
            raise errors.InvalidField(f"{unknown[:64]}: is not one of {', '.join(ALLOWED)}", field=unknown[:64])
        given = {name: value for name in body if (value := _whole(body, name)) is not None}
        new = dataclasses.replace(self, **given)
        if new.request_timeout > new.worker_timeout:
            message = f"request_timeout: {new.request_timeout} is above worker_timeout, {new.worker_timeout}"
            raise errors.InvalidField(message, field="request_timeout")
        return new


def _whole(body: Mapping[str, Any], name: str) -> int | None:
    if isinstance(body[name], float) and not body[name].is_integer():
        raise errors.InvalidField(f"{name}: {body[name]!r} is no whole number", field=name)
    return bodies.whole(body, name, ALLOWED[name])
