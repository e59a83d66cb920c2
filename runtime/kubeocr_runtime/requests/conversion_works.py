"""A conversion as a job: what its fields ask for, and its pages in the format that is wanted."""

import asyncio
import dataclasses
import json
from collections.abc import Mapping, Sequence

from kubeocr_contract import models, ocr_server, outputs, polygons, wire
from kubeocr_runtime import forms, readers, results, services, wishes
from kubeocr_runtime.formats import content
from kubeocr_runtime.jobs import kept, tasks
from kubeocr_runtime.requests import converting, works
from kubeocr_runtime.structure import asked as structure

_SIDE = 1000
"""Pixels of a page that could not be read: nothing is known of it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Conversion:
    """A document in another format."""

    known: services.Services
    wish: wishes.Wish
    mode: str
    """One of `converting.MODES`; empty where none was named."""
    box: tuple[float, float, float, float] | None
    least: float
    """Lines of less confidence are left out."""
    whole: bool = False
    """A page that cannot be read says so in its place."""

    async def answer(self, pages: Sequence[kept.Kept], file: bytes) -> bytes:
        """Raises the first page's error where none could be read."""
        works.refuse_if_none(pages)
        if self.wish.output.name == outputs.JSON:
            return await asyncio.to_thread(lambda: json.dumps(self._json(pages), ensure_ascii=False).encode())
        found = content.Content(tuple(map(self._page, pages)), self.wish.language, file)
        return await self.known.printer.printed(self.wish.output, found)

    def _json(self, pages: Sequence[kept.Kept]) -> dict[str, object]:
        kept_pages = [dataclasses.replace(each, read=self._read(each)) if each.read else each for each in pages]
        if self.mode != converting.LAYOUT:
            return works.Reading(self.wish, layout=True).told(kept_pages)
        read = [each.result for each in tasks.read(kept_pages)]
        return {"pages": [_map(page) for page in read], "failed_pages": list(works.failed(pages))}

    def _read(self, page: kept.Kept) -> readers.Read | None:
        return dataclasses.replace(page.read, result=self._page(page)) if page.read else None

    def _page(self, page: kept.Kept) -> results.PageResult:
        """With the lines that are wanted; of one that could not be read, a line that says so."""
        if page.read is None:
            return _missing(page)
        found = page.read.result
        if self.box is None and not self.least:
            return found
        rows = tuple(tuple(filter(self._is_wanted, row)) for row in found.rows)
        blocks = tuple(_with_lines(block, tuple(filter(self._is_wanted, block.lines))) for block in found.blocks)
        kept_blocks = tuple(block for block in blocks if block.lines or (not self.box and block.image))
        return dataclasses.replace(found, rows=tuple(filter(None, rows)), blocks=kept_blocks)

    def _is_wanted(self, line: results.Line) -> bool:
        left, top, right, bottom = polygons.around(line.polygon)
        across, down = (left + right) / 2, (top + bottom) / 2
        inside = self.box is None or (self.box[0] <= across <= self.box[2] and self.box[1] <= down <= self.box[3])
        return inside and line.confidence >= self.least


def parses(known: services.Services) -> dict[str, tasks.Parse]:
    """The route -> the parser of its orders' fields."""
    route = wire.OcrRoute(ocr_server.CONVERT, known.settings.model_version, "")
    return {route.path: lambda services, fields: _parse(route, services, fields)}


def _parse(route: wire.OcrRoute, known: services.Services, fields: Mapping[str, str]) -> Conversion:
    box = fields.get(converting.BOX)
    return Conversion(
        known,
        _wish(route, known, fields),
        mode=fields[converting.MODE],
        box=tuple(json.loads(box)) if box else None,
        least=int(fields.get(converting.THRESHOLD, "0")) / 100,
    )


def _wish(route: wire.OcrRoute, known: services.Services, fields: Mapping[str, str]) -> wishes.Wish:
    """With the page's structure where it is wanted and a model for it is here; a PDF keeps its own."""
    smart = forms.flag(fields, converting.SMART, default=False)
    if smart and fields[outputs.FORMAT_FIELD] != outputs.PDF and models.layout(known.store.carried()):
        return structure.parse(route, fields, known.store, known.worker.reader).wish
    return wishes.parse(route, fields, known.store, known.worker.reader)


def _missing(page: kept.Kept) -> results.PageResult:
    why = page.fault.message if page.fault else "unknown"
    corners = ((0, 0), (_SIDE, 0), (_SIDE, 20), (0, 20))
    line = results.Line(f"[page {page.page} could not be read: {why}]", 0.0, corners)
    return results.PageResult(page.page, _SIDE, _SIDE, 0, ((line,),))


def _with_lines(block: results.Block, lines: tuple[results.Line, ...]) -> results.Block:
    """A block that lost some has the text of the others."""
    if lines == block.lines:
        return block
    return dataclasses.replace(block, lines=lines, content="\n".join(line.text for line in lines))


def _map(page: results.PageResult) -> dict[str, object]:
    blocks = [{"type": x.label, "bbox": list(polygons.around(x.polygon))} for x in content.blocks(page)]
    return {"page": page.number, "width": page.width, "height": page.height, "blocks": blocks}
