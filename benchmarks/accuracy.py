"""How much of real pages is read wrongly: error rates of characters over whole pages, lines in reading order, in this process.

    python benchmarks/accuracy.py --documents DIR [--models-dir DIR]

DIR holds NAME and NAME.txt, the truth. White space counts once. The last line is JSON: figures, targets, whether they are met.
"""

import argparse
import json
import pathlib
import sys
import time

from rapidfuzz.distance import Levenshtein

from kubeocr_contract import languages, settings
from kubeocr_runtime import documents, pipelines, reading

TARGETS = {"linn.png": 2.0, "8087_054.3B.tif": 5.0, "eurotext.tif": 0.6}
"""Percent. tesseract 5 has 1.0, 7.5 and 2.6."""


def main(arguments: list[str]) -> int:
    """Read the pages; 1 where a target is missed, 2 where the pages are not there."""
    given = _parse(arguments)
    missing = [name for name in TARGETS if not (given.documents / name).is_file()]
    if missing:
        sys.stderr.write(f"{given.documents} has no {', '.join(missing)}\n")
        return 2
    pipeline = pipelines.Pipelines.open(settings.Settings(models_dir=given.models_dir, languages=("en",)))
    pipeline.warm()
    figures = {name: measure(given.documents / name, pipeline) for name in TARGETS}
    met = all(figures[name]["reading_percent"] <= most for name, most in TARGETS.items())
    print(json.dumps({"figures": figures, "targets": TARGETS, "met": met}))
    return 0 if met else 1


def measure(path: pathlib.Path, pipeline: pipelines.Pipelines) -> dict[str, float]:
    """Error rates in percent of both orders, and the seconds that reading took."""
    truth = path.with_suffix(".txt").read_text(encoding="utf-8")
    page = documents.open_document(path.read_bytes(), pipeline.store.chosen).page(0)
    reader = pipeline.store.reader(languages.find("en"), pipeline.store.chosen.model_version)
    begun = time.perf_counter()
    result = pipeline.read(page, pipelines.ReadOptions(reader=reader))
    seconds = time.perf_counter() - begun
    raster = "\n".join(line.text for line in reading.raster(result.lines))
    found = {"reading_percent": error_rate(result.text, truth), "raster_percent": error_rate(raster, truth)}
    print(f"{path.name}: {len(result.lines)} lines in {seconds:.1f} s, {found}")
    return {**found, "seconds": round(seconds, 2)}


def error_rate(text: str, truth: str) -> float:
    """Percent: edits that turn one text into the other, by the length of the truth."""
    folded = " ".join(truth.split())
    return round(100 * Levenshtein.distance(" ".join(text.split()), folded) / len(folded), 2)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=pathlib.Path, required=True, help="folder with the pages and their texts")
    parser.add_argument("--models-dir", default=settings.Settings().models_dir)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
