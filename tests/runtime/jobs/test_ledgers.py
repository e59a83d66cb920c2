"""What every ledger does: each test runs on the file of one pod, and on a real Redis."""

import asyncio
import dataclasses

import pytest

from kubeocr_contract import jobs as states
from kubeocr_runtime import errors
from kubeocr_runtime.jobs import ledger, orders

WORKER = ledger.Worker("pod-1", 2)
LEASE = 10.0
BROKEN = orders.Fault("broken_document", "it is no picture", {"page": 3})


async def claimed(jobs: ledger.Ledger, worker: ledger.Worker = WORKER) -> ledger.Claim:
    claim = await jobs.claim(worker, LEASE)
    assert claim is not None
    return claim


async def completed(jobs: ledger.Ledger, result: str = "result") -> orders.Job:
    return await jobs.end(await claimed(jobs), ledger.Ending.completed(result))


async def test_an_order_is_a_job_in_line(jobs, order, clock) -> None:
    asked = order(owner="ann", client="c-1", webhook="https://x/y", fields={"lang": "日本語", "enhance": '{"a": 1}'})
    added = await jobs.add(asked)
    want = orders.Job(order=asked, state=states.QUEUED, created=clock.now, version=added.job.version)
    assert (added.is_new, added.job) == (True, want)
    assert await jobs.find("ann", asked.id) == want


async def test_a_job_from_claim_to_end(jobs, order, clock) -> None:
    asked = order()
    await jobs.add(asked)
    clock.now += 5
    claim = await claimed(jobs)
    job = claim.job
    assert (job.order, job.state, job.attempts, job.worker, job.started) == (asked, states.PROCESSING, 1, "pod-1", clock.now)
    assert (claim.done, job.pages, job.pages_done) == ({}, None, 0)
    await jobs.begin(claim, 3)
    await jobs.checkpoint(claim, 1, "page-1")
    job = await jobs.find("", asked.id)
    assert (job.pages, job.pages_done) == (3, 1)
    clock.now += 2
    ended = await jobs.end(claim, ledger.Ending.completed("result-1"))
    assert (ended.state, ended.result, ended.ended, ended.fault) == (states.COMPLETED, "result-1", clock.now, None)
    assert await jobs.find("", asked.id) == ended
    assert await jobs.claim(WORKER, LEASE) is None


async def test_each_change_makes_the_version_larger(jobs, order) -> None:
    seen = [(await jobs.add(asked := order())).job.version]
    claim = await claimed(jobs)
    seen.append(claim.job.version)
    for change in (jobs.begin(claim, 2), jobs.checkpoint(claim, 1, "x"), jobs.end(claim, ledger.Ending.completed("y"))):
        await change
        seen.append((await jobs.find("", asked.id)).version)
    assert sorted(set(seen)) == seen


@pytest.mark.parametrize(
    ("ending", "state", "fault"),
    [
        pytest.param(ledger.Ending.failed(BROKEN), states.FAILED, BROKEN, id="failed"),
        pytest.param(ledger.Ending.late(BROKEN), states.TIMEOUT, BROKEN, id="late"),
    ],
)
async def test_a_job_ends_with_its_fault(jobs, order, ending: ledger.Ending, state: str, fault: orders.Fault) -> None:
    await jobs.add(order())
    ended = await jobs.end(await claimed(jobs), ending)
    assert (ended.state, ended.fault, ended.result) == (state, fault, "")


async def test_the_end_may_be_told_twice_and_only_by_the_same(jobs, order, clock) -> None:
    await jobs.add(order())
    claim = await claimed(jobs)
    ended = await jobs.end(claim, ledger.Ending.completed("one"))
    clock.now += 1
    assert await jobs.end(claim, ledger.Ending.completed("two")) == ended
    with pytest.raises(ledger.LeaseLost):
        await jobs.end(dataclasses.replace(claim, token="other"), ledger.Ending.completed("two"))
    with pytest.raises(ledger.LeaseLost):
        await jobs.end(claim, ledger.Ending.failed(BROKEN))


