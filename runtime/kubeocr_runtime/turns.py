"""A document's pages through the worker: decoded when their turn is near, one at a time in the line: requests take turns."""

import asyncio
import contextlib
import dataclasses
from collections.abc import Iterator

from kubeocr_runtime import admission, decoding, metrics, pipelines, text_layers, worker

_LANES = 2
"""Pages of one document that are in hand at once: one is decoded while the other is read."""


@dataclasses.dataclass(frozen=True, slots=True)
class Turns:
    """What all documents share."""

    engine: worker.Worker
    decoder: decoding.Decoder
    pixels: admission.Budget
    """Of decoded pages that wait or are read."""
    metrics: metrics.Metrics

    async def read_all(
        self, document: decoding.Opened, options: pipelines.ReadOptions, ticket: admission.Ticket
    ) -> list[worker.Read]:
        """Every page in order. Cancelled, it takes its pages out of the line. Raises what decoding and reading raise."""
        reads: dict[int, worker.Read] = {}
        turn = asyncio.Lock()

        async def lane(indices: Iterator[int]) -> None:
            for index in indices:
                reads[index] = await self._read(document, index, options, turn)
                ticket.done(reads[index].inference_seconds)

        indices = iter(range(document.pages))
        try:
            async with asyncio.TaskGroup() as lanes:
                for _ in range(_LANES):
                    lanes.create_task(lane(indices))
        except BaseExceptionGroup as failed:
            raise failed.exceptions[0] from None
        return [reads[index] for index in range(document.pages)]

    async def _read(
        self, document: decoding.Opened, index: int, options: pipelines.ReadOptions, turn: asyncio.Lock
    ) -> worker.Read:
        with self._counted():
            if (layer := await document.layer(index)) is not None:
                return worker.Read(text_layers.result(index + 1, layer, options.order, options.direction), 0.0, 0.0)
            async with self.pixels.take(await document.pixels(index)) as held:
                page = await document.page(index, held)
                async with turn:
                    read = await self.engine.read(page, options)
        self.metrics.page_seconds.labels("queue").observe(read.queue_seconds)
        self.metrics.page_seconds.labels("inference").observe(read.inference_seconds)
        return read

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
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
            self.metrics.pages.labels(result).inc()
