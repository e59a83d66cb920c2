"""The PaddleOCR API as its callers know it: routes, form fields and JSON shapes. Keys that are ours only add to theirs."""

import dataclasses
import functools
from collections.abc import Iterable, Mapping
from typing import Any

from kubeocr_contract import languages, models

FILE_FIELD = "file"
LANGUAGE_FIELD = "lang"
ORDER_FIELD = "order"
PRIORITY_FIELD = "priority"
TIMEOUT_FIELD = "timeout_seconds"
DEFAULT_LANGUAGE = "en"
ORDERS = ("reading", "raster")
PRIORITIES = ("normal", "high", "low")
"""The first is what a request has that says nothing."""

REQUEST_ID = "X-Request-Id"
"""Header by which a request names itself, and its answer says which it is."""
JSON_LINES = "application/x-ndjson"
"""Media type of an answer that comes page by page."""

DONE, FAILED, SKIPPED, PARTIAL = "done", "failed", "skipped", "partial"
"""What became of a page, the first three; of a document: all of it done, none of it, or a part."""
CANCELLED = "cancelled"
TEXT_LAYER_FIELD = "text_layer"
NEVER, AUTO, FORCE = "never", "auto", "force"
TEXT_LAYERS = (NEVER, AUTO, FORCE)
OCR, TEXT_LAYER = "ocr", "text_layer"
"""Where a page's text comes from: read, or the file's own."""

PREPROCESSOR = "use_doc_preprocessor"
PAGE_ORIENTATION = "use_doc_orientation_classify"
UNWARPING = "use_doc_unwarping"
LINE_ORIENTATION = "use_textline_orientation"
FLAGS: Mapping[str, bool] = {PREPROCESSOR: False, PAGE_ORIENTATION: True, UNWARPING: False, LINE_ORIENTATION: False}
"""Form field -> what it is where a caller leaves it out."""


@dataclasses.dataclass(frozen=True, slots=True)
class OcrRoute:
    """A route that reads text with one version of PP-OCR."""

    path: str
    version: str
    description: str
    lists_languages: bool = False
    """Whether the answer has `supported_languages`."""


OCR_ROUTES = (
    OcrRoute("/ocr/ppocrv6", "PP-OCRv6", "Chinese, English, Japanese and some 46 languages of the Latin script with one model"),
    OcrRoute("/ocr/ppocrv5", "PP-OCRv5", "Documents that mix Chinese, Japanese or Korean with English, and most other scripts"),
    OcrRoute("/ocr/ppocrv3", "PP-OCRv3", "One model a script, for the most scripts", lists_languages=True),
)


def caller_ids(found: Iterable[languages.Language]) -> list[str]:
    """`caller_id` of each language, each once: PaddleOCR has one for both scripts of Kurdish."""
    return list(dict.fromkeys(caller_id(x) for x in found))


@functools.cache  # every answer lists them
def languages_of(version: str) -> tuple[languages.Language, ...]:
    """The languages that a version reads itself, without the help of another."""
    readable = ((x, models.readers(x, version, "small")[:1]) for x in languages.catalogue())
    return tuple(x for x, found in readable if found and found[0].version == version)


def caller_id(language: languages.Language) -> str:
    """The id by which this API's callers know a language: PaddleOCR's, or the catalogue's where PaddleOCR has none."""
    return language.paddleocr or language.id


def line(text: str, confidence: float, polygon: Iterable[tuple[int, int]], page: int) -> dict[str, Any]:
    """One entry of `results`; `bbox` is the polygon in pixels of the page as it was sent."""
    return {"text": text, "confidence": confidence, "bbox": [list(point) for point in polygon], "page": page}


def page(number: int, size: tuple[int, int], angle: int, text: str, *, own_text: bool) -> dict[str, Any]:
    """One entry of `pages`; `size` is width and height in pixels, `angle` what the page was turned by to be read."""
    source = TEXT_LAYER if own_text else OCR
    return {"page": number, "width": size[0], "height": size[1], "angle": angle, "text": text, "source": source}


@dataclasses.dataclass(frozen=True, slots=True)
class Heading:
    """What was asked for, as every answer repeats it."""

    route: OcrRoute
    language: languages.Language
    reader: models.Reader
    flags: Mapping[str, bool]
    order: str

    def pipeline(self) -> dict[str, Any]:
        """Keys that stand before the results."""
        return {"pipeline": self.route.version, "description": self.route.description}

    def wish(self) -> dict[str, Any]:
        """Keys that stand behind them."""
        supported = caller_ids(languages_of(self.route.version))
        return {
            "pipeline_flags": dict(self.flags),
            **({"supported_languages": supported} if self.route.lists_languages else {}),
            "language": self.language.id,
            "models": {"detector": self.reader.detector, "recogniser": self.reader.recogniser},
            "order": self.order,
        }


@dataclasses.dataclass(frozen=True, slots=True)
class Timings:
    """Seconds that pages waited for the engine, and that it took to read them."""

    queue: float = 0.0
    inference: float = 0.0

    def __add__(self, other: "Timings") -> "Timings":
        return Timings(self.queue + other.queue, self.inference + other.inference)

    def json(self) -> dict[str, float]:
        """To a tenth of a millisecond."""
        return {"queue_seconds": round(self.queue, 4), "inference_seconds": round(self.inference, 4)}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All that an answer of an OCR route tells."""

    heading: Heading
    lines: tuple[dict[str, Any], ...]
    pages: tuple[dict[str, Any], ...]
    timings: Timings

    def json(self) -> dict[str, Any]:
        """The body of the response: first what the API has always had, then what we add."""
        return {
            **self.heading.pipeline(),
            "results": list(self.lines),
            "total_texts": len(self.lines),
            **self.heading.wish(),
            "text": "\n\n".join(each["text"] for each in self.pages),
            "total_pages": len(self.pages),
            "pages": list(self.pages),
            "timings": self.timings.json(),
        }


def first_line(heading: Heading, total_pages: int, request_id: str) -> dict[str, Any]:
    """Of an answer that comes page by page: what is known before the first page."""
    return {**heading.pipeline(), **heading.wish(), "total_pages": total_pages, "request_id": request_id}


def page_done(page: Mapping[str, Any], lines: Iterable[dict[str, Any]], timings: Timings) -> dict[str, Any]:
    """The line of a page that was read: its entry of `pages`, its `results`, its own timings."""
    return {"page": page["page"], "status": DONE, **page, "results": list(lines), "timings": timings.json()}


def page_not_done(number: int, status: str, error: Mapping[str, object]) -> dict[str, Any]:
    """The line of a page that failed or was not reached (`status`), with the body of the error that says why."""
    return {**error, "page": number, "status": status}


def last_line(counts: Mapping[str, int], timings: Timings, error: Mapping[str, object]) -> dict[str, Any]:
    """`counts` has the pages by what became of them; `error` is empty unless something ended the document early."""
    done, total = counts[DONE], sum(counts.values())
    status = DONE if done == total else PARTIAL if done else FAILED
    return {"status": status, "total_pages": total, **counts, "timings": timings.json(), **error}


def error(code: str, message: str, /, **details: object) -> dict[str, object]:
    """The body of every error: `detail` as this API's callers know it, `code` for programs."""
    return {"detail": message, "code": code, **details}
