"""From bytes to pages, one at a time, within the limits. Blocking; `decoding` calls it on its threads."""

import contextlib
import ctypes
import dataclasses
import io
import math
import threading
from collections.abc import Iterator
from typing import Protocol

import numpy as np
import PIL.Image
import PIL.ImageOps
import pypdfium2
from numpy.typing import NDArray

from kubeocr_contract import settings
from kubeocr_runtime import errors

# The limits below are ours, told from a file's header before a pixel is decoded; Pillow's own would warn at a fixed size.
PIL.Image.MAX_IMAGE_PIXELS = None

PDF = "PDF"
PDF_DPI = 200
_POINTS_PER_INCH = 72
_SIDE = 32_000  # OpenCV cuts lines out with 16-bit coordinates: cv::remap, SHRT_MAX
_PDF_HEADER_WITHIN = 1024  # bytes of rubbish that readers put up with before %PDF- (ISO 32000-1, annex H.3, note 13)
_PDFIUM = threading.Lock()  # PDFium is not thread-safe: https://pypdfium2.readthedocs.io/en/stable/python_api.html

_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF87a": "GIF", b"GIF89a": "GIF", b"BM": "BMP",
    b"II*\x00": "TIFF", b"MM\x00*": "TIFF", b"II+\x00": "TIFF", b"MM\x00+": "TIFF",
}  # fmt: skip
_OPENED_AS = {"JPEG": ("JPEG", "MPO")}
"""A JPEG with a second picture for a second eye is MPO to Pillow."""


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """A page as it is read."""

    number: int
    """From 1."""
    image: NDArray[np.uint8]
    """Height x width x 3, blue green red, upright as its EXIF orientation says."""


class Document(Protocol):
    """An opened file. Any thread may call it, one call at a time goes on; after `close` every page is broken."""

    pages: int
    serial: bool
    """Whether no other of its kind may be decoded at the same time."""

    def pixels(self, index: int) -> int:
        """Of a page (from 0), told without decoding it. Raises `errors.BrokenDocument`, `errors.TooLarge`."""
        ...

    def page(self, index: int) -> Page:
        """Decode a page (from 0). Raises `errors.BrokenDocument`, `errors.TooLarge`."""
        ...

    def close(self) -> None:
        """Free what it holds."""
        ...


def open_document(data: bytes, limits: settings.Settings) -> Document:
    """The document in these bytes, whatever its name or declared type was.

    Raises `errors.InvalidField` for no bytes at all, `UnsupportedMedia`, `BrokenDocument`, `EncryptedDocument`, `TooLarge`.
    """
    if not data:
        raise errors.InvalidField("file: it is empty; send an image or a PDF", field="file")
    kind = sniff(data)
    if kind is None:
        raise errors.UnsupportedMedia("file: neither an image (PNG, JPEG, GIF, BMP, TIFF, WebP) nor a PDF")
    document = _Pdf(data, limits) if kind == PDF else _Picture(data, kind, limits)
    if document.pages > limits.pages:
        document.close()
        raise errors.TooLarge(f"file: more than {limits.pages} pages", limit_pages=limits.pages)
    return document


def sniff(data: bytes) -> str | None:
    """What a file is by its first bytes: a format's name as Pillow has it, PDF, or None."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if b"%PDF-" in data[:_PDF_HEADER_WITHIN]:
        return PDF
    return next((kind for signature, kind in _SIGNATURES.items() if data.startswith(signature)), None)


class _Picture:
    """An image; each frame of a TIFF is a page, of any other format only the first is (the rest would be animation)."""

    def __init__(self, data: bytes, kind: str, limits: settings.Settings) -> None:
        self.serial = False
        self._kind = kind
        self._limits = limits
        self._lock = threading.Lock()
        with _decoding(kind):
            self._image = PIL.Image.open(io.BytesIO(data), formats=_OPENED_AS.get(kind, (kind,)))
            self.pages = _frames(self._image, limits.pages) if kind == "TIFF" else 1

    def pixels(self, index: int) -> int:
        """From the frame's header."""
        with self._lock:
            return self._seek(index)

    def page(self, index: int) -> Page:
        """Decode one frame."""
        with self._lock, _decoding(self._kind, index + 1):
            self._seek(index)
            upright = PIL.ImageOps.exif_transpose(self._image)
            return Page(index + 1, np.ascontiguousarray(np.asarray(_flat(upright))[:, :, ::-1]))

    def close(self) -> None:
        """Free the file's bytes."""
        with self._lock:
            self._image.close()

    def _seek(self, index: int) -> int:
        """Go to a frame; its pixels, which are few enough."""
        with _decoding(self._kind, index + 1):
            self._image.seek(index)
        size = self._image.size
        _check_size(size, self._limits)
        return size[0] * size[1]


