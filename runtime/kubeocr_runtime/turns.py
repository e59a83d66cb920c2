"""A document's pages through the worker: decoded when their turn is near, one at a time in the line: requests take turns."""

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator, Iterator

from kubeocr_contract import settings
from kubeocr_runtime import admission, documents, metrics, pipelines, worker

_LANES = 2
"""Pages of one document that are in hand at once: one is decoded while the other is read."""


@dataclasses.dataclass(frozen=True, slots=True)
class Turns:
    """What all documents share."""

    engine: worker.Worker
    pixels: admission.Budget
    """Of decoded pages that wait or are read."""
    metrics: metrics.Metrics

    async def read_all(
        self, document: documents.Document, options: pipelines.ReadOptions, ticket: admission.Ticket
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
        self, document: documents.Document, index: int, options: pipelines.ReadOptions, turn: asyncio.Lock
    ) -> worker.Read:
        with self._counted():
            async with self.pixels.take(await asyncio.to_thread(document.pixels, index)):
                page = await asyncio.to_thread(document.page, index)
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


@contextlib.asynccontextmanager
async def opened(data: bytes, limits: settings.Settings) -> AsyncIterator[documents.Document]:
    """The document in these bytes, closed in the end by a thread that waits for whatever still decodes it.

    A thread goes on when its request is cancelled, so a document that nobody waits for any more has to be closed too: the
    garbage collector would free it without PDFium's lock.
    """
    loop = asyncio.get_running_loop()
    opening = loop.run_in_executor(None, documents.open_document, data, limits)
    try:
        document = await asyncio.shield(opening)
    except asyncio.CancelledError:
        opening.add_done_callback(_close_unwanted)
        raise
    try:
        yield document
    finally:
        loop.run_in_executor(None, document.close)


def _close_unwanted(opening: asyncio.Future[documents.Document]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        asyncio.get_running_loop().run_in_executor(None, opening.result().close)
