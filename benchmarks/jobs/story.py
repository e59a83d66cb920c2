"""The command: what is asked for, the parts one after the other, and how it is shown."""

import argparse
import asyncio
import pathlib
import sys
import tempfile
from collections.abc import Mapping, Sequence

from benchmarks.jobs import kills, overhead
from benchmarks.ocr import judging, targets

_KEPT = {
    "lost": (targets.AT_MOST, 0),
    "wrong_results": (targets.AT_MOST, 0),
    "given_up": (targets.AT_MOST, 0),
    "done_twice": (targets.AT_MOST, 0),
    "pages_read_after_checkpoint": (targets.AT_MOST, 0),
    "false_404s": (targets.AT_MOST, 0),
}
TARGETS: Mapping[str, Mapping[str, tuple[str, float]]] = {
    "sqlite": _KEPT,
    "redis-everysec": _KEPT,
    "redis-always": _KEPT,
    "overhead": {},
    "cancel": {"freed_max_seconds": (targets.AT_MOST, 1.0)},
}
_FSYNC = {"sqlite": None, "redis-everysec": "everysec", "redis-always": "always"}


def main(arguments: Sequence[str]) -> int:
    """Measures; 1 where a target is missed."""
    given = _parse(arguments)
    effort = kills.Effort(jobs=given.jobs)
    figures = {part: _said(part, asyncio.run(_measured(part, effort))) for part in given.parts.split(",")}
    return judging.end(figures, judged(figures))


def judged(figures: Mapping[str, kills.Figures]) -> judging.Verdicts:
    """Each target of the parts that were measured."""
    return judging.judged(TARGETS, figures)


async def _measured(part: str, effort: kills.Effort) -> kills.Figures:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        if part == "overhead":
            return await overhead.measure(folder)
        if part == "cancel":
            return await overhead.cancel(folder)
        return await kills.measure(folder, _FSYNC[part], effort)


def _said(part: str, figures: kills.Figures) -> kills.Figures:
    told = "  ".join(f"{name}={value}" for name, value in figures.items())
    sys.stderr.write(f"{part}: {told}\n")
    return figures


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench-jobs")
    parser.add_argument("--jobs", type=int, default=kills.Effort().jobs)
    parser.add_argument("--parts", default=",".join(TARGETS))
    return parser.parse_args(arguments)