class _Pdf:
    """A PDF; a page is rendered when it is asked for."""

    def __init__(self, data: bytes, limits: settings.Settings) -> None:
        self.serial = True
        self._limits = limits
        try:
            with _PDFIUM:
                self._file = pypdfium2.PdfDocument(data)
                self._file.init_forms()  # without it, what was filled into a form is not drawn
                self.pages = len(self._file)
        except pypdfium2.PdfiumError as e:
            raise _pdf_error(data, e) from None
        if not self.pages:
            self.close()
            raise errors.BrokenDocument("file: the PDF has no pages")

    def pixels(self, index: int) -> int:
        """From the page's size."""
        with _PDFIUM, _rendering(index), contextlib.closing(self._file[index]) as page:
            width, height = map(float, page.get_size())
            return math.ceil(width * height * self._scale((width, height)) ** 2)

    def page(self, index: int) -> Page:
        """Render one page at PDF_DPI, or at less where that is more pixels than the limit."""
        with _PDFIUM, _rendering(index), contextlib.closing(self._file[index]) as page:
            bitmap = page.render(scale=self._scale(page.get_size()), rev_byteorder=False)
            with contextlib.closing(bitmap):
                return Page(index + 1, np.array(bitmap.to_numpy()[:, :, :3]))

    def close(self) -> None:
        """Free the file."""
        with _PDFIUM:
            self._file.close()

    def _scale(self, size: tuple[float, float]) -> float:
        """Pixels a point."""
        most = min(self._limits.megapixels * 1e6 / max(size[0] * size[1], 1e-6), (_SIDE / max(*size, 1e-6)) ** 2)
        return min(PDF_DPI / _POINTS_PER_INCH, math.sqrt(most))


def _frames(image: PIL.Image.Image, most: int) -> int:
    """Frames of a picture, counted to one more than `most`: Pillow's own count goes through all, each time from the start."""
    for index in range(most + 1):
        try:
            image.seek(index)
        except EOFError:
            return index
    return most + 1


@contextlib.contextmanager
def _rendering(index: int) -> Iterator[None]:
    try:
        yield
    except (pypdfium2.PdfiumError, ctypes.ArgumentError) as e:
        raise errors.BrokenDocument(f"file: page {index + 1} of the PDF cannot be rendered: {e}", page=index + 1) from None


def _pdf_error(data: bytes, error: Exception) -> errors.OcrError:
    # PDFium's last error may be an older file's: one without pages fails and sets none. /Encrypt is never itself encrypted.
    if "password" in str(error).lower() and b"/Encrypt" in data:
        return errors.EncryptedDocument("file: the PDF is encrypted; send it without a password")
    return errors.BrokenDocument("file: the PDF cannot be opened: it is damaged, or has no pages")


@contextlib.contextmanager
def _decoding(kind: str, page: int | None = None) -> Iterator[None]:
    """Whatever Pillow raises on hostile bytes is the file's fault; it documents no closed set of errors."""
    try:
        yield
    except errors.OcrError:
        raise
    except MemoryError:
        raise
    except Exception as e:  # noqa: BLE001
        where = f" in frame {page}" if page and page > 1 else ""
        raise errors.BrokenDocument(f"file: the {kind} cannot be decoded{where}: {_plain(e)}") from None


def _plain(error: Exception) -> str:
    # Pillow names the object in memory that it was reading from, which tells a client nothing
    text = str(error)
    return "it is damaged or cut off" if not text or "<" in text else text


def _check_size(size: tuple[int, int], limits: settings.Settings) -> None:
    if size[0] * size[1] > limits.megapixels * 1_000_000:
        raise errors.TooLarge(
            f"file: {size[0]} x {size[1]} pixels are more than {limits.megapixels} megapixels",
            limit_megapixels=limits.megapixels,
        )
    if max(size) > _SIDE:
        raise errors.TooLarge(f"file: {size[0]} x {size[1]} pixels; no side may be over {_SIDE}", limit_side=_SIDE)


def _flat(image: PIL.Image.Image) -> PIL.Image.Image:
    """RGB of 8 bits on white."""
    if image.mode.startswith("I") or image.mode == "F":
        image = _eight_bits(image)
    if image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        white = PIL.Image.new("RGB", layer.size, "white")
        white.paste(layer, mask=layer)
        return white
    return image.convert("RGB")


def _eight_bits(image: PIL.Image.Image) -> PIL.Image.Image:
    """Deep greyscale, whose range no format tells for sure: 16 bits if any value needs them."""
    values = np.asarray(image)
    most = 65535 if values.max(initial=0) > 255 else 255
    return PIL.Image.fromarray((values.clip(0, most) // (257 if most > 255 else 1)).astype(np.uint8))
