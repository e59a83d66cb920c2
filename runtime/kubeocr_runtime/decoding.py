"""Where documents are decoded: pictures on threads, PDFs in processes (`renderers`): what is hostile stops no other."""

import asyncio
import concurrent.futures
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import Protocol, TypeVar

from kubeocr_contract import settings, wire
from kubeocr_runtime import admission, documents
from kubeocr_runtime.engines import cpus
from kubeocr_runtime.pdfs import layers
from kubeocr_runtime.renderers import pool

T = TypeVar("T")
_PICTURES = 4


class Opened(Protocol):
    """An opened document. Raises `errors.BrokenDocument`, `errors.TooLarge` of a page."""

    pages: int

    async def pixels(self, index: int) -> int:
        """Of a page (from 0), told without decoding it."""
        ...

    async def page(self, index: int, held: admission.Holding) -> documents.Page:
        """A decoded page. Cancelled, the memory that is held for it stays held until nobody writes there any more."""
        ...

    async def layer(self, index: int) -> layers.Layer | None:
        """The text that a page (from 0) brings along, where it is to be taken in place of a reading (`text_layers`)."""
        ...


class Threads:
    """Run what blocks; one that is at a document for longer than `stuck_seconds` has hung."""

    def __init__(self, stuck_seconds: float) -> None:
        self.stuck_seconds = stuck_seconds
        self._pictures = concurrent.futures.ThreadPoolExecutor(_PICTURES, thread_name_prefix="picture")
        self._began: dict[object, float] = {}

    @property
    def busy(self) -> bool:
        """Whether a thread is at work."""
        return bool(self._began)

    @property
    def live(self) -> bool:
        """Whether every thread is idle or began its work lately."""
        now = time.monotonic()
        return now - min(list(self._began.values()), default=now) < self.stuck_seconds

    def submit(self, work: Callable[[], T]) -> concurrent.futures.Future[T]:
        """Have it done."""
        return self._pictures.submit(self._timed, work)

    def stop(self) -> None:
        """End the threads after what they do now."""
        self._pictures.shutdown(wait=False, cancel_futures=True)

    def _timed(self, work: Callable[[], T]) -> T:
        task = object()
        self._began[task] = time.monotonic()
        try:
            return work()
        finally:
            del self._began[task]


class OnThreads:
    """A `documents.Document` as an `Opened`."""

    def __init__(self, document: documents.Document, threads: Threads) -> None:
        self.pages = document.pages
        self._document, self._threads = document, threads

    async def pixels(self, index: int) -> int:
        """From its header."""
        return await asyncio.wrap_future(self._threads.submit(lambda: self._document.pixels(index)))

    async def page(self, index: int, held: admission.Holding) -> documents.Page:
        """A thread goes on when its request is cancelled, and so does what it holds."""
        decoding = self._threads.submit(lambda: self._document.page(index))
        try:
            return await asyncio.wrap_future(decoding)
        except asyncio.CancelledError:
            give_back = held.hand_over()
            loop = asyncio.get_running_loop()
            decoding.add_done_callback(lambda _: loop.call_soon_threadsafe(give_back))
            raise

    async def layer(self, index: int) -> layers.Layer | None:
        """None of those that are decoded on threads has any."""
        return None


class Decoder:
    """Opens documents where they belong. Liveness is that of the threads: a process that hangs is killed."""

    def __init__(self, stuck_seconds: float) -> None:
        self.threads = Threads(stuck_seconds)
        self.pdfs = pool.Pool(cpus.available(), stuck_seconds)

    @property
    def busy(self) -> bool:
        """Whether a thread is at work, for which the process would wait."""
        return self.threads.busy

    @property
    def live(self) -> bool:
        """Whether no thread has hung."""
        return self.threads.live

    @contextlib.asynccontextmanager
    async def opened(self, data: bytes, limits: settings.Settings, text_layer: str = wire.NEVER) -> AsyncIterator[Opened]:
        """The document in these bytes, closed in the end; `text_layer` is one of `wire.TEXT_LAYERS`.

        Raises as `documents.open_document`.
        """
        if documents.told(data) == documents.PDF:
            document = await self.pdfs.open(data, limits, text_layer)
            with contextlib.closing(document):
                yield document
        else:
            async with self._picture(data, limits) as picture:
                yield picture

    def stop(self) -> None:
        """End the processes now, and the threads after what they do."""
        self.threads.stop()
        self.pdfs.stop()

    @contextlib.asynccontextmanager
    async def _picture(self, data: bytes, limits: settings.Settings) -> AsyncIterator[Opened]:
        """Closed by a thread that waits for whatever still decodes it; also where nobody waits for it any more."""
        opening = self.threads.submit(lambda: documents.open_document(data, limits))
        try:
            document = await asyncio.wrap_future(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_close_unwanted)
            raise
        try:
            yield OnThreads(document, self.threads)
        finally:
            self.threads.submit(document.close)


def _close_unwanted(opening: concurrent.futures.Future[documents.Document]) -> None:
    """On the thread that opened it."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
