"""A run as lines of text. Pure."""

from collections.abc import Mapping, Sequence

from benchmarks.ocr import figures, systems

_COLUMNS = {
    "per_second": ("/s", "{:.3f}"),
    "ratio": ("ratio", "{:.2f}"),
    "p50_seconds": ("p50 s", "{:.2f}"),
    "p95_seconds": ("p95 s", "{:.2f}"),
    "cpu_seconds": ("CPU s each", "{:.2f}"),
    "rss_mib": ("RSS MiB", "{:.0f}"),
    "peak_mib": ("peak MiB", "{:.0f}"),
    "error_percent": ("error %", "{:.2f}"),
    "words_percent": ("words %", "{:.2f}"),
    "http_share": ("HTTP share", "{:.3f}"),
    "failed": ("failed", "{:.0f}"),
}
"""Figure -> heading and form. The ratio is to the fastest peer of the same round, the median over the rounds."""


def table(found: figures.Found, judged: Mapping[str, Mapping[str, object]]) -> str:
    """Each workload's systems below each other, then starts, pages and targets."""
    medians = figures.medians(found.rounds)
    parts = [_workload(name, of, found.rounds) for name, of in medians.items()]
    return "\n\n".join([*parts, _starts(found), _pages(found), verdicts(judged)])


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """The first column to the left, the others to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = (
        [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))] for row in rows
    )
    return "\n".join("  ".join(line).rstrip() for line in lines)


def ratios(runs: Sequence[figures.Round], workload: str) -> Mapping[str, float | None]:
    """Of each system, to the fastest peer."""
    return {system: figures.ratio(runs, workload, system, systems.PEERS) for system in runs[0][workload]}


def _workload(name: str, of: Mapping[str, figures.Figures], runs: Sequence[figures.Round]) -> str:
    to_fastest = ratios(runs, name)
    rows = [[name, *(heading for heading, _ in _COLUMNS.values())]]
    for system, found in of.items():
        values = {**found, "ratio": to_fastest[system]}
        rows.append([system, *(_cell(values.get(key), form) for key, (_, form) in _COLUMNS.items())])
    return aligned(rows)


def _starts(found: figures.Found) -> str:
    return aligned([["start", "seconds"], *([name, f"{seconds:.2f}"] for name, seconds in found.starts.items())])


def _pages(found: figures.Found) -> str:
    names = list(next(iter(found.documents.values()), {}))
    rows = [["error % / words found %", *names]]
    for system, pages in found.documents.items():
        rows.append([system, *(f"{pages[n]['error_percent']:.2f} / {pages[n]['words_percent']:.2f}" for n in names)])
    return aligned(rows)


def verdicts(judged: Mapping[str, Mapping[str, object]]) -> str:
    """Each target with what was found."""
    rows = [["target", "bound", "found", "met"]]
    for name, verdict in judged.items():
        word = "at least" if "at_least" in verdict else "at most"
        bound = verdict.get("at_least", verdict.get("at_most"))
        rows.append([name, f"{word} {bound:g}", _cell(verdict["found"], "{:.3f}"), "yes" if verdict["met"] else "no"])
    return aligned(rows)


def _cell(value: object, form: str) -> str:
    return "-" if value is None else form.format(value)
