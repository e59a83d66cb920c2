"""An opened PDF. Blocking, and one call at a time in a process: PDFium is not thread-safe.

JavaScript does not run: PDFium's builds in pypdfium2 have no engine for it, and nothing here asks for a document's actions.
"""

import contextlib
import ctypes
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pypdfium2.raw

from kubeocr_runtime import errors
from kubeocr_runtime.pdfs import layers, letters

_WHITE = (255, 255, 255, 255)
_CHANNELS = 3


class File:
    """A file of `pages` pages. Raises `errors.BrokenDocument`, `errors.EncryptedDocument`."""

    def __init__(self, data: bytes | memoryview) -> None:
        """`data` has to stay as it is until `close`."""
        held = data if isinstance(data, bytes) else _array(data)
        try:
            self._file = pypdfium2.PdfDocument(held)
            self._file.init_forms()  # without it, what was filled into a form is not drawn
            self.pages = len(self._file)
        except pypdfium2.PdfiumError as e:
            raise _unopened(bytes(data), e) from None
        if not self.pages:
            self.close()
            raise errors.BrokenDocument("file: the PDF has no pages")

    def points(self, index: int) -> tuple[float, float]:
        """Width and height of a page (from 0), told without looking at what is on it. Raises `errors.BrokenDocument`."""
        with _reading(index):
            width, height = self._file.get_page_size(index)
            return float(width), float(height)

    def draw(self, index: int, size: tuple[int, int], into: memoryview) -> None:
        """Fill height x width x 3 bytes with a page (from 0), blue green red. Raises `errors.BrokenDocument`."""
        with _reading(index), self._page(index) as page:
            made = pypdfium2.PdfBitmap.new_native(*size, pypdfium2.raw.FPDFBitmap_BGR, buffer=_array(into))
            with contextlib.closing(made) as bitmap:
                bitmap.fill_rect(_WHITE, 0, 0, *size)
                drawn = bitmap, page, 0, 0, *size, 0, pypdfium2.raw.FPDF_ANNOT
                pypdfium2.raw.FPDF_RenderPageBitmap(*drawn)
                if page.formenv:
                    pypdfium2.raw.FPDF_FFLDraw(page.formenv, *drawn)

    def layer(self, index: int, size: tuple[int, int]) -> layers.Layer | None:
        """A page's own text, in pixels of the page as `draw` would draw it in this size (width, height).

        None where there is more of it than anybody reads. Raises `errors.BrokenDocument`.
        """
        with _reading(index), self._page(index) as page:
            return letters.layer(page, size)

    def close(self) -> None:
        """Free the file."""
        self._file.close()

    @contextlib.contextmanager
    def _page(self, index: int) -> Iterator[Any]:
        with contextlib.closing(self._file[index]) as page:
            yield page


def _array(view: memoryview) -> Any:
    """The same memory as ctypes knows it."""
    return (ctypes.c_ubyte * view.nbytes).from_buffer(view)


@contextlib.contextmanager
def _reading(index: int) -> Iterator[None]:
    try:
        yield
    except (pypdfium2.PdfiumError, ctypes.ArgumentError) as e:
        raise errors.BrokenDocument(f"file: page {index + 1} of the PDF cannot be rendered: {e}", page=index + 1) from None


def _unopened(data: bytes, error: Exception) -> errors.OcrError:
    # PDFium's last error may be an older file's: one without pages fails and sets none. /Encrypt is never itself encrypted.
    if "password" in str(error).lower() and b"/Encrypt" in data:
        return errors.EncryptedDocument(errors.LOCKED)
    return errors.BrokenDocument("file: the PDF cannot be opened: it is damaged, or has no pages")
