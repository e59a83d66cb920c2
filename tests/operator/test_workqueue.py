"""The queue, on a clock that the tests turn."""

import asyncio

import pytest

from kubeocr_operator import workqueue

A, B = workqueue.Key("n", "a"), workqueue.Key("n", "b")


@pytest.fixture
def queue(clock):
    return workqueue.WorkQueue(clock=clock, chance=lambda: 0.0)


async def empty(queue):
    """Whether nothing is due just now."""
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(queue.get(), 0.01)
    return True


async def test_keys_come_in_the_order_in_which_they_became_due(queue):
    for key in (A, B, A):
        queue.add(key)
    assert len(queue) == 2
    assert [await queue.get(), await queue.get()] == [A, B]


async def test_a_key_in_work_is_not_given_out_again_until_it_is_done(queue):
    queue.add(A)
    assert await queue.get() == A
    queue.add(A)
    queue.add(A)
    assert len(queue) == 1
    assert await empty(queue)
    queue.done(A)
    assert await queue.get() == A
    queue.done(A)
    assert await empty(queue)


async def test_a_waiting_worker_wakes_up(queue):
    waiting = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    queue.add(B)
    assert await asyncio.wait_for(waiting, 1) == B


async def test_two_waiting_workers_get_a_key_each(queue):
    waiting = [asyncio.create_task(queue.get()) for _ in range(2)]
    await asyncio.sleep(0)
    queue.add(A)
    queue.add(B)
    assert set(await asyncio.wait_for(asyncio.gather(*waiting), 1)) == {A, B}


async def test_the_earliest_delay_counts(queue, clock):
    queue.add_after(A, 30)
    queue.add_after(A, 10)
    queue.add_after(A, 20)
    clock.seconds += 9
    assert await empty(queue)
    clock.seconds += 2
    assert await queue.get() == A
    queue.done(A)
    clock.seconds += 100
    assert await empty(queue)


async def test_news_goes_before_a_delay(queue, clock):
    queue.add_after(A, 30)
    queue.add(A)
    assert await queue.get() == A
    queue.done(A)
    clock.seconds += 60
    assert await empty(queue)


async def test_failures_wait_longer_and_longer_up_to_a_bound_until_one_goes_well(queue, clock):
    delays = []
    for _ in range(11):
        queue.failed(A)
        began = clock.seconds
        while not queue._ready:
            clock.seconds += 1
            queue._call_due()
        delays.append(clock.seconds - began)
        queue.done(await queue.get())
    assert delays == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    queue.succeeded(A)
    queue.failed(A)
    clock.seconds += 1
    assert await queue.get() == A


async def test_a_server_that_says_when_is_not_asked_sooner(queue, clock):
    queue.failed(A, at_least=20)
    clock.seconds += 19
    assert await empty(queue)
    clock.seconds += 1
    assert await queue.get() == A


@pytest.mark.parametrize(("chance", "want"), [pytest.param(0.0, 4.0, id="longest"), pytest.param(1.0, 2.0, id="shortest")])
def test_delays_are_jittered_by_half(chance, want):
    assert workqueue.Backoff().delay(3, chance) == want


async def test_waiting_tells_a_stuck_queue_from_a_long_one(queue, clock):
    assert queue.waiting == 0
    queue.add(A)
    queue.add(B)
    clock.seconds += 50
    assert queue.waiting == 50
    queue.done(await queue.get())
    clock.seconds += 7
    assert queue.waiting == 7
    queue.done(await queue.get())
    assert queue.waiting == 0
