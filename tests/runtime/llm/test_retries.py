"""Waiting, and leaving alone."""

import pytest

from kubeocr_runtime.llm import retries


def test_waits_double_and_are_never_longer_than_their_limit() -> None:
    assert list(retries.delays(lambda: 1.0)) == [0.5, 1.0]
    assert list(retries.delays(lambda: 0.0)) == [0.0, 0.0]
    assert len(set(retries.delays())) == retries.TRIES - 1, "no two servers wait alike"


@pytest.mark.parametrize(
    ("header", "want"),
    [(None, 0.0), ("3", 3.0), ("600", 8.0), ("Wed, 21 Oct 2026 07:28:00 GMT", 0.0), ("-1", 0.0), ("²", 0.0)],
)
def test_what_a_server_asks_for(header: str | None, want: float) -> None:
    assert retries.asked_for(header) == want


def test_a_server_that_fails_is_left_alone_and_one_looks_whether_it_is_back() -> None:
    now = [100.0]
    breaker = retries.Breaker(lambda: now[0])
    for _ in range(retries.FAILURES - 1):
        breaker.failed()
    assert breaker.left() == 0.0
    breaker.failed()
    assert breaker.left() == retries.REST_SECONDS
    now[0] += retries.REST_SECONDS
    assert breaker.left() == 0.0, "one looks"
    assert breaker.left() == retries.REST_SECONDS, "and nobody else"
    breaker.failed()
    assert breaker.left() == retries.REST_SECONDS
    now[0] += retries.REST_SECONDS
    assert breaker.left() == 0.0
    breaker.answered()
    assert breaker.left() == 0.0
    breaker.failed()
    assert breaker.left() == 0.0, "it begins to count anew"
