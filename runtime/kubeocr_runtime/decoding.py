"""The threads that decode documents. PDFs have one of their own: PDFium takes no second, and a hostile one stops no picture."""

import asyncio
import concurrent.futures
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

from kubeocr_contract import settings
from kubeocr_runtime import admission, documents

T = TypeVar("T")
_PICTURES = 4


class Decoder:
    """Runs what blocks; one that is at a document for longer than `stuck_seconds` has hung."""

    def __init__(self, stuck_seconds: float) -> None:
        self.stuck_seconds = stuck_seconds
        self._pdfs = concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix="pdf")
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

    @contextlib.asynccontextmanager
    async def opened(self, data: bytes, limits: settings.Settings) -> AsyncIterator[documents.Document]:
        """The document in these bytes, closed in the end by a thread that waits for whatever still decodes it.

        A thread goes on when its request is cancelled, so a document that nobody waits for any more has to be closed too: the
        garbage collector would free it without PDFium's lock.
        """
        serial = documents.sniff(data) == documents.PDF
        opening = self._submit(serial, lambda: documents.open_document(data, limits))
        try:
            document = await asyncio.wrap_future(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_close_unwanted)
            raise
        try:
            yield document
        finally:
            self._submit(serial, document.close)

    async def pixels(self, document: documents.Document, index: int) -> int:
        """Of a page, from its header."""
        return await asyncio.wrap_future(self._submit(document.serial, lambda: document.pixels(index)))

    async def page(self, document: documents.Document, index: int, held: admission.Holding) -> documents.Page:
        """A decoded page. Cancelled, the memory that is held for it stays held until the thread is done with it."""
        decoding = self._submit(document.serial, lambda: document.page(index))
        try:
            return await asyncio.wrap_future(decoding)
        except asyncio.CancelledError:
            give_back = held.hand_over()
            loop = asyncio.get_running_loop()
            decoding.add_done_callback(lambda _: loop.call_soon_threadsafe(give_back))
            raise

    def stop(self) -> None:
        """End the threads after what they do now."""
        self._pdfs.shutdown(wait=False, cancel_futures=True)
        self._pictures.shutdown(wait=False, cancel_futures=True)

    def _submit(self, serial: bool, work: Callable[[], T]) -> concurrent.futures.Future[T]:  # noqa: FBT001
        return (self._pdfs if serial else self._pictures).submit(self._timed, work)

    def _timed(self, work: Callable[[], T]) -> T:
        task = object()
        self._began[task] = time.monotonic()
        try:
            return work()
        finally:
            del self._began[task]


def _close_unwanted(opening: concurrent.futures.Future[documents.Document]) -> None:
    """On the thread that opened it."""
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()
