"""Documents that say which job's they are, and a reader that needs no models, takes a set time and notes what it reads."""

import hashlib
import io
import time
from collections.abc import Sequence

import numpy as np
import PIL.Image

from benchmarks.jobs import events
from kubeocr_contract import languages, models, report, settings, wire
from kubeocr_runtime import documents, finds, pipelines, placements, recognition, results
from kubeocr_runtime.jobs import orders

PAGES = 3
_QUAD = ((1, 1), (7, 1), (7, 3), (1, 3))


def document(number: int) -> bytes:
    """A TIFF of PAGES pages, each of whose first pixels are the job's number and the page's."""
    frames = []
    for page in range(1, PAGES + 1):
        pixels = np.zeros((4, 8, 3), np.uint8)
        pixels[:, 0], pixels[:, 1], pixels[:, 2] = number >> 8, number & 255, page
        frames.append(PIL.Image.fromarray(pixels))
    out = io.BytesIO()
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:])
    return out.getvalue()


def order(found: bytes) -> orders.Order:
    """To read it, with a service's own limits."""
    chosen = settings.Settings()
    return orders.Order(
        id=orders.new_id(),
        route=wire.OCR_ROUTES[0].path,
        file="file",
        digest=hashlib.sha256(found).hexdigest(),
        size=len(found),
        wait_seconds=chosen.queue_wait_seconds,
        run_seconds=chosen.queue_run_seconds,
        attempts=chosen.queue_attempts,
    )


def text(number: int, page: int) -> str:
    """What is read there."""
    return f"job {number} page {page}"


class Reader:
    """A `readers.Reader`."""

    def __init__(self, page_seconds: float, notes: events.Notes) -> None:
        self.streams = self.threads = 2
        self.orients_pages = self.orients_lines = self.flattens_pages = False
        self.loaded: dict[str, str] = {}
        self.engine = report.Engine(name="pretended")
        self._seconds, self._notes = page_seconds, notes

    def warm(self) -> None:
        """There is nothing to load."""

    def self_test(self) -> None:
        """There is nothing to go wrong."""

    def find(self, page: documents.Page, options: pipelines.ReadOptions) -> finds.Found:
        """One line."""
        high, low, number = (int(page.image[0, x, 0]) for x in range(3))
        self._notes.note(events.READ, str(high * 256 + low), number)
        time.sleep(self._seconds)
        height, width, _ = page.image.shape
        strip = np.zeros((48, 320, 3), np.uint8)
        strip[0, 0], strip[0, 1], strip[0, 2] = high, low, number
        quad = np.array(_QUAD, np.int32)
        return finds.Found(page.number, placements.Placement((width, height)), (quad,), (strip,), ("pretended", False), 1280)

    def recognise(self, key: recognition.Key, strips: Sequence[recognition.Strip]) -> list[recognition.Text]:
        """What the page says of itself."""
        said = (text(int(x[0, 0, 0]) * 256 + int(x[0, 1, 0]), int(x[0, 2, 0])) for x in strips)
        return [recognition.Text(each, 1.0) for each in said]

    def reconsider(self, found: finds.Found, texts: Sequence[recognition.Text], options: pipelines.ReadOptions) -> finds.Found:
        """There is nothing to read another time."""
        return found

    def place(
        self,
        found: finds.Found,
        texts: Sequence[recognition.Text],
        options: pipelines.ReadOptions,
    ) -> results.PageResult:
        """The one line."""
        lines = tuple(results.Line(each.text, each.confidence, _QUAD) for each in texts)
        return results.PageResult(found.number, *found.placement.size, 0, (lines,))


class Models:
    """A `readers.Store` that has what an image carries."""

    def carried(self) -> frozenset[str]:
        """Names."""
        return models.WHEELS

    def reader(self, language: languages.Language, version: str, size: str | None = None) -> models.Reader:
        """Of these."""
        found = models.choose(language, version, size or "small", self.carried())
        if found is None:
            raise LookupError(language.id)
        return found
