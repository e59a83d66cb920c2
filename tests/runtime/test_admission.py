"""Who is let in, who waits, and when to come again."""

import asyncio

import pytest

from kubeocr_runtime import admission, errors


def test_pages_wait_until_they_are_done() -> None:
    entrance = admission.Admission(12)
    with entrance.admit() as ticket:
        ticket.take(3)
        assert entrance.waiting == 3
        ticket.done(1.0)
        assert entrance.waiting == 2
    assert (entrance.waiting, entrance.places) == (0, 0)


def test_a_full_queue_refuses_and_says_when_to_come_again() -> None:
    entrance = admission.Admission(2, page_seconds=2.5)
    with entrance.admit(), entrance.admit():
        with pytest.raises(errors.Overloaded, match="2 pages wait") as caught, entrance.admit():
            pass
        assert (entrance.waiting, entrance.requests) == (2, 2)
    assert caught.value.headers == {"Retry-After": "5"}
    with entrance.admit():
        assert entrance.waiting == 1


def test_pages_that_would_overflow_are_refused_and_leave_nothing_behind() -> None:
    entrance = admission.Admission(8)
    with entrance.admit() as first, entrance.admit() as second, entrance.admit() as third, entrance.admit() as fourth:
        for ticket in (first, second, third):
            ticket.take(2)
        fourth.take(1)
        with pytest.raises(errors.Overloaded), entrance.admit() as fifth:
            fifth.take(2)
        assert entrance.places == 7


def test_a_book_is_let_in_and_keeps_no_letter_out() -> None:
    entrance = admission.Admission(8)
    with entrance.admit() as book:
        book.take(500)
        assert (entrance.waiting, entrance.places) == (500, 2)
        with entrance.admit() as letter:
            letter.take(1)
            assert entrance.waiting == 501
        for _ in range(499):
            book.done(1.0)
        assert (entrance.waiting, entrance.places) == (1, 1)


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


async def test_a_budget_is_shared_in_the_order_of_asking() -> None:
    budget = admission.Budget(10)
    order: list[str] = []

    async def hold(name: str, amount: int) -> None:
        async with budget.take(amount):
            order.append(name)

    async with budget.take(6) as first:
        waiting = [asyncio.create_task(hold("large", 8)), asyncio.create_task(hold("small", 1))]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert order == []
        first.shrink(2)
        await asyncio.gather(*waiting)
    assert order == ["large", "small"]
    assert budget.free == 10


async def test_who_asks_for_more_than_there_is_gets_all_of_it() -> None:
    budget = admission.Budget(10)
    async with budget.take(1000):
        assert budget.free == 0
    assert budget.free == 10


async def test_who_stops_waiting_takes_nothing() -> None:
    budget = admission.Budget(10)
    async with budget.take(10):
        waiting = asyncio.create_task(budget.take(5).__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with budget.take(10):
        assert budget.free == 0


@pytest.mark.parametrize(
    ("drop", "want"),
    [pytest.param(False, errors.DeadlineExceeded, id="too long"), pytest.param(True, errors.Unavailable, id="the pod ends")],
)
async def test_a_request_has_its_time(drop: bool, want: type[errors.OcrError]) -> None:
    entrance = admission.Admission(4)
    if drop:
        asyncio.get_running_loop().call_later(0.01, entrance.drop)
    with pytest.raises(want):
        async with entrance.until(60 if drop else 0):
            await asyncio.sleep(30)
    async with entrance.until(60):
        pass
