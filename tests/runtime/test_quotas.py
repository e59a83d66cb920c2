"""How much a key may ask for, and when it may ask again."""

import contextlib
import datetime as dt

import pytest

from kubeocr_runtime import errors, quotas
from kubeocr_runtime.quotas import Quota

NOON = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC).timestamp()


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def enter(accounts: quotas.Accounts, quota: Quota, name: str = "site") -> contextlib.AbstractContextManager[None]:
    return accounts.allowance(name, quota).entered()


def let_in(accounts: quotas.Accounts, quota: Quota, tries: int) -> int:
    count = 0
    for _ in range(tries):
        with contextlib.suppress(errors.QuotaExceeded), enter(accounts, quota):
            count += 1
    return count


@pytest.mark.parametrize(
    ("per_minute", "at_once", "in_the_next_minute"),
    [
        pytest.param(60, 10, 60, id="one a second"),
        pytest.param(1, 1, 1, id="one a minute"),
        pytest.param(6000, 1000, 6000, id="many"),
    ],
)
def test_requests_a_minute(per_minute: int, at_once: int, in_the_next_minute: int, clock: Clock) -> None:
    accounts, quota = quotas.Accounts(clock), Quota(requests_per_minute=per_minute)
    assert let_in(accounts, quota, 2 * at_once) == at_once
    count = 0
    for _ in range(600):
        clock.now += 0.1
        count += let_in(accounts, quota, max(1, per_minute // 300))
    assert abs(count - in_the_next_minute) <= 1


def test_who_asks_too_often_is_told_when_to_come_again(clock: Clock) -> None:
    accounts, quota = quotas.Accounts(clock), Quota(requests_per_minute=2)
    assert let_in(accounts, quota, 1) == 1
    with pytest.raises(errors.QuotaExceeded, match="at most 2 requests a minute") as caught, enter(accounts, quota):
        pass
    assert caught.value.details == {"quota": "requests_per_minute", "allowed": 2}
    assert caught.value.headers == {"Retry-After": "30"}
    clock.now += 30
    assert let_in(accounts, quota, 1) == 1


def test_requests_at_once(clock: Clock) -> None:
    accounts, quota = quotas.Accounts(clock), Quota(concurrent_requests=2)
    with enter(accounts, quota), enter(accounts, quota):
        with pytest.raises(errors.QuotaExceeded, match="2 of 2 requests run"), enter(accounts, quota):
            pass
        with enter(accounts, quota, "another"):
            pass
    with enter(accounts, quota):
        pass


def test_pages_a_day_and_those_that_were_not_read(clock: Clock) -> None:
    accounts, quota = quotas.Accounts(clock), Quota(pages_per_day=10)
    left = 0
    allowance = accounts.allowance("site", quota)
    with allowance.pages(6, unread=lambda: left):
        left = 2
    with allowance.pages(6, unread=lambda: 0):
        pass
    with pytest.raises(errors.QuotaExceeded, match=r"0 of 10 pages are left of today \(UTC\), this needs 1") as caught:
        allowance.account.take(quota, 1)
    assert caught.value.headers == {"Retry-After": str(12 * 3600)}
    clock.now += 12 * 3600
    with allowance.pages(10, unread=lambda: 0):
        pass


def test_a_document_of_more_pages_than_are_left_takes_none(clock: Clock) -> None:
    allowance = quotas.Accounts(clock).allowance("site", Quota(pages_per_day=10))
    with pytest.raises(errors.QuotaExceeded), allowance.pages(11, unread=lambda: 0):
        pass
    with allowance.pages(10, unread=lambda: 0):
        pass


def test_a_quota_that_was_raised_counts_from_the_next_request_on(clock: Clock) -> None:
    accounts = quotas.Accounts(clock)
    accounts.allowance("site", Quota(pages_per_day=1)).account.take(Quota(pages_per_day=1), 1)
    accounts.allowance("site", Quota(pages_per_day=2)).account.take(Quota(pages_per_day=2), 1)
