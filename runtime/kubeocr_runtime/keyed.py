"""The route that extracts values of keys: a document is read as on any route, and a language model finds the values in it."""

import functools
from collections.abc import Mapping

from aiohttp import web

from kubeocr_contract import extraction as shape
from kubeocr_contract import wire
from kubeocr_runtime import readers, uploads, visits, wishes
from kubeocr_runtime.extraction import evidence, extracting, fields
from kubeocr_runtime.llm import pictures


async def extract(request: web.Request) -> web.Response:
    """POST of a form with a file and keys."""
    visit = visits.Visit.of(request)
    known = visit.services
    fields.refuse_without_server(known.settings)

    def parse(form: Mapping[str, str]) -> tuple[wishes.Wish, fields.Wanted]:
        wanted = fields.parse(form, known.settings)
        known.llm.refuse_if_away(wanted.server)
        route = wire.OcrRoute(shape.PATH, known.settings.model_version, shape.DESCRIPTION)
        return wishes.parse(route, form, known.store, known.worker.reader), wanted

    async with visits.let_in(visit) as ticket:
        async with visits.opened(visit, ticket, parse) as (task, wanted):
            reads = await known.turns.read_all(task.document, task.job)
            angles = [read.result.angle for read in reads[: extracting.PICTURES]] if wanted.vision_model else []
            shown = await pictures.of(known.turns, task.document, angles)
        ask = functools.partial(known.llm.ask, wanted.server)
        found = await extracting.extract(ask, wanted, [read.result for read in reads], shown)
    return web.json_response(answer(task.wish, reads, found))


def answer(wish: wishes.Wish, reads: list[readers.Read], found: extracting.Extraction) -> dict[str, object]:
    """The JSON of what was found."""
    told = shape.Answer(
        details={key: _detail(finding) for key, finding in found.findings.items()},
        models=found.wanted.models,
        flags=wish.flags,
        language=wish.language.id,
        pages=[shape.page(x.number, (x.width, x.height), x.angle) for x in (read.result for read in reads)],
        timings=sum(map(wishes.timings, reads), wire.Timings()),
        fallback=found.fallback,
        warnings=tuple(found.warnings),
    ).json()
    return {**told, **wishes.languages_told(wish, reads)}


def _detail(finding: extracting.Finding) -> dict[str, object]:
    return shape.detail(finding.status, finding.answer, finding.model, map(_place, finding.places))


def _place(place: evidence.Place) -> dict[str, object]:
    return shape.place(place.page, ((line.text, line.polygon) for line in place.lines))


ROUTES = (web.post(shape.PATH, extract, expect_handler=uploads.wait_to_be_asked),)
