"""What an API key may ask for: so many requests a minute, so many at once, so many pages a day. `visits` asks.

Each pod counts by itself. Lives on the event loop's thread only.
"""

import contextlib
import dataclasses
import datetime as dt
import time
from collections.abc import Callable, Iterator

from kubeocr_runtime import errors

_BURST_SECONDS = 10
"""A client that was quiet may send at once what it may send in so much time."""
_DAY = dt.timedelta(days=1)


@dataclasses.dataclass(frozen=True, slots=True)
class Quota:
    """Of one key; None is without end."""

    requests_per_minute: int | None = None
    concurrent_requests: int | None = None
    pages_per_day: int | None = None
    """Of a day by UTC."""


@dataclasses.dataclass(slots=True)
class Account:
    """What one key used. What it may use is said each time: its Secret may have changed."""

    clock: Callable[[], float]
    """Seconds since the epoch."""
    running: int = 0
    pages: int = 0
    """Read, or about to be, on `day`."""
    day: dt.date = dt.date.min
    free_at: float = 0.0
    """When all requests that were let in will have been paid for, at the rate that is allowed."""

    def enter(self, quota: Quota) -> None:
        """One more request runs. Raises `errors.QuotaExceeded`."""
        self._refuse_if_too_many(quota)
        self._pay(quota)
        self.running += 1

    def take(self, quota: Quota, pages: int) -> None:
        """So many more of today's pages. Raises `errors.QuotaExceeded`."""
        now = dt.datetime.fromtimestamp(self.clock(), dt.UTC)
        if now.date() != self.day:
            self.day, self.pages = now.date(), 0
        allowed = quota.pages_per_day
        if allowed is not None and self.pages + pages > allowed:
            midnight = dt.datetime.combine(self.day + _DAY, dt.time(), dt.UTC)
            left = f"{max(0, allowed - self.pages)} of {allowed} pages are left of today (UTC), this needs {pages}"
            raise _exceeded("pages_per_day", allowed, left, (midnight - now).total_seconds())
        self.pages += pages

    def give_back(self, pages: int) -> None:
        """So many were not read after all; if they were taken yesterday, nothing is lost by it."""
        self.pages = max(0, self.pages - pages)

    def _refuse_if_too_many(self, quota: Quota) -> None:
        allowed = quota.concurrent_requests
        if allowed is not None and self.running >= allowed:
            raise _exceeded("concurrent_requests", allowed, f"{self.running} of {allowed} requests run", 1)

    def _pay(self, quota: Quota) -> None:
        """The generic cell rate algorithm (ITU-T I.371)."""
        allowed = quota.requests_per_minute
        if allowed is None:
            return
        now, cost = self.clock(), 60 / allowed
        ready = max(now, self.free_at) + cost
        early = ready - now - max(cost, _BURST_SECONDS)
        if early > 0:
            raise _exceeded("requests_per_minute", allowed, f"at most {allowed} requests a minute are allowed", early)
        self.free_at = ready


@dataclasses.dataclass(frozen=True, slots=True)
class Allowance:
    """What a request may use of its key's account."""

    account: Account
    quota: Quota

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """It runs in here. Raises `errors.QuotaExceeded`."""
        self.account.enter(self.quota)
        try:
            yield
        finally:
            self.account.running -= 1

    @contextlib.contextmanager
    def pages(self, count: int, unread: Callable[[], int]) -> Iterator[None]:
        """They are read in here; those that were not are given back at the end. Raises `errors.QuotaExceeded`."""
        self.account.take(self.quota, count)
        try:
            yield
        finally:
            self.account.give_back(unread())


class Accounts:
    """All keys', by name."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._accounts: dict[str, Account] = {}

    def allowance(self, name: str, quota: Quota) -> Allowance:
        """Of a request that comes with the key of this name."""
        return Allowance(self._accounts.setdefault(name, Account(self._clock)), quota)


def _exceeded(quota: str, allowed: int, message: str, seconds: float) -> errors.QuotaExceeded:
    headers = errors.retry_after(seconds)
    return errors.QuotaExceeded(f"this API key's quota: {message}", headers=headers, quota=quota, allowed=allowed)
