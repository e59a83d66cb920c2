"""A page on its way through the worker: what there is to do for it, and what is known of it so far."""

import concurrent.futures
import dataclasses
import threading
import time

from kubeocr_runtime import documents, finds, pipelines, readers, recognition, schedule, tries

_HEIGHT = 48
"""Of a line in pixels, as the models see it."""
_DETECTION = 8
"""Finding lines takes about an eighth of the time a pixel that reading them takes."""
_SEEN = 1600 * 1600
"""Pixels; unless `detection_side` says otherwise, a larger page is made smaller before its lines are found."""


@dataclasses.dataclass(slots=True, eq=False)
class Errand:
    """A page that is to be read, for whoever waits for `done`."""

    page: documents.Page | None
    """Until its lines are found; those are cut out, and a page is 12 MB."""
    options: pipelines.ReadOptions
    share: "Share"
    done: "concurrent.futures.Future[readers.Read]" = dataclasses.field(default_factory=concurrent.futures.Future)
    asked: float = dataclasses.field(default_factory=time.monotonic)
    begun: float = 0.0
    found: finds.Found | None = None
    texts: dict[int, recognition.Text] = dataclasses.field(default_factory=dict)
    """Of the lines that are read."""
    _told: threading.Lock = dataclasses.field(default_factory=threading.Lock)
    """Taken by who tells first what came of it, and never given back: several of its lines may fail."""

    @property
    def lines(self) -> finds.Found:
        """What was found. Raises `RuntimeError` before it was."""
        if self.found is None:
            raise RuntimeError("the page's lines are not found yet")
        return self.found

    @property
    def complete(self) -> bool:
        """Whether all is read that was to be, so far."""
        return len(self.texts) == self.lines.count

    def finding(self) -> "Piece":
        """To find its lines."""
        height, width = self._there.image.shape[:2]
        return schedule.Piece(self, min(height * width, _SEEN) * self.options.looks // _DETECTION)

    def hand_over(self) -> documents.Page:
        """The page, which this lets go of. Raises `RuntimeError` the second time."""
        page, self.page = self._there, None
        return page

    @property
    def _there(self) -> documents.Page:
        if self.page is None:
            raise RuntimeError("the page is gone")
        return self.page

    def reading(self) -> "list[Piece]":
        """To read each of them that is not read."""
        return [self._piece(index, self.lines.tried(index)) for index in range(len(self.texts), self.lines.count)]

    def _piece(self, index: int, tried: tries.Try) -> "Piece":
        width = recognition.bucket(tried.strip)
        return schedule.Piece(self, width * _HEIGHT, index, (tried.recogniser, width), tried.budget * _HEIGHT)

    def end(self, read: readers.Read) -> None:
        """Tell what came of it; nothing is done where that was told, or where nobody waits any more."""
        if self._told.acquire(blocking=False) and self.done.set_running_or_notify_cancel():
            self.done.set_result(read)

    def fail(self, error: Exception) -> None:
        """Tell what went wrong, likewise."""
        if self._told.acquire(blocking=False) and self.done.set_running_or_notify_cancel():
            self.done.set_exception(error)


Share = schedule.Share[Errand]
"""What one request is given of the engine."""
Piece = schedule.Piece[Errand]
