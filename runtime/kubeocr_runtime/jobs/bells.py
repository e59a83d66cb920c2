"""Who waits for a change is woken by it. A ledger rings, `wait` and `idle` listen; all on the event loop's thread."""

import asyncio
import collections
from collections.abc import Awaitable, Callable, Iterable

from kubeocr_runtime.jobs import orders

WORK = ""
"""In place of a job's id: something may be claimed."""
_LOOK_SECONDS = 5.0
"""However still it is, it is looked at so often: what should have rung may have been lost on its way."""


class Bells:
    """One for each job that somebody waits for."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = collections.defaultdict(set)

    def ring(self, keys: Iterable[str]) -> None:
        """These changed."""
        for key in keys:
            for event in self._waiting.get(key, ()):
                event.set()

    def ring_all(self) -> None:
        """Anything may have changed."""
        self.ring(list(self._waiting))

    async def heard(self, key: str, seconds: float) -> None:
        """Wait until this one rings, or for so long."""
        await self._until(self._placed(key), key, seconds)

    async def changed(self, look: Callable[[], Awaitable[orders.Job]], job_id: str, version: int, seconds: float) -> orders.Job:
        """A job as soon as its version is above this one, or after so long. Raises what `look` raises."""
        end = asyncio.get_running_loop().time() + seconds
        while True:
            event = self._placed(job_id)  # before the look: what changes after it is heard
            try:
                job = await look()
            except BaseException:
                self._removed(event, job_id)
                raise
            left = end - asyncio.get_running_loop().time()
            if job.version > version or left <= 0:
                self._removed(event, job_id)
                return job
            await self._until(event, job_id, min(left, _LOOK_SECONDS))

    def _placed(self, key: str) -> asyncio.Event:
        event = asyncio.Event()
        self._waiting[key].add(event)
        return event

    def _removed(self, event: asyncio.Event, key: str) -> None:
        self._waiting[key].discard(event)
        if not self._waiting[key]:
            del self._waiting[key]

    async def _until(self, event: asyncio.Event, key: str, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            pass
        finally:
            self._removed(event, key)
