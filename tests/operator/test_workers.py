"""What follows from how a reconcile went."""

import asyncio
import logging

import pytest

from kubeocr_operator import errors, metrics, reconcile, workers, workqueue

KEY = workqueue.Key("n", "a")
DONE = reconcile.Outcome({"conditions": []})


@pytest.fixture
def queue(clock):
    return workqueue.WorkQueue(clock=clock, chance=lambda: 0.0)


@pytest.fixture
def counts():
    return metrics.Metrics()


async def run(queue, counts, result):
    """One piece of work that ends in `result`."""

    async def story(_):
        if isinstance(result, Exception):
            raise result
        return result

    await workers.once(KEY, queue, story, counts)


def due(queue, clock):
    """Seconds until the key is due."""
    return queue._due[KEY] - clock.seconds if KEY in queue._due else None


@pytest.mark.parametrize(
    ("result", "want"),
    [
        pytest.param(DONE, None, id="well"),
        pytest.param(reconcile.Outcome({}, 60.0), 60, id="to be looked at again"),
        pytest.param(errors.Unavailable("away"), 1, id="away"),
        pytest.param(errors.Unavailable("busy", retry_after=17), 17, id="busy, with a time"),
        pytest.param(errors.Refused("quota"), 1, id="refused"),
        pytest.param(errors.Conflict("faster"), 1, id="somebody was faster"),
        pytest.param(TimeoutError(), 1, id="took too long"),
        pytest.param(ZeroDivisionError("bug"), 1, id="a bug"),
    ],
)
async def test_when_a_service_is_due_again(queue, counts, clock, caplog, result, want):
    caplog.set_level(logging.CRITICAL)
    await run(queue, counts, result)
    assert due(queue, clock) == want
    assert b"reconcile_seconds_count 1.0" in counts.render()
    failed = isinstance(result, Exception)
    assert (f'errors_total{{reason="{type(result).__name__}"}} 1.0'.encode() in counts.render()) is failed


async def test_success_forgets_failures(queue, counts, clock, caplog):
    caplog.set_level(logging.CRITICAL)
    for _ in range(3):
        await run(queue, counts, errors.Unavailable("away"))
        queue._due.clear()
    await run(queue, counts, DONE)
    await run(queue, counts, errors.Unavailable("away"))
    assert due(queue, clock) == 1


async def test_a_worker_goes_on_after_a_failure_and_owes_nothing_when_it_is_stopped(queue, counts, caplog):
    caplog.set_level(logging.CRITICAL)
    seen = []

    async def story(key):
        seen.append(key)
        if len(seen) == 1:
            raise errors.Refused("once")
        await asyncio.sleep(60)

    task = asyncio.create_task(workers.work(queue, story, counts))
    queue.add(KEY)
    other = workqueue.Key("n", "b")
    queue.add(other)
    async with asyncio.timeout(5):
        while len(seen) < 2:
            await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == [KEY, other]
    assert not queue._working


async def test_resync_goes_on_after_a_failure(caplog):
    caplog.set_level(logging.CRITICAL)
    calls = asyncio.Queue()

    async def refresh():
        await calls.put(None)
        raise errors.Unavailable("away")

    task = asyncio.create_task(workers.resync(0.01, refresh))
    async with asyncio.timeout(5):
        await calls.get()
        await calls.get()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
