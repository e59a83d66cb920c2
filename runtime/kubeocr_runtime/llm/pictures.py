"""A document's pages as pictures for a model that sees: upright, no larger than helps, as data URLs."""

import asyncio
from collections.abc import Sequence

import cv2
import numpy as np

from kubeocr_runtime import decoding, documents, orientation, tensors, turns
from kubeocr_runtime.llm import questions

_SIDE = 2000
"""Pixels of the longer side: A4 at 170 dpi, in which small print can be read; a fifth of the bytes of a scan at 400 dpi."""
_QUALITY = 90


async def of(known: turns.Turns, document: decoding.Opened, angles: Sequence[int]) -> tuple[str, ...]:
    """The first pages, one for each angle: degrees by which it has to be turned. Raises what decoding raises."""
    return tuple([await _page(known, document, index, angle) for index, angle in enumerate(angles)])


async def _page(known: turns.Turns, document: decoding.Opened, index: int, angle: int) -> str:
    async with known.room.take(await document.pixels(index)) as held:
        page = await document.page(index, held)
        return await asyncio.to_thread(_drawn, page, angle)


def _drawn(page: documents.Page, angle: int) -> str:
    return questions.data_url(jpeg(orientation.upright(page.image, angle)), "image/jpeg")


def jpeg(image: tensors.Image) -> bytes:
    """A file of it."""
    scale = _SIDE / max(image.shape[:2])
    if scale < 1:
        image = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return bytes(data)
