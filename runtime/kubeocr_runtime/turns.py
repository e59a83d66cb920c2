"""A document's pages through the worker: decoded when their turn is near, a few at once, handed on in order.

Whose turn it is, `schedule` says.
"""

import asyncio
import collections
import contextlib
import dataclasses
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from kubeocr_runtime import (
    admission,
    decoding,
    errands,
    errors,
    incidents,
    metrics,
    pipelines,
    rates,
    readers,
    text_layers,
    worker,
)

T = TypeVar("T")
_LANES = 4
"""Pages of one document that are in hand at once: some are decoded while others are read."""
_AHEAD = 2
"""So many times as many are begun, or read and not handed on yet: one that takes long does not hold back the next at once, and
for whoever takes pages slowly no more of them are kept."""


@dataclasses.dataclass(frozen=True, slots=True)
class Job:
    """What a document's pages are read for."""

    options: pipelines.ReadOptions
    share: errands.Share
    ticket: admission.Ticket
    first_pixels: int | None = None
    """Of the first page, where someone looked already."""
    skip: frozenset[int] = frozenset()
    """Numbers (from 1) of pages that were read before: they are passed over."""


@dataclasses.dataclass(frozen=True, slots=True)
class Failure:
    """A page that could not be read."""

    page: int
    """From 1."""
    error: errors.OcrError


Outcome = readers.Read | Failure


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """What all documents share."""

    engine: worker.Worker
    decoder: decoding.Decoder
    room: admission.Room
    """For decoded pages that wait or are read."""
    metrics: metrics.Metrics
    rate: rates.Rate
    lanes: int = _LANES

    async def read_all(self, document: decoding.Opened, job: Job) -> list[readers.Read]:
        """Every page in order. Cancelled, it takes its pages out of the line. Raises what decoding and reading raise."""
        reads: list[readers.Read] = []

        async def keep(read: readers.Read) -> None:
            reads.append(read)

        await self._in_order(document, job, self._read, keep)
        return reads

    async def deliver(self, document: decoding.Opened, job: Job, take: Callable[[Outcome], Awaitable[None]]) -> None:
        """Each page as soon as it and those before it are there; one that fails keeps no other back.

        Cancelled, it takes its pages out of the line. Raises what `take` raises.
        """
        await self._in_order(document, job, self._attempt, take)

    async def first_pixels(self, document: decoding.Opened) -> int | None:
        """Of the first page; None where it cannot be told, which reading it will complain of."""
        try:
            return await document.pixels(0)
        except errors.OcrError:
            return None

    async def _in_order(
        self,
        document: decoding.Opened,
        job: Job,
        read: Callable[[decoding.Opened, int, Job], Awaitable[T]],
        take: Callable[[T], Awaitable[None]],
    ) -> None:
        lanes = asyncio.Semaphore(self.lanes)
        begun: collections.deque[asyncio.Task[T]] = collections.deque()

        async def page(index: int) -> T:
            async with lanes:
                result = await read(document, index, job)
            job.ticket.done()
            return result

        try:
            async with asyncio.TaskGroup() as pages:
                for index in (x for x in range(document.pages) if x + 1 not in job.skip):
                    if len(begun) == self.lanes * _AHEAD:
                        await take(await begun.popleft())
                    begun.append(pages.create_task(page(index)))
                while begun:
                    await take(await begun.popleft())
        except BaseExceptionGroup as failed:
            raise failed.exceptions[0] from None

    async def _attempt(self, document: decoding.Opened, index: int, job: Job) -> Outcome:
        try:
            return await self._read(document, index, job)
        except Exception as e:  # noqa: BLE001  whatever is wrong with this page, the others are read
            return Failure(index + 1, incidents.told(e, f"page={index + 1}"))

    async def _read(self, document: decoding.Opened, index: int, job: Job) -> readers.Read:
        with self._counted(job.ticket.tenant):
            if (layer := await document.layer(index)) is not None:
                own = await asyncio.to_thread(text_layers.result, index + 1, layer, job.options)
                return readers.Read(own, 0.0, 0.0)
            pixels = job.first_pixels if index == 0 else None
            pixels = pixels or await document.pixels(index)
            job.ticket.measured(pixels)
            async with self.room.take(pixels) as held:
                page = await document.page(index, held)
                reading = self.engine.read(page, job.options, job.share)
                del page  # the engine lets go of it before its lines are read
                with self.rate.reading(pixels):
                    read = await reading
        self.metrics.page_seconds.labels("queue").observe(read.queue_seconds)
        self.metrics.page_seconds.labels("inference").observe(read.inference_seconds)
        return read

    @contextlib.contextmanager
    def _counted(self, key: str) -> Iterator[None]:
        result = metrics.READ
        try:
            yield
        except asyncio.CancelledError:
            result = metrics.SKIPPED
            raise
        except Exception:
            result = metrics.FAILED
            raise
        finally:
            self.metrics.page_ended(result, key)
