"""PDFs that are rendered in this very process: for the command line, and whoever reads one page and ends."""

import threading

import numpy as np

from kubeocr_contract import settings
from kubeocr_runtime.documents import pages
from kubeocr_runtime.pdfs import layers, pdfium, sizes

_PDFIUM = threading.Lock()  # PDFium is not thread-safe: https://pypdfium2.readthedocs.io/en/stable/python_api.html


class Pdf:
    """A PDF; a page is rendered when it is asked for."""

    def __init__(self, data: bytes, limits: settings.Settings) -> None:
        self._bounds = sizes.Bounds(limits.megapixels * 1_000_000, pages.SIDE)
        with _PDFIUM:
            self._file = pdfium.File(data)
        self.pages = self._file.pages

    def pixels(self, index: int) -> int:
        """From the page's size."""
        width, height = self._size(index)
        return width * height

    def page(self, index: int) -> pages.Page:
        """Render one page at `sizes.DPI`, or at less where that is more pixels than the limit."""
        width, height = self._size(index)
        image = np.empty((height, width, 3), np.uint8)
        with _PDFIUM:
            self._file.draw(index, (width, height), image.data)
        return pages.Page(index + 1, image)

    def layer(self, index: int) -> layers.Layer | None:
        """Its own text, in pixels of the page as it would be rendered."""
        size = self._size(index)
        with _PDFIUM:
            return self._file.layer(index, size)

    def close(self) -> None:
        """Free the file."""
        with _PDFIUM:
            self._file.close()

    def _size(self, index: int) -> tuple[int, int]:
        with _PDFIUM:
            return sizes.pixels(self._file.points(index), self._bounds)
