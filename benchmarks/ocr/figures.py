"""What came of reading, as figures: of one measurement, and the medians and ratios of all rounds. Pure."""

import dataclasses
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence

from benchmarks.ocr import rates, systems, workloads

Figures = Mapping[str, float]
Round = Mapping[str, Mapping[str, Figures]]
"""Of each workload each system's figures."""


@dataclasses.dataclass(frozen=True, slots=True)
class Attempt:
    """One request; the answer is None where it failed."""

    job: workloads.Job
    seconds: float
    answer: systems.Answer | None
    error: str = ""
    """Why it failed."""


@dataclasses.dataclass(frozen=True, slots=True)
class Measured:
    """A workload that a system has been through, in wall-clock seconds, with what it used before and after."""

    seconds: float
    attempts: Sequence[Attempt]
    before: systems.Usage
    after: systems.Usage


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """All that a run has found."""

    starts: Mapping[str, float]
    """Of each system the seconds until it could read."""
    documents: Mapping[str, Mapping[str, Figures]]
    """Of each system each page's `error_percent` and `words_percent`."""
    rounds: Sequence[Round]


def of(measured: Measured) -> Figures:
    """Rates are of what succeeded: a failure is no fast answer. A figure of answers is left out where there are none."""
    done = [each for each in measured.attempts if each.answer is not None]
    readings = [rates.Reading(each.job.truth, each.answer.text) for each in done if each.answer]
    return {
        "per_second": len(done) / measured.seconds,
        "cpu_seconds": (measured.after.cpu_seconds - measured.before.cpu_seconds) / max(len(done), 1),
        "rss_mib": measured.after.rss_mib,
        "peak_mib": measured.after.peak_mib,
        "error_percent": rates.error_percent(readings),
        "words_percent": rates.words_percent(readings),
        "failed": len(measured.attempts) - len(done),
        **_seconds(done),
        **_http_share(done),
    }


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many per cent of the values do not exceed: the nearest rank, so always one that was measured."""
    ordered = sorted(values)
    return ordered[max(1, math.ceil(len(ordered) * percent / 100)) - 1]


def medians(rounds: Sequence[Round]) -> Round:
    """Each figure's median over the rounds that have it."""
    return {
        workload: {system: _medians([each[workload][system] for each in rounds]) for system in of_systems}
        for workload, of_systems in rounds[0].items()
    }


def ratio(rounds: Sequence[Round], workload: str, system: str, others: Iterable[str]) -> float | None:
    """How many times as much a second as the fastest of the others: the median over the rounds, each compared in itself.

    None where the system was not measured, or none of the others read anything.
    """
    there = [other for other in others if other in rounds[0].get(workload, {})]
    if not there or system not in rounds[0][workload]:
        return None
    fastest = [max(each[workload][other]["per_second"] for other in there) for each in rounds]
    own = [each[workload][system]["per_second"] for each in rounds]
    return statistics.median([a / b for a, b in zip(own, fastest, strict=True) if b]) if any(fastest) else None


def _medians(found: Sequence[Figures]) -> Figures:
    names = dict.fromkeys(name for each in found for name in each)
    return {name: statistics.median(each[name] for each in found if name in each) for name in names}


def _seconds(done: Sequence[Attempt]) -> Figures:
    seconds = [each.seconds for each in done]
    return {"p50_seconds": percentile(seconds, 50), "p95_seconds": percentile(seconds, 95)} if seconds else {}


def _http_share(done: Sequence[Attempt]) -> Figures:
    """What of the time that a client sees is not the reading; only of servers that tell how long that took."""
    told = [(each.seconds, each.answer.inside_seconds) for each in done if each.answer and each.answer.inside_seconds]
    if not told:
        return {}
    seen, inside = (sum(column) for column in zip(*told, strict=True))
    return {"http_share": (seen - inside) / seen}