async def test_what_survives_is_there_when_it_is_opened_again(open_ledger, order) -> None:
    first = await open_ledger()
    one, two = order(idempotency_key="k"), order()
    for asked in (one, two):
        await first.add(asked)
    claim = await claimed(first)
    await first.checkpoint(claim, 1, "page-1")
    second = await open_ledger()
    assert (await second.find("", one.id)).pages_done == 1
    assert (await claimed(second)).job.order == two
    assert not (await second.add(dataclasses.replace(one, id="another"))).is_new
    await second.end(claim, ledger.Ending.completed("r"))
    assert (await first.find("", one.id)).state == states.COMPLETED


class TestIdempotency:
    async def test_the_same_order_twice_is_one_job(self, jobs, order) -> None:
        asked = order()
        first = await jobs.add(asked)
        again = await jobs.add(asked)
        assert (again.is_new, again.job) == (False, first.job)
        assert (await jobs.counts(""))[states.QUEUED] == 1

    async def test_the_same_key_is_the_same_job_even_when_it_is_over(self, jobs, order) -> None:
        asked = order(idempotency_key="k")
        await jobs.add(asked)
        ended = await completed(jobs)
        again = await jobs.add(order(idempotency_key="k"))
        assert (again.is_new, again.job) == (False, ended)

    @pytest.mark.parametrize("change", [{"digest": "cd" * 32}, {"fields": {}}, {"route": "/x"}, {"webhook": "https://z"}])
    async def test_the_same_key_for_something_else_is_refused(self, jobs, order, change) -> None:
        await jobs.add(order(idempotency_key="k"))
        with pytest.raises(errors.IdempotencyConflict, match="'k' is the idempotency key of another request"):
            await jobs.add(order(idempotency_key="k", **change))
        assert (await jobs.counts(""))[states.QUEUED] == 1

    async def test_keys_are_each_owner_s_own_and_go_with_their_jobs(self, jobs, order, clock) -> None:
        assert (await jobs.add(order(owner="ann", idempotency_key="k"))).is_new
        assert (await jobs.add(order(owner="bob", idempotency_key="k"))).is_new
        for _ in range(2):
            await completed(jobs)
        clock.now += 4000
        await jobs.sweep()
        assert (await jobs.add(order(owner="ann", idempotency_key="k"))).is_new

    async def test_of_many_at_once_one_is_new(self, open_ledger, order) -> None:
        both = [await open_ledger(), await open_ledger()]
        added = await asyncio.gather(*(both[i % 2].add(order(idempotency_key="k")) for i in range(20)))
        assert sum(each.is_new for each in added) == 1
        assert len({each.job.order.id for each in added}) == 1


class TestOwners:
    async def test_nobody_sees_another_s_job(self, jobs, order) -> None:
        asked = order(owner="ann")
        await jobs.add(asked)
        for ask in (jobs.find, jobs.position, lambda o, i: jobs.cancel(o, i, "x"), lambda o, i: jobs.wait(o, i, 0, 1)):
            with pytest.raises(errors.RequestNotFound) as others:
                await ask("bob", asked.id)
            with pytest.raises(errors.RequestNotFound) as nobody_s:
                await ask("bob", "req_unknown")
            assert others.value.message == nobody_s.value.message.replace("req_unknown", asked.id)
        assert (await jobs.select("bob", ledger.Query())).total == 0
        assert set((await jobs.counts("bob")).values()) == {0}
        assert (await jobs.find(None, asked.id)).state == states.QUEUED

    async def test_what_is_gone_is_gone_for_its_owner_alone(self, jobs, order, clock) -> None:
        asked = order(owner="ann")
        await jobs.add(asked)
        await completed(jobs)
        clock.now += 3601
        assert (await jobs.sweep()).forgotten == (asked.id,)
        for owner in ("ann", None):
            with pytest.raises(errors.RequestGone):
                await jobs.find(owner, asked.id)
        with pytest.raises(errors.RequestNotFound):
            await jobs.find("bob", asked.id)
        clock.now += ledger.GONE_SECONDS + 1
        await jobs.sweep()
        with pytest.raises(errors.RequestNotFound):
            await jobs.find("ann", asked.id)

    async def test_they_take_turns_whatever_they_sent(self, jobs, order) -> None:
        for owner, number in (("ann", 6), ("bob", 2), ("cid", 1)):
            for _ in range(number):
                await jobs.add(order(owner=owner))
        taken = []
        for _ in range(9):
            claim = await claimed(jobs)
            taken.append(claim.job.order.owner)
            await jobs.end(claim, ledger.Ending.completed("r"))
        assert taken == ["ann", "bob", "cid", "ann", "bob", "ann", "ann", "ann", "ann"]

    async def test_who_has_the_least_running_is_next(self, jobs, order) -> None:
        for _ in range(5):
            await jobs.add(order(owner="ann"))
        for _ in range(3):
            assert (await claimed(jobs)).job.order.owner == "ann"
        for _ in range(3):
            await jobs.add(order(owner="bob"))
        assert [(await claimed(jobs)).job.order.owner for _ in range(5)] == ["bob", "bob", "bob", "ann", "ann"]

    async def test_one_with_many_jobs_keeps_no_other_waiting(self, jobs, order) -> None:
        await asyncio.gather(*(jobs.add(order(owner="ann")) for _ in range(500)))
        await jobs.add(asked := order(owner="bob"))
        assert await jobs.position("bob", asked.id) <= 2
        assert asked in [(await claimed(jobs)).job.order for _ in range(2)]


