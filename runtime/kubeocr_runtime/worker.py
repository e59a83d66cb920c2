"""The threads that run the engines: each does what `schedule` says is next, finding a page's lines or reading a batch of lines.

A page's lines are found on one thread and read on all, beside those of other requests; the thread that reads the last one puts
the page together.
"""

import asyncio
import concurrent.futures
import functools
import logging
import threading
import time
from collections.abc import Callable, Sequence

from kubeocr_runtime import documents, errands, pipelines, readers, schedule

LOG = logging.getLogger("kubeocr.worker")
_MOST_THREADS = 64


class Worker:
    """Runs a `Reader` on threads of its own; one that is at one thing for longer than `stuck_seconds` has hung."""

    def __init__(self, reader: readers.Reader, stuck_seconds: float) -> None:
        self.reader = reader
        self.stuck_seconds = stuck_seconds
        self.threads = 1
        self.busy_seconds = 0.0
        """Of all threads in the mean."""
        self.ready = False
        self._threads = concurrent.futures.ThreadPoolExecutor(_MOST_THREADS, thread_name_prefix="engine")
        self._changed = threading.Condition()
        """Held whenever what follows is looked at."""
        self._schedule: schedule.Schedule[errands.Errand] = schedule.Schedule()
        self._since: dict[object, float] = {}
        """What is being done -> when it began."""
        self._ended = False

    async def start(self) -> None:
        """Load the models and read a page whose text is known. Raises what the reader raises."""
        await asyncio.wrap_future(self._threads.submit(self._timed, self.reader.warm))
        await asyncio.wrap_future(self._threads.submit(self._timed, self.reader.self_test))
        self._schedule.streams = min(self.reader.streams, _MOST_THREADS)
        self.threads = min(self.reader.threads, _MOST_THREADS)
        for _ in range(self.threads):
            self._threads.submit(self._stream)
        self.ready = True

    async def read(self, page: documents.Page, options: pipelines.ReadOptions, share: errands.Share) -> readers.Read:
        """A page's result, in its share's turn. Cancelled, nothing more of it is begun."""
        errand = errands.Errand(page, options, share)
        del page  # it goes as soon as its lines are found, if nobody else has it
        self._add(errand, [errand.finding()])
        try:
            return await asyncio.wrap_future(errand.done)
        finally:
            with self._changed:
                self._schedule.drop(share, errand)

    @property
    def busy(self) -> bool:
        """Whether an engine is at work."""
        return bool(self._since)

    @property
    def live(self) -> bool:
        """Whether every thread is idle or began its work lately."""
        with self._changed:
            oldest = min(self._since.values(), default=None)
        return oldest is None or time.monotonic() - oldest < self.stuck_seconds

    def stop(self) -> None:
        """End the threads after what they do now; what waits is dropped."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _stream(self) -> None:
        """What each thread does until the end."""
        while pieces := self._next():
            try:
                self._timed(functools.partial(self._do, pieces))
            finally:
                with self._changed:
                    self._schedule.done(pieces)
                    self._changed.notify()

    def _next(self) -> tuple[errands.Piece, ...]:
        """Waits for something to do; empty at the end."""
        with self._changed:
            while not self._ended:
                if pieces := self._schedule.take():
                    return pieces
                self._changed.wait()
        return ()

    def _do(self, pieces: Sequence[errands.Piece]) -> None:
        """Whatever goes wrong is told to who waits for the page."""
        try:
            if pieces[0].batch is None:
                self._find(pieces[0].owner)
            else:
                self._recognise(pieces)
        except Exception as e:
            if len(pieces) == 1:
                pieces[0].owner.fail(e)
            else:
                LOG.exception("lines=%d one of them fails: each is read alone", len(pieces))
                for piece in pieces:
                    self._do((piece,))

    def _find(self, errand: errands.Errand) -> None:
        errand.begun = time.monotonic()
        errand.found = self.reader.find(errand.hand_over(), errand.options)
        if errand.found.strips:
            self._add(errand, errand.reading())
        else:
            self._finish(errand)

    def _recognise(self, pieces: Sequence[errands.Piece]) -> None:
        tried = [piece.owner.lines.tried(piece.index) for piece in pieces]
        texts = self.reader.recognise(tried[0].recogniser, [each.strip for each in tried])
        with self._changed:
            for piece, text in zip(pieces, texts, strict=True):
                piece.owner.texts[piece.index] = text
            complete = {piece.owner: None for piece in pieces if piece.owner.complete}
        for errand in complete:
            self._finish(errand)

    def _finish(self, errand: errands.Errand) -> None:
        """Unless more is to be read of it. What goes wrong here is this page's alone, whoever shared its last batch."""
        texts = [errand.texts[index] for index in range(len(errand.texts))]
        try:
            errand.found = self.reader.reconsider(errand.lines, texts, errand.options)
            if not errand.complete:
                return self._add(errand, errand.reading())
            result = self.reader.place(errand.lines, texts, errand.options)
        except Exception as e:  # noqa: BLE001  whoever waits for the page is told
            errand.fail(e)
        else:
            errand.end(readers.Read(result, errand.begun - errand.asked, time.monotonic() - errand.begun))

    def _add(self, errand: errands.Errand, pieces: Sequence[errands.Piece]) -> None:
        with self._changed:
            if not errand.done.cancelled():
                self._schedule.add(errand.share, pieces)
                self._changed.notify(len(pieces))

    def _timed(self, work: Callable[[], None]) -> None:
        task, begin = object(), time.monotonic()
        with self._changed:
            self._since[task] = begin
        try:
            work()
        finally:
            with self._changed:
                del self._since[task]
                self.busy_seconds += (time.monotonic() - begin) / self.threads
