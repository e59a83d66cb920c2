"""Those who share a service, by the names of their API keys: who was given less of the engine is next. Pure; `schedule` asks.

Within a tenant requests share as `schedule` has it. A service without API keys has one tenant, the empty name.
"""

import collections

CREDIT = 20_000_000
"""Pixels: who left the engine to others gets up to so much of it back before them, some five pages of 300 dpi."""
_NEAR = 60_000
"""Pixels: who was given no more than this beyond another comes as good as level with them; a line or two of text."""


class Tenants:
    """What each of them was given."""

    def __init__(self) -> None:
        self._given: dict[str, float] = {}
        self._requests: collections.Counter[str] = collections.Counter()
        """That wait or are being done."""
        self._level = 0.0
        """What one would have been given that had always something to do."""

    def enter(self, tenant: str) -> None:
        """A request of theirs has something to do."""
        if not self._requests[tenant]:
            self._given[tenant] = max(self._given.get(tenant, 0.0), self._level - CREDIT)
        self._requests[tenant] += 1

    def leave(self, tenant: str) -> None:
        """It has nothing more. Who has all the credit that there is may be forgotten."""
        self._requests[tenant] -= 1
        if not self._requests[tenant]:
            del self._requests[tenant]
            least = self._level - CREDIT
            self._given = {name: given for name, given in self._given.items() if name in self._requests or given > least}

    def charge(self, tenant: str, pixels: int) -> None:
        """They are given so much, having entered."""
        self._given[tenant] += pixels
        self._level += pixels / len(self._requests)

    def given(self, tenant: str) -> float:
        """Pixels, to be compared with others'; of those who entered."""
        return self._given[tenant]

    def is_level(self, tenant: str, other: str) -> bool:
        """Whether the first, who was given more, was hardly given more than the other."""
        return self._given[tenant] - self._given[other] <= _NEAR