class TestPosition:
    async def test_tells_when_a_job_is_begun(self, jobs, order) -> None:
        for owner in ("ann", "ann", "bob", "ann", "bob", "cid", "ann"):
            await jobs.add(order(owner=owner))
        await jobs.end(await claimed(jobs), ledger.Ending.completed("r"))
        waiting = [x.order for x in (await jobs.select(None, ledger.Query(states=frozenset({states.QUEUED})))).jobs]
        told = {asked.id: await jobs.position(asked.owner, asked.id) for asked in waiting}
        begun = {}
        for place in range(1, len(waiting) + 1):
            claim = await claimed(jobs)
            begun[claim.job.order.id] = place
            await jobs.end(claim, ledger.Ending.completed("r"))
        assert told == begun

    async def test_of_what_waits_no_more_is_0(self, jobs, order) -> None:
        await jobs.add(asked := order())
        assert await jobs.position("", asked.id) == 1
        await claimed(jobs)
        assert await jobs.position("", asked.id) == 0


class TestLeases:
    async def test_who_renews_holds_on(self, jobs, order, clock) -> None:
        await jobs.add(order())
        claim = await claimed(jobs)
        for _ in range(5):
            clock.now += 9
            assert await jobs.renew(WORKER, [claim], LEASE) == {claim.token}
            assert await jobs.sweep() == ledger.Swept()

    async def test_one_that_lapsed_is_done_by_somebody_else(self, jobs, order, clock) -> None:
        await jobs.add(asked := order())
        lost = await claimed(jobs)
        await jobs.begin(lost, 4)
        await jobs.checkpoint(lost, 2, "page-2.1")
        clock.now += 11
        assert (await jobs.sweep()).back_in_line == (asked.id,)
        claim = await claimed(jobs, ledger.Worker("pod-2", 1))
        assert (claim.job.attempts, claim.job.worker, claim.done, claim.job.pages) == (2, "pod-2", {2: "page-2.1"}, 4)
        assert await jobs.renew(WORKER, [lost, claim], LEASE) == {claim.token}
        for write in (
            jobs.begin(lost, 9),
            jobs.checkpoint(lost, 1, "page-1.1"),
            jobs.end(lost, ledger.Ending.completed("r")),
            jobs.give_back(lost),
            jobs.give_back(lost, BROKEN),
        ):
            with pytest.raises(ledger.LeaseLost):
                await write
        assert (await jobs.find("", asked.id)) == claim.job

    async def test_a_page_is_kept_as_it_was_done_first(self, jobs, order, clock) -> None:
        await jobs.add(order())
        claim = await claimed(jobs)
        await jobs.checkpoint(claim, 1, "first")
        await jobs.checkpoint(claim, 1, "second")
        clock.now += 11
        await jobs.sweep()
        assert (await claimed(jobs)).done == {1: "first"}

    async def test_a_job_that_takes_its_workers_along_is_parked_with_the_reason(self, jobs, order, clock) -> None:
        await jobs.add(asked := order(attempts=3))
        for attempt in (1, 2, 3):
            assert (await claimed(jobs)).job.attempts == attempt
            clock.now += 11
            swept = await jobs.sweep()
        assert (swept.parked, swept.back_in_line) == ((asked.id,), ())
        job = await jobs.find("", asked.id)
        assert (job.state, job.fault, job.ended) == (states.FAILED, orders.parked(asked), clock.now)
        assert await jobs.claim(WORKER, LEASE) is None

    async def test_of_two_that_sweep_one_finds_it(self, open_ledger, order, clock) -> None:
        both = [await open_ledger(), await open_ledger()]
        await both[0].add(order())
        await claimed(both[0])
        clock.now += 11
        found = await asyncio.gather(*(each.sweep() for each in both * 3))
        assert sum(len(each.back_in_line) for each in found) == 1

    async def test_no_two_workers_get_the_same(self, open_ledger, order) -> None:
        both = [await open_ledger(), await open_ledger()]
        for _ in range(20):
            await both[0].add(order())
        claims = await asyncio.gather(*(both[i % 2].claim(WORKER, LEASE) for i in range(30)))
        ids = [claim.job.order.id for claim in claims if claim]
        assert len(ids) == len(set(ids)) == 20


