"""What the orders of this API ask for, and what their pages become: `jobs.tasks.Task`s. Pure."""

import asyncio
import dataclasses
import json
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence

from kubeocr_contract import ocr_server, polygons, wire
from kubeocr_runtime import errors, forms, results, services, wishes
from kubeocr_runtime.formats import content
from kubeocr_runtime.jobs import kept, tasks
from kubeocr_runtime.requests import ordering


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """The text of a document, and where it stands."""

    wish: wishes.Wish
    layout: bool
    whole: bool = False
    """A page that cannot be read is told of, and the others are there."""

    async def answer(self, pages: Sequence[kept.Kept], file: bytes) -> bytes:
        """JSON. Raises the first page's error where none could be read."""
        refuse_if_none(pages)
        return await asyncio.to_thread(lambda: json.dumps(self.told(pages), ensure_ascii=False).encode())

    def told(self, pages: Sequence[kept.Kept]) -> dict[str, object]:
        """`result` of the request."""
        read = [each.result for each in tasks.read(pages)]
        return {
            **ocr_server.result("\n\n".join(page.text for page in read), _confidence(read), self._layout(read)),
            "language": self.wish.language.id,
            "total_pages": len(pages),
            "pages": [wire.page(x.number, (x.width, x.height), x.angle, x.text, own_text=x.own_text) for x in read],
            "failed_pages": list(failed(pages)),
        }

    def _layout(self, pages: Sequence[results.PageResult]) -> Mapping[str, list[dict[str, object]]]:
        if not self.layout:
            return {"blocks": [], "lines": [], "words": []}
        return {
            "blocks": [piece for page in pages for piece in _blocks(page)],
            "lines": [_piece(line, page) for page in pages for line in page.lines],
            "words": [_piece(word, page) for page in pages for line in page.lines for word in line.words],
        }


def parses(known: services.Services) -> dict[str, tasks.Parse]:
    """Path of each route that takes orders -> the parser of their fields."""
    return {path: _reading(wire.OcrRoute(path, known.settings.model_version, "")) for path in ocr_server.READING}


def refuse_if_none(pages: Sequence[kept.Kept]) -> None:
    """Raises the first page's error where no page could be read."""
    fault = next((page.fault for page in pages if page.fault), None)
    if fault and not tasks.read(pages):
        raise errors.again(fault.code, fault.message, fault.details)


def failed(pages: Iterable[kept.Kept]) -> Iterator[dict[str, object]]:
    """The pages that could not be read, each with why."""
    for page in pages:
        if page.fault is not None:
            yield {"page": page.page, **ocr_server.fault(page.fault.code, page.fault.message, page.fault.details)}


def _reading(route: wire.OcrRoute) -> tasks.Parse:
    def parse(known: services.Services, fields: Mapping[str, str]) -> Reading:
        wish = wishes.parse(route, fields, known.store, known.worker.reader)
        return Reading(wish, forms.flag(fields, ordering.LAYOUT, default=True))

    return parse


def _confidence(pages: Iterable[results.PageResult]) -> float:
    """The mean of all lines; 0 where there is none."""
    found = [line.confidence for page in pages for line in page.lines]
    return round(statistics.fmean(found), 4) if found else 0.0


def _blocks(page: results.PageResult) -> Iterator[dict[str, object]]:
    for block in content.blocks(page):
        box = polygons.around(block.polygon)
        yield {**ocr_server.piece(block.content, block.confidence, box, page.number), "type": block.label}


def _piece(found: results.Line | results.Word, page: results.PageResult) -> dict[str, object]:
    return ocr_server.piece(found.text, found.confidence, polygons.around(found.polygon), page.number)
