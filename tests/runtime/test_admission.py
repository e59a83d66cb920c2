"""Who is let in, who waits, and when to come again."""

import pytest

from kubeocr_runtime import admission, errors


def test_pages_wait_until_they_are_done() -> None:
    entrance = admission.Admission(10)
    with entrance.admit() as ticket:
        ticket.take(3)
        assert entrance.waiting == 3
        ticket.done(1.0)
        assert entrance.waiting == 2
    assert entrance.waiting == 0


def test_a_full_queue_refuses_and_says_when_to_come_again() -> None:
    entrance = admission.Admission(4, page_seconds=2.5)
    with entrance.admit() as ticket:
        ticket.take(4)
        with pytest.raises(errors.Overloaded, match="4 pages wait") as caught, entrance.admit():
            pass
    assert caught.value.headers == {"Retry-After": "10"}
    with entrance.admit():
        assert entrance.waiting == 1


def test_pages_that_would_overflow_are_refused_and_leave_nothing_behind() -> None:
    entrance = admission.Admission(4)
    with entrance.admit() as first:
        first.take(3)
        with pytest.raises(errors.Overloaded), entrance.admit() as second:
            second.take(2)
        assert entrance.waiting == 3


def test_a_document_larger_than_the_queue_is_let_in_alone() -> None:
    entrance = admission.Admission(4)
    with entrance.admit() as ticket:
        ticket.take(500)
        assert entrance.waiting == 500


def test_the_rate_follows_the_latest_pages() -> None:
    entrance = admission.Admission(100, page_seconds=1.0)
    with entrance.admit() as ticket:
        ticket.take(60)
        for _ in range(50):
            ticket.done(3.0)
        assert 2.9 < entrance.page_seconds < 3.0


def test_draining_lets_no_one_in_and_tells_when_the_last_has_left() -> None:
    entrance = admission.Admission(4)
    with entrance.admit() as ticket:
        entrance.drain()
        ticket.done(0.1)
        assert not entrance.idle.is_set()
        with pytest.raises(errors.Unavailable) as caught, entrance.admit():
            pass
        assert caught.value.headers == {"Retry-After": "1"}
    assert entrance.idle.is_set()
