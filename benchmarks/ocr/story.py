"""The command: what is asked for, the run, and how it is shown."""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence

from benchmarks.ocr import catalogue, charts, figures, rounds, systems, tables, targets, workloads

_TITLES = {"pages": ("Whole pages", "pages/s"), "crops": ("Images of one line", "requests/s")}


def main(arguments: Sequence[str]) -> int:
    """Measures; 1 where a target is missed, 2 where what is asked for is not there."""
    given = parse(arguments)
    try:
        found = _run(given)
    except (FileNotFoundError, systems.NotThere) as e:
        sys.stderr.write(f"{e}\n")
        return 2
    if not found.starts:
        return 2
    verdicts = targets.judged(found)
    met = all(verdict["met"] for verdict in verdicts.values())
    print(tables.table(found, verdicts))
    if given.chart:
        given.chart.write_text(drawn(found), encoding="utf-8")
    print(json.dumps({"figures": _figures(found), "targets": verdicts, "met": met}))
    return 0 if met else 1


def _run(given: argparse.Namespace) -> figures.Found:
    if given.gpu and not _has_gpu():
        raise systems.NotThere("--gpu: there is no CUDA GPU here (no /dev/nvidia0)")
    with _logs(given.logs) as logs:
        material = workloads.gather(given.documents, logs)
        site = catalogue.Site(logs / "models", logs, given.gpu)
        with contextlib.redirect_stdout(sys.stderr):
            catalogue.bake(site.models)
        return rounds.run(given.systems, site, material, effort(given))


def effort(given: argparse.Namespace) -> workloads.Effort:
    """How much is read. A number of rounds that was given is kept."""
    chosen = workloads.QUICK if given.quick else workloads.FULL if given.full else workloads.Effort()
    return chosen if given.rounds is None else chosen.with_rounds(given.rounds)


def drawn(found: figures.Found) -> str:
    """The chart: rates, and behind each bar its ratio to the fastest peer."""
    panels, notes = {}, {}
    for name, of in figures.medians(found.rounds).items():
        kind, clients = name.split("-")
        what, unit = _TITLES[kind]
        title = f"{what}, {clients} client{'s' if clients != '1' else ''}: {unit}, and times the fastest peer"
        ratios = tables.ratios(found.rounds, name)
        panels[title] = {system: each["per_second"] for system, each in of.items()}
        notes[title] = {system: _note(each["per_second"], ratios[system]) for system, each in of.items()}
    return charts.chart(panels, notes)


def _note(rate: float, ratio: float | None) -> str:
    return f"{rate:.3g}" if ratio is None else f"{rate:.3g}  ({ratio:.2f}x)"


def _figures(found: figures.Found) -> Mapping[str, object]:
    medians = figures.medians(found.rounds)
    return {
        "start_seconds": found.starts,
        "documents": found.documents,
        "workloads": medians,
        "to_fastest_peer": {workload: tables.ratios(found.rounds, workload) for workload in medians},
        "cpus": os.cpu_count(),
    }


def _has_gpu() -> bool:
    return pathlib.Path("/dev/nvidia0").exists() or shutil.which("nvidia-smi") is not None


@contextlib.contextmanager
def _logs(folder: pathlib.Path | None) -> Iterator[pathlib.Path]:
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory() as scratch:
        yield pathlib.Path(scratch)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """What is asked for; ends the process with 2 where it makes no sense."""
    parser = argparse.ArgumentParser(prog="python benchmarks/ocr", description="OCR systems side by side, in one run.")
    add = parser.add_argument
    add("--documents", type=pathlib.Path, help="folder with the pages and their texts; without it pages are drawn")
    add("--systems", type=_names, default=list(catalogue.SYSTEMS), help="with commas between: " + ", ".join(catalogue.SYSTEMS))
    add("--rounds", type=int, help=f"[{workloads.Effort().rounds}]")
    add("--quick", action="store_true", help="one round of few requests, to try it")
    add("--full", action="store_true", help="pages with 32 clients, too")
    add("--gpu", action="store_true", help="on a CUDA GPU, ours and the peers with their packages for it")
    add("--chart", type=pathlib.Path, help="where to write a chart, as SVG")
    add("--logs", type=pathlib.Path, help="a folder for models, images and logs that is kept")
    return parser.parse_args(arguments)


def _names(text: str) -> list[str]:
    found = [word.strip() for word in text.split(",") if word.strip()]
    wrong = [word for word in found if word not in catalogue.SYSTEMS]
    if wrong or not found:
        raise argparse.ArgumentTypeError(f"{', '.join(wrong)!r} is not one of {', '.join(catalogue.SYSTEMS)}")
    return found
