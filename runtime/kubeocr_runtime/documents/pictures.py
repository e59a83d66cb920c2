"""Images as documents. Each is decoded once for each page that is asked for; sizes come from headers."""

import contextlib
import io
import threading
from collections.abc import Iterator

import numpy as np
import PIL.Image
import PIL.ImageOps
from numpy.typing import NDArray

from kubeocr_contract import settings
from kubeocr_runtime import errors
from kubeocr_runtime.documents import pages
from kubeocr_runtime.pdfs import layers

# The limits are ours, told from a file's header before a pixel is decoded; Pillow's own would warn at a fixed size.
PIL.Image.MAX_IMAGE_PIXELS = None

_OPENED_AS = {"JPEG": ("JPEG", "MPO")}
"""A JPEG with a second picture for a second eye is MPO to Pillow."""
_ORIENTATION = 0x0112
_UPRIGHT = 1
_PLAIN = frozenset({"1", "L", "RGB"})
_BAND = 64
"""Rows that are brought into our form at once: what they pass through stays in the processor's cache, and no more than the
decoded picture and our form of it are in memory as a whole."""


class Picture:
    """An image; each frame of a TIFF is a page, of any other format only the first is (the rest would be animation)."""

    def __init__(self, data: bytes, kind: str, limits: settings.Settings) -> None:
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

    def page(self, index: int) -> pages.Page:
        """Decode one frame."""
        with self._lock, _decoding(self._kind, index + 1):
            self._seek(index)
            return pages.Page(index + 1, _pixels(_upright(self._image)))

    def shown(self, index: int) -> PIL.Image.Image:
        """A frame (from 0), upright, of mode 1, L or RGB. Its `format` is the file's only where nothing of it was changed."""
        with self._lock, _decoding(self._kind, index + 1):
            self._seek(index)
            image = _upright(self._image)
            image = _eight_bits(image) if _is_deep(image) else image
            return image if image.mode in _PLAIN and "transparency" not in image.info else _flat(image)

    def layer(self, index: int) -> layers.Layer | None:
        """A picture has none."""
        return None

    def close(self) -> None:
        """Free the file's bytes."""
        with self._lock:
            self._image.close()

    def _seek(self, index: int) -> int:
        """Go to a frame; its pixels, which are few enough."""
        with _decoding(self._kind, index + 1):
            self._image.seek(index)
        size = self._image.size
        pages.check_size(size, self._limits)
        return size[0] * size[1]


def _frames(image: PIL.Image.Image, most: int) -> int:
    """Frames of a picture, counted to one more than `most`: Pillow's own count goes through all, each time from the start."""
    for index in range(most + 1):
        try:
            image.seek(index)
        except EOFError:
            return index
    return most + 1


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


def _upright(image: PIL.Image.Image) -> PIL.Image.Image:
    """Decoded, and turned as its EXIF orientation says; what stands upright already is not copied, as Pillow would."""
    image.load()
    return image if image.getexif().get(_ORIENTATION, _UPRIGHT) == _UPRIGHT else PIL.ImageOps.exif_transpose(image)


def _pixels(image: PIL.Image.Image) -> NDArray[np.uint8]:
    """Height x width x 3, blue green red, on white."""
    if _is_deep(image):
        image = _eight_bits(image)
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    for top in range(0, image.height, _BAND):
        band = _flat(image.crop((0, top, image.width, min(top + _BAND, image.height))))
        pixels[top : top + _BAND] = np.frombuffer(band.tobytes("raw", "BGR"), np.uint8).reshape(band.height, band.width, 3)
    return pixels


def _is_deep(image: PIL.Image.Image) -> bool:
    return image.mode.startswith("I") or image.mode == "F"


def _flat(image: PIL.Image.Image) -> PIL.Image.Image:
    """RGB of 8 bits on white."""
    if image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        white = PIL.Image.new("RGB", layer.size, "white")
        white.paste(layer, mask=layer)
        return white
    return image if image.mode == "RGB" else image.convert("RGB")


def _eight_bits(image: PIL.Image.Image) -> PIL.Image.Image:
    """Deep greyscale, whose range no format tells for sure: 16 bits if any value needs them."""
    values = np.asarray(image)
    most = 65535 if values.max(initial=0) > 255 else 255
    return PIL.Image.fromarray((values.clip(0, most) // (257 if most > 255 else 1)).astype(np.uint8))
