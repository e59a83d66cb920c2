"""A Redis that goes away and comes back, changes its URL, or is none."""

import asyncio
import pathlib
from collections.abc import AsyncIterator, Callable

import pytest

from kubeocr_contract import jobs as states
from kubeocr_runtime import errors
from kubeocr_runtime.jobs import ledger, orders, redis

WORKER = ledger.Worker("pod-1", 1)


@pytest.fixture
async def opened() -> AsyncIterator[Callable[[pathlib.Path], redis.Redis]]:
    running: list[redis.Redis] = []

    async def start(url_file: pathlib.Path) -> redis.Redis:
        running.append(redis.Redis(str(url_file), "a/b", 3600))
        await running[-1].open()
        return running[-1]

    yield start
    for each in running:
        await each.close()


def every_question(jobs: redis.Redis, asked: orders.Order, claim: ledger.Claim) -> list:
    return [
        lambda: jobs.add(asked),
        lambda: jobs.claim(WORKER, 10),
        lambda: jobs.renew(WORKER, [claim], 10),
        lambda: jobs.begin(claim, 1),
        lambda: jobs.checkpoint(claim, 1, "x"),
        lambda: jobs.end(claim, ledger.Ending.completed("r")),
        lambda: jobs.give_back(claim),
        lambda: jobs.cancel("", asked.id, "x"),
        lambda: jobs.find("", asked.id),
        lambda: jobs.wait("", asked.id, 9, 9),
        lambda: jobs.select("", ledger.Query()),
        lambda: jobs.counts(""),
        lambda: jobs.position("", asked.id),
        jobs.pace,
        lambda: jobs.clear("", states.ENDED, 1.0),
        jobs.sweep,
        lambda: jobs.known([asked.id]),
    ]


async def refused(questions: list) -> None:
    for ask in questions:
        with pytest.raises(errors.QueueUnavailable) as away:
            await ask()
        assert (away.value.status, away.value.headers) == (503, {"Retry-After": "1"})


async def test_while_it_is_away_nothing_is_said_to_be_unknown_and_afterwards_all_is_there(
    opened, order, redis_of_its_own
) -> None:
    jobs = await opened(redis_of_its_own.url_file)
    await jobs.add(asked := order())
    claim = await jobs.claim(WORKER, 60)
    waiting = asyncio.create_task(jobs.idle(60))
    for kill in (True, False):
        redis_of_its_own.stop(kill=kill)
        await refused(every_question(jobs, asked, claim))
        redis_of_its_own.start()
        assert (await jobs.find("", asked.id)).state == states.PROCESSING
    assert await jobs.renew(WORKER, [claim], 60) == {claim.token}
    await jobs.add(order())
    await asyncio.wait_for(waiting, 5)


async def test_what_is_heard_is_heard_again_after_a_restart(opened, order, redis_of_its_own) -> None:
    here, there = await opened(redis_of_its_own.url_file), await opened(redis_of_its_own.url_file)
    added = await here.add(asked := order())
    redis_of_its_own.stop()
    redis_of_its_own.start()
    await asyncio.sleep(1.5)  # it listens again by then
    waiting = asyncio.create_task(here.wait("", asked.id, added.job.version, 60))
    await asyncio.sleep(0.2)
    await there.cancel("", asked.id, "x")
    assert (await asyncio.wait_for(waiting, 3)).state == states.CANCELLED


async def test_one_that_reads_its_file_still_is_away(opened, order, redis_of_its_own, caplog) -> None:
    jobs = await opened(redis_of_its_own.url_file)
    await jobs.add(asked := order())
    await asyncio.gather(*(jobs.add(order()) for _ in range(1000)))
    redis_of_its_own.stop()
    redis_of_its_own.start("--key-load-delay", "100", wait="LOADING")  # microseconds a command; it answers each 1024 of them
    await refused([lambda: jobs.find("", asked.id)])
    assert "is loading the dataset" in caplog.text
    while "PONG" not in redis_of_its_own.answers():
        await asyncio.sleep(0.05)
    assert (await jobs.find("", asked.id)).state == states.QUEUED


async def test_one_that_is_full_takes_no_order_and_loses_none(opened, order, redis_of_its_own) -> None:
    jobs = await opened(redis_of_its_own.url_file)
    await jobs.add(asked := order())
    redis_of_its_own.command("config", "set", "maxmemory", "1")
    await refused([lambda: jobs.add(order())])
    redis_of_its_own.command("config", "set", "maxmemory", "0")
    assert (await jobs.find("", asked.id)).state == states.QUEUED


async def test_a_url_that_changes_is_read_anew(opened, order, redis_of_its_own, redis_server, tmp_path) -> None:
    url_file = tmp_path / "changing"
    url_file.write_text(redis_of_its_own.url_file.read_text())
    jobs = await opened(url_file)
    await jobs.add(asked := order())
    redis_of_its_own.stop()
    url_file.write_text(redis_server.url_file.read_text())
    await refused([lambda: jobs.find("", asked.id)])
    with pytest.raises(errors.RequestNotFound):
        await jobs.find("", asked.id)
    redis_of_its_own.start()


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://u:hunter2@x", id="of something else"),
        pytest.param("redis://u:hunter2@127.0.0.1:1/0", id="nobody's"),
    ],
)
async def test_no_secret_is_told(opened, tmp_path, caplog, url: str) -> None:
    file = tmp_path / "url"
    file.write_text(url)
    jobs = await opened(file)
    with pytest.raises(errors.QueueUnavailable) as away:
        await jobs.counts("")
    assert "hunter2" not in away.value.message + caplog.text


async def test_a_file_that_comes_late(opened, order, redis_server, tmp_path) -> None:
    jobs = await opened(tmp_path / "late")
    with pytest.raises(errors.QueueUnavailable):
        await jobs.counts("")
    (tmp_path / "late").write_text(redis_server.url_file.read_text())
    assert (await jobs.add(order())).is_new


async def test_queues_of_other_names_are_other_queues(order, redis_server) -> None:
    one, other = (redis.Redis(str(redis_server.url_file), name, 3600) for name in ("ns/one", "ns/other"))
    await one.add(asked := order())
    assert await other.claim(WORKER, 10) is None
    assert (await one.claim(WORKER, 10)).job.order == asked
    await one.close()
    await other.close()


async def test_without_a_clock_redis_s_own_counts(order, redis_server) -> None:
    jobs = redis.Redis(str(redis_server.url_file), "timed", 3600)
    await jobs.add(order())
    claim = await jobs.claim(WORKER, 0.2)
    assert await jobs.sweep() == ledger.Swept()
    await asyncio.sleep(0.3)
    assert (await jobs.sweep()).back_in_line == (claim.job.order.id,)
    await jobs.close()


async def test_nothing_large_is_kept(order, redis_of_its_own) -> None:
    """A book of 2,000 pages: what is known of a page is its name."""
    jobs = redis.Redis(str(redis_of_its_own.url_file), "large", 3600)
    await jobs.add(order())
    claim = await jobs.claim(WORKER, 60)
    for page in range(1, 2001):
        await jobs.checkpoint(claim, page, f"page-{page}.1a2b3c4d")
    assert int(redis_of_its_own.command("memory", "usage", f"kubeocr:{{large}}:pages:{claim.job.order.id}")) < 200_000
    await jobs.close()
