"""Pages through a service's HTTP API: error rates of whole pages, and what HTTP and the pod add to reading in this process.

    make bench-pages ARGS='--url http://127.0.0.1:8000 --documents FOLDER'

FOLDER has the pages and, beside each, its text (`NAME.txt`). Both ways read each page by turns, so that both meet the same
noise; the last line is JSON.
"""

import argparse
import json
import pathlib
import statistics
import sys
import time
from collections.abc import Callable, Sequence

import rapidfuzz.distance
import requests

from kubeocr_contract import languages, settings, wire
from kubeocr_runtime import documents, pipelines

TARGETS = {"linn.png": 2.0, "8087_054.3B.tif": 5.0, "eurotext.tif": 0.6}
"""Page -> the most of its characters that may be wrong, in per cent."""
ROUTE = wire.OCR_ROUTES[0]
FLAGS = {wire.LANGUAGE_FIELD: "en", wire.PAGE_ORIENTATION: "false"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Reads each page `--repeat` times both ways; 1 where a target is not met."""
    given = _parser().parse_args(arguments)
    reader = pipelines.Pipelines.open(settings.Settings(languages=("en",)))
    figures = {name: _page(given.documents / name, given.url, reader, given.repeat) for name in TARGETS}
    met = all(figures[name]["error_percent"] <= most for name, most in TARGETS.items())
    for name, found in figures.items():
        print(f"{name:18} " + "  ".join(f"{key} {value}" for key, value in found.items()) + f"  (at most {TARGETS[name]} %)")
    print(json.dumps({"figures": figures, "targets": {"error_percent": TARGETS}, "met": met}))
    return 0 if met else 1


def _page(path: pathlib.Path, url: str, reader: pipelines.Pipelines, repeat: int) -> dict[str, float]:
    data = path.read_bytes()
    here, there, text = [], [], ""
    for _ in range(repeat):
        here.append(_timed(lambda: _in_process(data, reader))[0])
        seconds, text = _timed(lambda: _through_http(data, url))
        there.append(seconds)
    return {
        "error_percent": round(error_percent(path.with_suffix(".txt").read_text(), text), 2),
        "http_seconds": round(statistics.median(there), 2),
        "in_process_seconds": round(statistics.median(here), 2),
        "ratio": round(statistics.median(t / h for t, h in zip(there, here, strict=True)), 2),
    }


def error_percent(truth: str, text: str) -> float:
    """Edit distance in per cent of the truth's length, with any whitespace as one blank."""
    expected, found = " ".join(truth.split()), " ".join(text.split())
    return 100 * rapidfuzz.distance.Levenshtein.distance(expected, found) / len(expected)


def _timed(read: Callable[[], str]) -> tuple[float, str]:
    begin = time.monotonic()
    text = read()
    return time.monotonic() - begin, text


def _in_process(data: bytes, reader: pipelines.Pipelines) -> str:
    document = documents.open_document(data, settings.Settings())
    options = pipelines.ReadOptions(reader=reader.store.reader(languages.find("en"), ROUTE.version))
    try:
        return "\n".join(reader.read(document.page(index), options).text for index in range(document.pages))
    finally:
        document.close()


def _through_http(data: bytes, url: str) -> str:
    response = requests.post(url.rstrip("/") + ROUTE.path, files={wire.FILE_FIELD: data}, data=FLAGS, timeout=600)
    response.raise_for_status()
    return str(response.json()["text"])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True, help="of the service")
    parser.add_argument("--documents", type=pathlib.Path, required=True, help="folder with the pages and their texts")
    parser.add_argument("--repeat", type=int, default=3, help="readings of each page, each way (default: %(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