class TestGivingBack:
    async def test_a_worker_that_ends_hands_its_job_on_at_no_cost(self, jobs, order) -> None:
        first, second = order(attempts=1), order()
        await jobs.add(first)
        await jobs.add(second)
        claim = await claimed(jobs)
        back = await jobs.give_back(claim)
        assert (back.state, back.attempts, back.started) == (states.QUEUED, 0, None)
        assert (await claimed(jobs)).job.order == first

    async def test_another_try_until_there_were_enough(self, jobs, order) -> None:
        await jobs.add(order(attempts=2))
        back = await jobs.give_back(await claimed(jobs), BROKEN)
        assert (back.state, back.attempts, back.fault) == (states.QUEUED, 1, None)
        parked = await jobs.give_back(await claimed(jobs), BROKEN)
        assert (parked.state, parked.attempts, parked.fault) == (states.FAILED, 2, BROKEN)

    async def test_back_in_line_it_may_wait_anew(self, jobs, order, clock) -> None:
        await jobs.add(order(wait_seconds=100))
        clock.now += 90
        await jobs.give_back(await claimed(jobs))
        clock.now += 90
        assert await jobs.sweep() == ledger.Swept()


class TestCancelling:
    async def test_in_line(self, jobs, order, clock) -> None:
        await jobs.add(asked := order())
        job = await jobs.cancel("", asked.id, "no need")
        assert (job.state, job.reason, job.ended) == (states.CANCELLED, "no need", clock.now)
        assert await jobs.claim(WORKER, LEASE) is None

    async def test_whoever_does_it_hears_by_renewing(self, jobs, order) -> None:
        await jobs.add(order())
        await jobs.add(order())
        one, other = await claimed(jobs), await claimed(jobs)
        await jobs.cancel("", one.job.order.id, "manual")
        assert await jobs.renew(WORKER, [one, other], LEASE) == {other.token}
        with pytest.raises(ledger.LeaseLost):
            await jobs.end(one, ledger.Ending.completed("r"))

    async def test_what_is_over_stays_as_it_is(self, jobs, order) -> None:
        await jobs.add(asked := order())
        ended = await completed(jobs)
        assert await jobs.cancel("", asked.id, "late") == ended


