"""What is done for a job ends with its lease."""

import asyncio

import pytest

from kubeocr_contract import jobs
from kubeocr_runtime import errors
from kubeocr_runtime.jobs import holds, ledger, orders


@pytest.fixture
async def hold(order) -> holds.Hold:
    job = orders.Job(order=order(), state=jobs.PROCESSING, created=1.0, version=1)
    return holds.Hold(ledger.Claim(job, "t", {}), asyncio.get_running_loop().time() + 0.1)


async def kept(hold: holds.Hold, seconds: float = 30.0) -> None:
    async with hold.kept():
        await asyncio.sleep(seconds)


async def test_with_the_lease(hold) -> None:
    with pytest.raises(holds.Stopped):
        await kept(hold)


async def test_not_before_when_it_is_renewed(hold) -> None:
    hold.renew(hold.until + 30)
    await kept(hold, 0.2)


async def test_while_it_is_renewed_it_lasts(hold) -> None:
    doing = asyncio.create_task(kept(hold, 0.3))
    await asyncio.sleep(0)
    hold.renew(hold.until + 30)
    await doing


@pytest.mark.parametrize("hand_back", [True, False])
async def test_when_it_is_stopped_and_no_renewal_undoes_that(hold, hand_back: bool) -> None:
    doing = asyncio.create_task(kept(hold))
    await asyncio.sleep(0)
    hold.stop(hand_back=hand_back)
    hold.renew(asyncio.get_running_loop().time() + 30)
    hold.stop(hand_back=not hand_back)
    with pytest.raises(holds.Stopped):
        await doing
    assert hold.handed_back is hand_back


async def test_before_it_began(hold) -> None:
    hold.stop()
    with pytest.raises(holds.Stopped):
        await kept(hold)


async def test_when_the_ledger_says_so(hold) -> None:
    with pytest.raises(holds.Stopped):
        async with hold.kept():
            raise ledger.LeaseLost("req")


async def test_a_timeout_of_something_else_is_not_the_lease_s(hold) -> None:
    hold.renew(hold.until + 30)
    with pytest.raises(TimeoutError):
        async with hold.kept():
            raise TimeoutError


async def test_who_is_away_is_asked_until_it_answers(hold) -> None:
    hold.renew(hold.until + 30)
    asked = []

    async def answer() -> str:
        asked.append(1)
        if len(asked) < 3:
            raise errors.QueueUnavailable("away")
        return "here"

    async with hold.kept():
        assert await hold.insist(answer) == "here"


async def test_and_no_longer_than_the_lease_lasts(hold) -> None:
    async def away() -> None:
        raise errors.QueueUnavailable("away")

    with pytest.raises(holds.Stopped):
        async with hold.kept():
            await hold.insist(away)
