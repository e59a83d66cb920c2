"""What an answer may be besides the PaddleOCR API's JSON: formats by name, and how a caller asks for one."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

FORMAT_FIELD = "format"
"""Of the form, or behind `?`; else the header Accept says it."""
WORDS_FIELD = "words"
JSON = "json"
PDF = "pdf"


@dataclasses.dataclass(frozen=True, slots=True)
class Output:
    """One format."""

    name: str
    media: str
    """Type of the answer; a caller may ask for it by Accept."""
    suffix: str
    """Of files."""
    told: str
    also: tuple[str, ...] = ()
    """Further types by which it may be asked for."""
    is_text: bool = True
    """In UTF-8."""
    of_words: bool = False
    """Whether it tells where each word stands."""

    @property
    def content_type(self) -> str:
        """The header of an answer."""
        return f"{self.media}; charset=utf-8" if self.media.startswith("text/") else self.media


OUTPUTS: Mapping[str, Output] = {
    output.name: output
    for output in (
        Output(JSON, "application/json", ".json", "all that is known"),
        Output("text", "text/plain", ".txt", "the text alone", ("text/*",)),
        Output("markdown", "text/markdown", ".md", "text with headings and tables, pages parted by a line `---`"),
        Output("html", "text/html", ".html", "the same as a web page", ("application/xhtml+xml",)),
        Output("hocr", "text/vnd.hocr+html", ".hocr", "hOCR 1.2: blocks, lines and words with boxes", of_words=True),
        Output(
            "alto",
            "application/alto+xml",
            ".xml",
            "ALTO 4: as libraries keep it",
            ("application/xml", "text/xml"),
            of_words=True,
        ),
        Output("tsv", "text/tab-separated-values", ".tsv", "a table of words with tesseract's columns", of_words=True),
        Output(PDF, "application/pdf", ".pdf", "the pages with text that can be searched", is_text=False, of_words=True),
        Output(
            "docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            ".docx",
            "a document for word processors",
            is_text=False,
        ),
    )
}


def word(text: str, confidence: float, polygon: Iterable[tuple[int, int]]) -> dict[str, Any]:
    """One entry of a line's `words`; `bbox` as the line's."""
    return {"text": text, "confidence": confidence, "bbox": [list(point) for point in polygon]}
