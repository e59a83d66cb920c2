"""The command: what is asked for, the parts one after the other, and how it is shown."""

import argparse
import asyncio
import contextlib
import pathlib
import sys
import tempfile
from collections.abc import Mapping, Sequence

from benchmarks.ocr import catalogue, drawing, judging, systems, targets
from benchmarks.overload import clients, outcomes, parts

_CROPS = 200
TARGETS: Mapping[str, Mapping[str, tuple[str, float]]] = {
    "peak": {
        "goodput_share": (targets.AT_LEAST, 0.9),
        "refusal_p99_seconds": (targets.AT_MOST, 0.05),
        "failed": (targets.AT_MOST, 0),
    },
    "soak": {"rss_ratio": (targets.AT_MOST, 1.1), "failed": (targets.AT_MOST, 0)},
    "fair": {"p95_ratio": (targets.AT_MOST, 2.0), "book_failed": (targets.AT_MOST, 0)},
    "tenants": {"p95_ratio": (targets.AT_MOST, 1.2), "failed": (targets.AT_MOST, 0)},
    "equal": {"differences": (targets.AT_MOST, 0)},
    "cancel": {
        "deleted_max_seconds": (targets.AT_MOST, 1.0),
        "closed_max_seconds": (targets.AT_MOST, 1.0),
        "failed": (targets.AT_MOST, 0),
    },
    "stream": {
        "over_idle_mib": (targets.AT_MOST, 300),
        "first_page_seconds": (targets.AT_MOST, 2.0),
        "unaccounted": (targets.AT_MOST, 0),
    },
}
"""Of each part."""


def main(arguments: Sequence[str]) -> int:
    """Measures; 1 where a target is missed, 2 where the server does not start."""
    given = parse(arguments)
    effort = parts.QUICK if given.quick else parts.Effort(clients=given.clients, seconds=given.seconds)
    try:
        figures = _all(given.parts, effort)
    except systems.NotThere as e:
        sys.stderr.write(f"{e}\n")
        return 2
    return judging.end(figures, judged(figures))


def judged(figures: Mapping[str, outcomes.Figures]) -> judging.Verdicts:
    """Each target of the parts that were measured."""
    return judging.judged(TARGETS, figures)


def _all(names: Sequence[str], effort: parts.Effort) -> dict[str, outcomes.Figures]:
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        site = catalogue.Site(scratch / "models", scratch)
        with contextlib.redirect_stdout(sys.stderr):
            catalogue.bake(site.models)
        crops = [clients.body(path.read_bytes()) for path, _ in drawing.crops(scratch, _CROPS)]
        return {name: _said(name, _measured(name, site, crops, effort)) for name in names}


def _measured(name: str, site: catalogue.Site, crops: Sequence[clients.Body], effort: parts.Effort) -> outcomes.Figures:
    # a book takes longer than a service's usual clients wait
    server = catalogue.ours(name, site, {"request_timeout_seconds": "3600", **(_keys(site) if name == "tenants" else {})})
    server.start()

    async def measure() -> outcomes.Figures:
        async with clients.connect(server.url) as client:
            return await parts.PARTS[name](parts.Bench(client, server.tree, crops, effort))

    try:
        return asyncio.run(measure())
    except ValueError as e:
        sys.stderr.write(f"{name}: {e}\n")
        return {}
    finally:
        server.close()


def _keys(site: catalogue.Site) -> dict[str, str]:
    """Settings of a server with an API key for each tenant."""
    folder = site.logs / "keys"
    folder.mkdir()
    for key in (parts.LIGHT, parts.GREEDY):
        (folder / key).write_text(key, encoding="utf-8")
    return {"api_keys_dir": str(folder)}


def _said(part: str, figures: outcomes.Figures) -> outcomes.Figures:
    for name, value in figures.items():
        print(f"  {part}: {name:24} " + ("-" if value is None else f"{value:10.3f}"), flush=True)
    return figures


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """What is asked for; ends the process with 2 where it makes no sense."""
    parser = argparse.ArgumentParser(prog="python benchmarks/overload", description="More than a server can do.")
    parser.add_argument(
        "--parts", type=_parts, default=list(parts.PARTS), help=f"with commas between [{','.join(parts.PARTS)}]"
    )
    parser.add_argument("--clients", type=int, default=parts.Effort().clients, help="[%(default)s]")
    parser.add_argument("--seconds", type=float, default=parts.Effort().seconds, help="of peak and overload [%(default)s]")
    parser.add_argument("--quick", action="store_true", help="little of everything, to try it, whatever else is given")
    return parser.parse_args(arguments)


def _parts(text: str) -> list[str]:
    found = [word.strip() for word in text.split(",") if word.strip()]
    wrong = [word for word in found if word not in parts.PARTS]
    if wrong or not found:
        raise argparse.ArgumentTypeError(f"{', '.join(wrong)!r} is not one of {', '.join(parts.PARTS)}")
    return found
