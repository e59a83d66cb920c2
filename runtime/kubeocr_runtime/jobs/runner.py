"""The jobs of one pod: claimed, held, done a few at a time, and given back in line when the pod ends.

Beside them it sweeps: any pod does that for all.
"""

import asyncio
import contextlib
import dataclasses
import logging
import random
from collections.abc import Awaitable, Callable

from kubeocr_runtime import errors
from kubeocr_runtime.jobs import attempts, holds, ledger

LOG = logging.getLogger("kubeocr.jobs")
LEASE_SECONDS = 10.0
"""A pod that was not heard of for so long has lost its jobs."""
_RENEW_SECONDS = 0.4
"""Whoever's job is cancelled hears of it within this, and the way there."""
GIVE_BACK_SECONDS = 3.0
"""Of a pod's last time: to give back in line what is not done."""
_IDLE_SECONDS = 2.0
"""After which work is looked for though nobody told of any."""
_TELL_SECONDS = 5.0
"""How often a pod without jobs says that it is there: each time is a write to the disk."""
_AGAIN_SECONDS = 1.0
"""After which a ledger or a store that was away is asked anew."""
_SWEEP_SECONDS = 1.0
_ORPHANS_SECONDS = 600.0
ORPHAN_SECONDS = 3600.0
"""A document lies in the store before its order does in the ledger: a folder without a job is nobody's when it is this old."""


@dataclasses.dataclass(slots=True)
class Runner:
    """Lives on the event loop's thread only."""

    worker: ledger.Worker
    attempts: attempts.Attempts
    keep_seconds: float = ORPHAN_SECONDS
    """For so long a folder of which the ledger knows nothing stays where it is."""
    lease_seconds: float = LEASE_SECONDS
    _holds: set[holds.Hold] = dataclasses.field(default_factory=set)
    _busy: int = 0
    """Slots that claim a job or do one."""
    _leaving: bool = False
    _told: float = float("-inf")
    """When the ledger heard of this pod last, by the loop's clock."""
    _idle: asyncio.Event = dataclasses.field(default_factory=asyncio.Event)
    """Set once no slot is busy, after `leave`."""

    async def run(self) -> None:
        """Do jobs until cancelled; after `leave`, those that are in hand."""
        async with asyncio.TaskGroup() as group:
            group.create_task(_again_and_again(self._hold_on, _RENEW_SECONDS))
            group.create_task(_again_and_again(self._sweep, _SWEEP_SECONDS))
            group.create_task(_again_and_again(self._drop_orphans, _ORPHANS_SECONDS))
            for _ in range(self.worker.slots):
                group.create_task(_again_and_again(self._do_next, 0.0))

    def leave(self) -> None:
        """No further job is begun."""
        self._leaving = True
        self._tell_if_idle()

    async def drain(self, seconds: float) -> None:
        """Finish what is in hand within this time, and give the rest back in line."""
        self.leave()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, seconds)):
                await self._idle.wait()
        if self._holds:
            LOG.info("jobs=%d are given back in line", len(self._holds))
        for hold in self._holds:
            hold.stop(hand_back=True)
        await self._idle.wait()

    async def _do_next(self) -> None:
        """What each slot does."""
        if self._leaving:
            await asyncio.sleep(_IDLE_SECONDS)
            return
        self._busy += 1
        try:
            found = await self._claim_and_do()
        finally:
            self._busy -= 1
            self._tell_if_idle()
        if not found:
            await self.attempts.jobs.idle(_IDLE_SECONDS)

    async def _claim_and_do(self) -> bool:
        """Whether there was a job."""
        until = asyncio.get_running_loop().time() + self.lease_seconds
        claim = await self.attempts.jobs.claim(self.worker, self.lease_seconds)
        if claim is None:
            return False
        hold = holds.Hold(claim, until)
        if self._leaving:
            hold.stop(hand_back=True)
        self._holds.add(hold)
        try:
            with contextlib.suppress(errors.RequestGone):
                await self.attempts.make(hold)
        finally:
            self._holds.discard(hold)
        return True

    def _tell_if_idle(self) -> None:
        if self._leaving and not self._busy:
            self._idle.set()

    async def _hold_on(self) -> None:
        asked, begin = list(self._holds), asyncio.get_running_loop().time()
        if not asked and begin - self._told < _TELL_SECONDS:
            return
        held = await self.attempts.jobs.renew(self.worker, [hold.claim for hold in asked], self.lease_seconds)
        self._told = begin
        for hold in asked:
            if hold.claim.token in held:
                hold.renew(begin + self.lease_seconds)
            else:
                hold.stop()

    async def _sweep(self) -> None:
        more = True
        while more:
            swept = await self.attempts.jobs.sweep()
            for job_id in swept.parked:
                LOG.warning("job=%s is given up: its workers were gone each time", job_id)
            for job_id in (*swept.forgotten, *swept.parked, *swept.waited_too_long):
                await self.attempts.files.drop(job_id)
            more = swept.more

    async def _drop_orphans(self) -> None:
        found = await self.attempts.files.older_than(self.keep_seconds)
        for start in range(0, len(found), ledger.SWEEP):
            some = found[start : start + ledger.SWEEP]
            for job_id in frozenset(some) - await self.attempts.jobs.known(some):
                LOG.info("job=%s is known to nobody: its folder is deleted", job_id)
                await self.attempts.files.drop(job_id)


async def _again_and_again(step: Callable[[], Awaitable[None]], seconds: float) -> None:
    """A step that fails is made again later: whatever goes wrong once, the pod's jobs go on."""
    while True:
        wait = seconds
        try:
            await step()
        except errors.QueueUnavailable:
            wait = max(seconds, _AGAIN_SECONDS)
        except Exception:
            LOG.exception("step=%s", getattr(step, "__name__", step))
            wait = max(seconds, _AGAIN_SECONDS)
        # pods that lost the same Redis do not all come back to it at one moment
        await asyncio.sleep(wait * random.uniform(0.75, 1.25))  # noqa: S311
