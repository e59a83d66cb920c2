"""The route that extracts values of keys: a document is read as on any route, and a language model finds the values in it."""

import dataclasses
import functools
from collections.abc import Mapping

from aiohttp import web

from kubeocr_contract import extraction as shape
from kubeocr_contract import wire
from kubeocr_runtime import readers, uploads, visits, wishes
from kubeocr_runtime.extraction import evidence, extracting, fields
from kubeocr_runtime.llm import pictures


@dataclasses.dataclass(slots=True)
class _Form:
    """Parses a form, and keeps what of it is for the language model."""

    visit: visits.Visit
    wanted: fields.Wanted = dataclasses.field(init=False)

    def parse(self, form: Mapping[str, str]) -> wishes.Wish:
        """As `visits.Parse`."""
        known = self.visit.services
        self.wanted = fields.parse(form, known.settings)
        known.llm.refuse_if_away(self.wanted.server)
        route = wire.OcrRoute(shape.PATH, known.settings.model_version, shape.DESCRIPTION)
        return wishes.parse(route, form, known.store, known.worker.reader)


async def extract(request: web.Request) -> web.Response:
    """POST of a form with a file and keys."""
    visit = visits.Visit.of(request)
    known, form = visit.services, _Form(visit)
    fields.refuse_without_server(known.settings)
    async with visits.let_in(visit) as ticket:
        async with visits.opened(visit, ticket, form.parse) as task:
            reads = await known.turns.read_all(task.document, task.job)
            angles = [read.result.angle for read in reads[: extracting.PICTURES]] if form.wanted.vision_model else []
            shown = await pictures.of(known.turns, task.document, angles)
        ask = functools.partial(known.llm.ask, form.wanted.server)
        found = await extracting.extract(ask, form.wanted, [read.result for read in reads], shown)
    return web.json_response(answer(task.wish, reads, found))


def answer(wish: wishes.Wish, reads: list[readers.Read], found: extracting.Extraction) -> dict[str, object]:
    """The JSON of what was found."""
    return shape.Answer(
        details={key: _detail(finding) for key, finding in found.findings.items()},
        models=found.wanted.models,
        flags=wish.flags,
        language=wish.language.id,
        total_pages=len(reads),
        timings=sum(map(wishes.timings, reads), wire.Timings()),
        fallback=found.fallback,
        warnings=tuple(found.warnings),
    ).json()


def _detail(finding: extracting.Finding) -> dict[str, object]:
    return shape.detail(finding.status, finding.answer, finding.model, map(_place, finding.places))


def _place(place: evidence.Place) -> dict[str, object]:
    return shape.place(place.page, ((line.text, line.polygon) for line in place.lines))


ROUTES = (web.post(shape.PATH, extract, expect_handler=uploads.wait_to_be_asked),)
