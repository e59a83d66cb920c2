"""A document's pages as pictures for a model that sees: upright, no larger than helps, as data URLs."""

import asyncio
from collections.abc import Sequence

from kubeocr_runtime import data_urls, decoding, documents, jpegs, orientation, tensors, turns

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
    return data_urls.of(jpeg(orientation.upright(page.image, angle)), data_urls.JPEG)


def jpeg(image: tensors.Image) -> bytes:
    """A file of it."""
    return jpegs.encode(image, _SIDE, _QUALITY)
