"""The run: pages, what both make of them, and whether the targets are met."""

import argparse
import json
import os
import pathlib
import re
import statistics
import sys
import tempfile
import time
from typing import Any

from rapidfuzz.distance import Levenshtein

from benchmarks.structure import drawing, peer, teds
from kubeocr_contract import languages, models, settings
from kubeocr_runtime import baking, documents, pipelines, structure
from kubeocr_runtime.structure import markdown

PAGES = ("linn.png", "8087_054.3B.tif", "eurotext.tif", "phototest.tif", "table.png")
TARGETS = {"similarity": 0.98, "teds": 0.95, "times_as_fast": 5.0}
_MODELS = (*models.STRUCTURE, "PP-OCRv6_small_det", "PP-OCRv6_small_rec")
_SOURCE = re.compile(r'src="[^"]*"')


def main(arguments: list[str]) -> int:
    """Compare; 1 where a target is missed, 2 where something is not there."""
    given = _parse(arguments)
    missing = [name for name in given.pages if not (given.documents / name).is_file()]
    if missing or not given.python or not given.peer_models:
        sys.stderr.write(f"--python and --peer-models are needed, and in --documents {', '.join(missing) or 'nothing more'}\n")
        return 2
    with tempfile.TemporaryDirectory() as scratch:
        figures = _compared(given, pathlib.Path(scratch))
    total = _total(figures)
    met = all(total[name] >= least for name, least in TARGETS.items())
    print(json.dumps({"figures": figures, "total": total, "targets": TARGETS, "met": met}))
    return 0 if met else 1


def _compared(given: argparse.Namespace, scratch: pathlib.Path) -> dict[str, dict[str, Any]]:
    pages = [*(given.documents / name for name in given.pages), *drawing.draw(scratch)]
    ours = _opened(scratch / "models")
    figures: dict[str, dict[str, Any]] = {}
    with peer.started(given.python, given.peer_models, verbose=given.verbose) as theirs:
        for page in pages:
            figures[page.name] = found = _page(page, ours, theirs, given.rounds)
            print(f"{page.name}: {found}", flush=True)
    return figures


def _opened(folder: pathlib.Path) -> pipelines.Pipelines:
    if baking.main(["--source", "wheels", "--models", ",".join(_MODELS), "--out", str(folder)]):
        raise SystemExit("the models could not be baked")
    chosen = settings.Settings(models_dir=str(folder), languages=("en",), pipelines=("ocr", "structure"), streams=1)
    opened = pipelines.Pipelines.open(chosen)
    opened.warm()
    return opened


def _page(page: pathlib.Path, ours: pipelines.Pipelines, theirs: peer.Peer, rounds: int) -> dict[str, Any]:
    """Both read it once before anything is measured."""
    turns = [(_read(page, ours), theirs.read(page)) for _ in range(rounds + 1)]
    seconds = [(mine["seconds"], other["seconds"]) for mine, other in turns[1:]]
    mine, other = turns[-1]
    return {
        "similarity": round(Levenshtein.normalized_similarity(_folded(mine["markdown"]), _folded(other["markdown"])), 4),
        "teds": _teds(mine["tables"], other["tables"]),
        "seconds": round(statistics.median(each for each, _ in seconds), 3),
        "peer_seconds": round(statistics.median(each for _, each in seconds), 3),
        "times_as_fast": round(statistics.median(other / mine for mine, other in seconds), 2),
    }


def _read(path: pathlib.Path, ours: pipelines.Pipelines) -> dict[str, Any]:
    begin = time.perf_counter()
    page = documents.open_document(path.read_bytes(), ours.store.chosen).page(0)
    reader = ours.store.reader(languages.find("en"), "PP-OCRv6")
    result = ours.read(page, pipelines.ReadOptions(reader=reader, layout=structure.Wish()))
    written = markdown.written(result, markdown.named)
    seconds = time.perf_counter() - begin
    tables = [block.content for block in result.blocks if block.label == structure.TABLE]
    return {"markdown": written, "tables": tables, "seconds": seconds}


def _teds(ours: list[str], theirs: list[str]) -> float | None:
    """The mean over the page's tables in order; one that the other has not counts as nothing. None for a page without any."""
    count = max(len(ours), len(theirs))
    alike = [teds.similarity(mine, other) for mine, other in zip(ours, theirs, strict=False)]
    return round(sum(alike) / count, 4) if count else None


def _folded(text: str) -> str:
    return " ".join(_SOURCE.sub("src", text).split())


def _total(figures: dict[str, dict[str, Any]]) -> dict[str, float]:
    tables = [page["teds"] for page in figures.values() if page["teds"] is not None]
    ours, theirs = (sum(page[name] for page in figures.values()) for name in ("seconds", "peer_seconds"))
    return {
        "similarity": min(page["similarity"] for page in figures.values()),
        "teds": round(statistics.mean(tables), 4),
        "times_as_fast": round(theirs / ours, 2),
    }


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-structure")
    parser.add_argument("--documents", type=pathlib.Path, required=True, help="folder with the pages")
    parser.add_argument("--python", default=os.environ.get("KUBEOCR_PADDLEOCR_PYTHON"))
    parser.add_argument("--peer-models", type=pathlib.Path, help="folder with PPStructureV3's models")
    parser.add_argument("--pages", nargs="+", default=list(PAGES))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--verbose", action="store_true", help="what PPStructureV3 prints")
    return parser.parse_args(arguments)
