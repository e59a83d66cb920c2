"""Clients that say that they are there. Each pod knows those that it heard itself; their requests are the ledger's."""

import dataclasses

from kubeocr_contract import jobs

_MOST = 10_000
"""That are remembered: who was heard longest ago is forgotten first."""
_PRESENT_SECONDS = 300.0
"""For so long a client counts as there after it was heard of last."""
ACTIVE, INACTIVE, DISCONNECTED = "active", "inactive", "disconnected"


@dataclasses.dataclass(frozen=True, slots=True)
class Client:
    """Times are seconds since the epoch."""

    first: float
    last: float
    left: bool = False

    def status(self, now: float) -> str:
        """In a word."""
        if self.left:
            return DISCONNECTED
        return ACTIVE if now - self.last < _PRESENT_SECONDS else INACTIVE


class Clients:
    """By the API key's name, and what they call themselves: nobody sees another's."""

    def __init__(self) -> None:
        self._heard: dict[tuple[str, str], Client] = {}

    def hear(self, key: str, name: str, now: float) -> None:
        """It is there."""
        before = self._heard.pop((key, name), None)
        first = before.first if before and not before.left else now
        self._remember(key, name, Client(first, now))

    def leave(self, key: str, name: str, now: float) -> None:
        """It has gone."""
        before = self._heard.pop((key, name), Client(now, now))
        self._remember(key, name, dataclasses.replace(before, left=True))

    def find(self, key: str, name: str) -> Client | None:
        """None for one that was never heard here."""
        return self._heard.get((key, name))

    def _remember(self, key: str, name: str, client: Client) -> None:
        self._heard[key, name] = client
        if len(self._heard) > _MOST:
            del self._heard[next(iter(self._heard))]


def told(name: str, client: Client | None, active: int, total: int, now: float) -> dict[str, object]:
    """A client as the API tells it; one that was never heard of has requests, at least."""
    return {
        "client_id": name,
        "status": client.status(now) if client else ACTIVE if active else INACTIVE,
        "last_heartbeat": jobs.moment(client.last) if client else None,
        "active_requests": active,
        "total_requests": total,
        "connection_established": jobs.moment(client.first) if client else None,
    }
