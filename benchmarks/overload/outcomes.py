"""What became of requests, and what that says. Pure."""

import dataclasses
import http
import json
from collections.abc import Iterable, Mapping, Sequence

from prometheus_client import parser

from benchmarks.ocr import figures

Figures = Mapping[str, float | None]


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """An answer; seconds are of the monotonic clock."""

    status: int
    begun: float
    ended: float
    body: bytes = b""

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.ended - self.begun


def goodput(found: Iterable[Outcome], begun: float, seconds: float) -> float:
    """Answers with a text that came in the time, a second."""
    return sum(each.status == http.HTTPStatus.OK and each.ended <= begun + seconds for each in found) / seconds


def p95(found: Sequence[Outcome]) -> float | None:
    """Seconds of what was read; None where nothing was."""
    return _percentile([each.seconds for each in found if each.status == http.HTTPStatus.OK], 95)


def refusals(found: Sequence[Outcome]) -> Figures:
    """How many were told to come again, how soon (None where none was), and how many were answered anything else."""
    refused = [each.seconds for each in found if each.status == http.HTTPStatus.TOO_MANY_REQUESTS]
    return {"refused": len(refused), "refusal_p99_seconds": _percentile(refused, 99), "failed": failed(found) - len(refused)}


def failed(found: Iterable[Outcome]) -> int:
    """How many were not read."""
    return sum(each.status != http.HTTPStatus.OK for each in found)


def differences(found: Sequence[Outcome], alone: Sequence[Outcome]) -> int:
    """How many answers say something else than the one to the same request alone; `alone` is repeated as often as needed."""
    wanted = [said(each) for each in alone]
    return sum(said(each) != wanted[number % len(wanted)] for number, each in enumerate(found))


def said(outcome: Outcome) -> tuple[int, object]:
    """The status and the body, less how long it took."""
    if outcome.status != http.HTTPStatus.OK:
        return outcome.status, outcome.body
    return outcome.status, {key: value for key, value in json.loads(outcome.body).items() if key != "timings"}


def gauge(exposition: str, name: str) -> int:
    """The value of a metric without labels, in Prometheus' text format. Raises `ValueError` where it is not there."""
    samples = (sample for family in parser.text_string_to_metric_families(exposition) for sample in family.samples)
    for sample in samples:
        if sample.name == name:
            return int(sample.value)
    raise ValueError(f"no metric {name}")


def unaccounted(lines: Sequence[Mapping[str, object]], pages: int) -> int:
    """Pages that no line says anything of, or more than one; with a last line that is missing, all."""
    numbers = [line["page"] for line in lines if "page" in line]
    if not lines or "page" in lines[-1]:
        return pages
    return sum(numbers.count(number) != 1 for number in range(1, pages + 1))


def _percentile(values: Sequence[float], percent: float) -> float | None:
    return figures.percentile(values, percent) if values else None