class TestSweeping:
    async def test_what_waited_too_long(self, jobs, order, clock) -> None:
        await jobs.add(asked := order(wait_seconds=30))
        clock.now += 29
        assert await jobs.sweep() == ledger.Swept()
        clock.now += 2
        assert (await jobs.sweep()).waited_too_long == (asked.id,)
        job = await jobs.find("", asked.id)
        assert (job.state, job.fault) == (states.TIMEOUT, orders.waited_too_long(asked))

    async def test_takes_a_bounded_number_and_says_that_there_are_more(self, jobs, order, clock) -> None:
        for _ in range(ledger.SWEEP + 5):
            await jobs.add(order(wait_seconds=1))
        clock.now += 2
        first, second = await jobs.sweep(), await jobs.sweep()
        assert (len(first.waited_too_long), first.more) == (ledger.SWEEP, True)
        assert (len(second.waited_too_long), second.more) == (5, False)

    async def test_every_end_is_forgotten_in_time(self, jobs, order, clock) -> None:
        asked = [order() for _ in range(4)]
        for each in asked:
            await jobs.add(each)
        await jobs.end(await claimed(jobs), ledger.Ending.completed("r"))
        await jobs.end(await claimed(jobs), ledger.Ending.failed(BROKEN))
        await jobs.end(await claimed(jobs), ledger.Ending.late(BROKEN))
        await jobs.cancel("", asked[3].id, "x")
        clock.now += 3599
        assert (await jobs.sweep()).forgotten == ()
        clock.now += 2
        assert set((await jobs.sweep()).forgotten) == {each.id for each in asked}
        assert await jobs.known([each.id for each in asked]) == frozenset()


class TestListing:
    async def test_filters_and_parts(self, jobs, order, clock) -> None:
        asked = []
        for number in range(6):
            asked.append(order(owner="ann", client=f"c{number % 2}"))
            await jobs.add(asked[-1])
            clock.now += 10
        await jobs.add(order(owner="bob", client="c0"))
        await completed(jobs)
        await jobs.cancel("ann", asked[1].id, "x")
        ids = [each.id for each in asked]

        async def found(owner: str | None = "ann", **asked: object) -> tuple[list[int], int]:
            listing = await jobs.select(owner, ledger.Query(**asked))
            return [ids.index(x.order.id) if x.order.id in ids else -1 for x in listing.jobs], listing.total

        assert await found() == ([5, 4, 3, 2, 1, 0], 6)
        assert await found(limit=2, offset=1) == ([4, 3], 6)
        assert await found(offset=6) == ([], 6)
        assert await found(states=frozenset({states.QUEUED})) == ([5, 4, 3, 2], 4)
        assert await found(states=frozenset({states.COMPLETED, states.CANCELLED})) == ([1, 0], 2)
        assert await found(client="c1") == ([5, 3, 1], 3)
        assert await found(client="c1", states=frozenset({states.QUEUED}), limit=1) == ([5], 2)
        assert await found(created_from=1_000_010.0, created_before=1_000_030.0) == ([2, 1], 2)
        assert await found(None, client="c0") == ([-1, 4, 2, 0], 4)
        assert await found(None, limit=1) == ([-1], 7)

    async def test_counts(self, jobs, order) -> None:
        for owner in ("ann", "ann", "ann", "bob"):
            await jobs.add(order(owner=owner))
        await completed(jobs)
        await claimed(jobs)
        nothing = dict.fromkeys(states.STATES, 0)
        assert await jobs.counts("ann") == nothing | {states.QUEUED: 2, states.COMPLETED: 1}
        assert await jobs.counts("bob") == nothing | {states.PROCESSING: 1}
        assert await jobs.counts(None) == nothing | {states.QUEUED: 2, states.PROCESSING: 1, states.COMPLETED: 1}

    async def test_known(self, jobs, order) -> None:
        await jobs.add(asked := order())
        assert await jobs.known([asked.id, "req_other"]) == {asked.id}
        assert await jobs.known([]) == frozenset()


async def test_clearing_takes_what_is_over_for_long_enough_and_is_one_s_own(jobs, order, clock) -> None:
    mine, failed, others, waiting = order(owner="ann"), order(owner="ann"), order(owner="bob"), order(owner="ann")
    await jobs.add(mine)
    await completed(jobs)
    await jobs.add(failed)
    await jobs.end(await claimed(jobs), ledger.Ending.failed(BROKEN))
    await jobs.add(others)
    await completed(jobs)
    await jobs.add(waiting)
    assert await jobs.clear("ann", jobs_over := states.ENDED, clock.now) == ()
    assert await jobs.clear("ann", frozenset({states.COMPLETED}), clock.now + 1) == (mine.id,)
    assert set(await jobs.clear(None, jobs_over | {states.QUEUED}, clock.now + 1)) == {failed.id, others.id}
    with pytest.raises(errors.RequestGone):
        await jobs.find("ann", mine.id)
    assert (await jobs.find("ann", waiting.id)).state == states.QUEUED


