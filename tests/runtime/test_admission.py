"""Who is let in, who waits, and when to come again."""

import asyncio
import contextlib
import itertools

import pytest

from kubeocr_runtime import admission, callers, errors, keys, quotas, rates

MANY = 10**12
A4 = 4_000_000
"""Pixels of a page as the rate has it before the first was read."""


def queue(pages: int = MANY, megapixels: int = MANY, mib: int = MANY) -> admission.Admission:
    return admission.Admission(admission.Load(pages, megapixels * 1_000_000, mib * 2**20), rates.Rate(lambda: 0.0))


names = (callers.Caller(str(number)) for number in itertools.count())


def admit(entrance: admission.Admission, size: int = 0) -> contextlib.AbstractContextManager[admission.Ticket]:
    return entrance.admit(next(names), 60, size)


async def test_pages_wait_until_they_are_done() -> None:
    entrance = queue(12)
    with admit(entrance, 500) as ticket:
        ticket.take(3, 100, 400)
        assert (entrance.waiting, entrance.counted) == (3, admission.Load(3, 300, 400))
        ticket.done()
        assert (entrance.waiting, entrance.counted) == (2, admission.Load(2, 200, 400))
    assert (entrance.waiting, entrance.counted) == (0, admission.Load())


@pytest.mark.parametrize(
    ("entrance", "size", "seconds", "words"),
    [
        pytest.param(queue(pages=2), 0, "2", "2 pages wait, there is no room for 1 more among at most 2 pages", id="pages"),
        pytest.param(queue(megapixels=8), 0, "2", "no room for 2.0 more among at most 8 megapixels", id="pixels"),
        pytest.param(queue(mib=4), 9 * 2**20, "4", "no room for 1.0 more among at most 4 MiB", id="bytes"),
    ],
)
async def test_a_full_queue_refuses_and_says_when_to_come_again(entrance, size: int, seconds: str, words: str) -> None:
    with contextlib.ExitStack() as let_in:

        def fill() -> None:
            while True:
                let_in.enter_context(admit(entrance, size))

        with pytest.raises(errors.Overloaded, match=words) as caught:
            fill()
        assert caught.value.details == {"waiting_pages": entrance.requests}
        # 4 megapixels a second, until the first page was read; of a queue of 8 a document counts for no more than 2
        assert caught.value.headers == {"Retry-After": seconds}
    with admit(entrance):
        assert entrance.waiting == 1


async def test_what_would_overflow_is_refused_and_leaves_nothing_behind() -> None:
    entrance = queue(8)
    with admit(entrance) as first, admit(entrance) as second, admit(entrance) as third, admit(entrance) as fourth:
        for ticket in (first, second, third):
            ticket.take(2, 1, 1)
        fourth.take(1, 1, 1)
        with pytest.raises(errors.Overloaded), admit(entrance) as fifth:
            fifth.take(2, 1, 1)
        assert entrance.counted == admission.Load(7, 7, 4)


async def test_a_book_is_let_in_and_keeps_no_letter_out() -> None:
    entrance = queue(pages=8, megapixels=40, mib=100)
    with admit(entrance) as book:
        book.take(500, A4, 80 * 2**20)
        assert (entrance.waiting, entrance.counted) == (500, admission.Load(2, 2 * A4, 25 * 2**20))
        with admit(entrance) as letter:
            letter.take(1, A4, 1000)
            assert entrance.waiting == 501
        for _ in range(499):
            book.done()
        assert (entrance.waiting, entrance.counted.pages, entrance.counted.pixels) == (1, 1, A4)


async def test_pages_that_nobody_looked_at_are_taken_to_be_as_large_as_the_last_one() -> None:
    entrance = queue(40)
    with admit(entrance) as ticket:
        assert entrance.counted.pixels == A4
        ticket.take(6, None, 0)
        assert entrance.counted.pixels == 6 * A4
        ticket.measured(1000)
        assert entrance.counted.pixels == 6000
        ticket.done()
        ticket.measured(3000)
        assert entrance.counted.pixels == 15_000


async def test_what_turns_out_larger_refuses_others_and_not_what_was_let_in() -> None:
    entrance = queue(megapixels=40)
    tickets = [admit(entrance) for _ in range(5)]
    with contextlib.ExitStack() as stack:
        for ticket in [stack.enter_context(each) for each in tickets]:
            ticket.measured(10_000_000)
            ticket.take(1, 9_000_000, 0)
        with pytest.raises(errors.Overloaded, match="megapixels"), admit(entrance):
            pass


async def test_draining_lets_no_one_in_and_tells_when_the_last_has_left() -> None:
    entrance = queue(4)
    with admit(entrance) as ticket:
        entrance.drain()
        ticket.done()
        assert not entrance.idle.is_set()
        with pytest.raises(errors.Unavailable) as caught, admit(entrance):
            pass
        assert caught.value.headers == {"Retry-After": "1"}
    assert entrance.idle.is_set()


async def test_the_end_of_the_pod_ends_every_request() -> None:
    entrance = queue()
    asyncio.get_running_loop().call_later(0.01, entrance.drop)
    with pytest.raises(errors.Unavailable, match="had to end"), admit(entrance) as ticket:
        async with ticket.deadline.kept():
            await asyncio.sleep(30)
    assert entrance.requests == 0


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


def of_key(entrance: admission.Admission, name: str) -> contextlib.AbstractContextManager[admission.Ticket]:
    return entrance.admit(callers.Caller(next(names).request_id, keys.Key(name)), 60, 0)


def fill(entrance: admission.Admission, name: str, let_in: contextlib.ExitStack) -> int:
    """How many requests of a key are let in."""
    for count in itertools.count():
        try:
            let_in.enter_context(of_key(entrance, name))
        except errors.Overloaded as e:
            assert f"there is no room for 1 more of an API key that holds {count} of 120 pages" in e.message  # noqa: PT017
            return count
    raise AssertionError


async def test_one_key_leaves_room_for_others() -> None:
    entrance = queue(120)
    with contextlib.ExitStack() as let_in:
        assert [fill(entrance, name, let_in) for name in ("greedy", "second", "third")] == [60, 30, 15]
    with contextlib.ExitStack() as let_in:
        assert fill(entrance, "greedy", let_in) == 60, "all was given back"


async def test_a_key_has_its_first_document_read_however_small_the_queue_is() -> None:
    entrance = queue(1)
    with of_key(entrance, "site") as ticket:
        ticket.take(3, A4, 0)
        with pytest.raises(errors.Overloaded), of_key(entrance, "site"):
            pass


async def test_who_asks_for_too_much_waits_in_no_queue() -> None:
    entrance = queue(12)
    key = keys.Key("site", quota=quotas.Quota(concurrent_requests=1))
    with entrance.admit(callers.Caller("1", key), 60, 0):
        with pytest.raises(errors.QuotaExceeded), entrance.admit(callers.Caller("2", key), 60, 0):
            pass
        assert (entrance.waiting, entrance.requests) == (1, 1)
