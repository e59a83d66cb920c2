"""Benchmarks in parts: each has bounds of its own, and how they end is the same."""

import json
from collections.abc import Mapping

from benchmarks.ocr import tables, targets

Figures = Mapping[str, float | None]
Bounds = Mapping[str, Mapping[str, tuple[str, float]]]
"""Part -> figure -> its kind (`targets.AT_LEAST` or `AT_MOST`) and bound."""
Verdicts = Mapping[str, Mapping[str, Mapping[str, object]]]


def judged(bounds: Bounds, figures: Mapping[str, Figures]) -> Verdicts:
    """Each target of the parts that were measured."""
    return {
        part: {name: targets.verdict(kind, bound, found.get(name)) for name, (kind, bound) in bounds[part].items()}
        for part, found in figures.items()
    }


def end(figures: Mapping[str, Figures], verdicts: Verdicts) -> int:
    """Prints both, the last line as JSON; the command's status, 1 where a target is missed."""
    met = all(verdict["met"] for of in verdicts.values() for verdict in of.values())
    for part, of in verdicts.items():
        print(tables.verdicts({f"{part}: {figure}": verdict for figure, verdict in of.items()}))
    print(json.dumps({"figures": figures, "targets": verdicts, "met": met}))
    return 0 if met else 1
