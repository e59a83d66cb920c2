"""The order of a run: all systems are brought up, then each is measured in turn, the others paused, round by round."""

import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence

from benchmarks.ocr import catalogue, figures, loads, rates, systems, workloads

_WARMING = 32


def run(names: Sequence[str], site: catalogue.Site, material: workloads.Material, effort: workloads.Effort) -> figures.Found:
    """Measure systems by name; those that this machine cannot have are left out, with a line that says why."""
    plan = workloads.planned(material, effort)
    with contextlib.ExitStack() as stack:
        running, starts, documents = [], {}, {}
        for name in names:
            try:
                system, starts[name] = _brought_up(name, site, stack)
            except systems.NotThere as e:
                _say(f"{name} is left out: {e}")
                continue
            documents[name] = _judged(system, material)
            running.append(system)
            system.pause()
        return figures.Found(starts, documents, [_round(number, running, plan) for number in range(1, effort.rounds + 1)])


def _brought_up(name: str, site: catalogue.Site, stack: contextlib.ExitStack) -> tuple[systems.System, float]:
    """A system and the seconds of its second start: the first one may have to fetch its files from a disk."""
    system = catalogue.SYSTEMS[name](site)
    stack.callback(system.close)
    system.start()
    system.close()
    seconds = system.start()
    _say(f"{name}: up after {seconds:.2f} s")
    return system, seconds


def _judged(system: systems.System, material: workloads.Material) -> Mapping[str, figures.Figures]:
    """Error rates of the pages. It is also what warms a system: many make room, and some compile, for each new shape."""
    read = {job.path.name: loads.attempt(system, job) for job in material.judged}
    loads.put(system, workloads.Workload("warming", 8, material.crops[:_WARMING]))
    for error in loads.errors([*read.values()]):
        _say(error)
    return {name: _judgement(each) for name, each in read.items()}


def _judgement(attempt: figures.Attempt) -> figures.Figures:
    read = [rates.Reading(attempt.job.truth, attempt.answer.text if attempt.answer else "")]
    return {"error_percent": rates.error_percent(read), "words_percent": rates.words_percent(read)}


def _round(number: int, running: Sequence[systems.System], plan: Sequence[workloads.Workload]) -> figures.Round:
    """Each workload on all systems before the next one, so that what is compared is as close together as can be."""
    found: dict[str, dict[str, figures.Figures]] = {}
    for workload in plan:
        found[workload.name] = {}
        for system in running:
            with _awake(system):
                measured = loads.put(system, workload)
            found[workload.name][system.name] = of = figures.of(measured)
            _say(f"round {number}, {workload.name}, {system.name}: {of['per_second']:.3f}/s")
            for error in loads.errors(measured.attempts):
                _say(error)
    return found


@contextlib.contextmanager
def _awake(system: systems.System) -> Iterator[None]:
    system.resume()
    try:
        yield
    finally:
        system.pause()


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
