"""What an order's fields ask for, by the route that it is for, and a job's pages as that route's answer.

A route that gives work to jobs has a `Parse` here, or hands in its own.
"""

import asyncio
import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from kubeocr_contract import outputs, structured, wire
from kubeocr_runtime import readers, services, wishes
from kubeocr_runtime.formats import content
from kubeocr_runtime.jobs import kept
from kubeocr_runtime.structure import answers
from kubeocr_runtime.structure import asked as structure


class Task(Protocol):
    """What an order asks for."""

    @property
    def wish(self) -> wishes.Wish:
        """Of the reading."""
        ...

    @property
    def whole(self) -> bool:
        """Whether a page that cannot be read fails the document; else it is kept as a fault, and the others are read."""
        ...

    async def answer(self, pages: Sequence[kept.Kept], file: bytes) -> bytes:
        """All pages in order, and the document, as the job's result. Raises `errors.OcrError`."""
        ...


Parse = Callable[[services.Services, Mapping[str, str]], Task]
"""An order's fields as what they ask for. Raises `errors.OcrError`."""


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """The text of a document, as `routes.recognise` answers with it."""

    known: services.Services
    wish: wishes.Wish
    whole: bool = True

    async def answer(self, pages: Sequence[kept.Kept], file: bytes) -> bytes:
        """JSON, or another format where one is asked for."""
        reads = read(pages)
        if self.wish.output.name == outputs.JSON:
            return await asyncio.to_thread(_json, lambda: wishes.answer(self.wish, reads))
        found = content.Content(tuple(each.result for each in reads), self.wish.language, file)
        return await self.known.printer.printed(self.wish.output, found)


@dataclasses.dataclass(frozen=True, slots=True)
class Structure:
    """A document's structure, as `structure.routes.read` answers with it."""

    wanted: structure.Asked
    whole: bool = True

    @property
    def wish(self) -> wishes.Wish:
        """Of the reading."""
        return self.wanted.wish

    async def answer(self, pages: Sequence[kept.Kept], file: bytes) -> bytes:
        """JSON, or a ZIP file where one is asked for."""
        if self.wanted.images == structured.ZIP:
            return await asyncio.to_thread(answers.archive, read(pages))
        return await asyncio.to_thread(_json, lambda: answers.answer(self.wanted, read(pages)))


def read(pages: Sequence[kept.Kept]) -> list[readers.Read]:
    """Those that were."""
    return [each.read for each in pages if each.read]


def parses(known: services.Services) -> dict[str, Parse]:
    """Path of each route that reads -> its orders' parser."""
    ocr = {route.path: _reading(route) for route in wire.OCR_ROUTES}
    structures = {path: _structure(structure.route(path, known.settings)) for path in structured.ROUTES}
    return {**ocr, **structures}


def _reading(route: wire.OcrRoute) -> Parse:
    return lambda known, fields: Reading(known, wishes.parse(route, fields, known.store, known.worker.reader))


def _structure(route: wire.OcrRoute) -> Parse:
    return lambda known, fields: Structure(structure.parse(route, fields, known.store, known.worker.reader))


def _json(answer: Callable[[], Mapping[str, object]]) -> bytes:
    return json.dumps(answer()).encode()