async def test_the_pace_is_that_of_those_who_are_there(jobs, order, clock) -> None:
    assert await jobs.pace() == ledger.Pace(0, 0, ())
    await jobs.renew(WORKER, [], LEASE)
    await jobs.renew(ledger.Worker("pod-2", 3), [], LEASE)
    for seconds in (1, 2):
        await jobs.add(order())
        claim = await claimed(jobs)
        clock.now += seconds
        await jobs.end(claim, ledger.Ending.completed("r"))
    await jobs.add(order())
    await claimed(jobs)
    assert await jobs.pace() == ledger.Pace(5, 1, (2.0, 1.0))
    clock.now += ledger.PRESENT_SECONDS - 2
    await jobs.renew(WORKER, [], LEASE)
    clock.now += 3
    assert (await jobs.pace()).slots == 2
    await jobs.sweep()
    assert (await jobs.pace()).slots == 2


class TestWaking:
    async def test_whoever_waits_hears_of_a_change_at_once(self, open_ledger, order) -> None:
        here, there = await open_ledger(), await open_ledger()
        added = await here.add(asked := order())
        waiting = asyncio.create_task(here.wait("", asked.id, added.job.version, 60))
        await asyncio.sleep(0.1)
        await there.cancel("", asked.id, "x")
        assert (await asyncio.wait_for(waiting, 2)).state == states.CANCELLED

    async def test_what_changed_before_is_told_without_a_wait(self, jobs, order) -> None:
        await jobs.add(asked := order())
        assert (await asyncio.wait_for(jobs.wait("", asked.id, 0, 60), 2)).state == states.QUEUED

    async def test_after_the_time_the_job_is_told_as_it_is(self, jobs, order) -> None:
        added = await jobs.add(asked := order())
        assert await jobs.wait("", asked.id, added.job.version, 0.05) == added.job

    @pytest.mark.parametrize("how", ["added", "given back", "lapsed"])
    async def test_a_worker_hears_of_work(self, open_ledger, order, clock, how: str) -> None:
        here, there = await open_ledger(), await open_ledger()
        if how != "added":
            await there.add(order())
            claim = await claimed(there)
            clock.now += 11
        await asyncio.sleep(0.5)  # what was told before is heard by then
        idle = asyncio.create_task(here.idle(60))
        await asyncio.sleep(0.3)
        assert not idle.done()
        if how == "added":
            await there.add(order())
        else:
            await (there.give_back(claim) if how == "given back" else there.sweep())
        await asyncio.wait_for(idle, 2)

    async def test_idleness_ends(self, jobs) -> None:
        await asyncio.wait_for(jobs.idle(0.05), 2)


async def test_a_name_of_any_kind_stays_a_name(jobs, order) -> None:
    odd = [
        order(owner=owner, client=client) for owner in ("", "a:b", "*", "o:a", "x' OR 1=1 --") for client in ("", "c:|é", "*")
    ]
    for asked in odd:
        await jobs.add(asked)
    for asked in odd:
        query = ledger.Query(client=asked.client or None)
        found = [job.order for job in (await jobs.select(asked.owner, query)).jobs]
        assert asked in found
        assert {each.owner for each in found} == {asked.owner}


async def test_a_cancel_is_never_lost(jobs) -> None:
    """In Python 3.11 `asyncio.wait_for` forgets one that comes as its inner task ends."""

    async def ask() -> None:
        while True:
            await jobs.counts("")

    for moment in range(200):
        asking = asyncio.create_task(ask())
        for _ in range(moment % 40):
            await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait([asking], timeout=5)
        assert asking.cancelled(), moment
