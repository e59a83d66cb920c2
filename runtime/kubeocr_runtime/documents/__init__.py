"""From bytes to pages, one at a time, within the limits. Blocking; `decoding` calls it on its threads.

A server has its PDFs opened by `renderers`, in processes of their own; here they are opened in this one, which is what the
command line wants.
"""

import importlib
from typing import Protocol, cast

from kubeocr_contract import settings
from kubeocr_runtime import errors
from kubeocr_runtime.documents import pages, pictures

Page = pages.Page
Document = pages.Document

PDF = "PDF"
_PDF_HEADER_WITHIN = 1024  # bytes of rubbish that readers put up with before %PDF- (ISO 32000-1, annex H.3, note 13)
_IN_PROCESS = "kubeocr_runtime.documents.in_process"
"""Imported with the first PDF: a server renders none in its own process and need not load PDFium."""

_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF87a": "GIF", b"GIF89a": "GIF", b"BM": "BMP",
    b"II*\x00": "TIFF", b"MM\x00*": "TIFF", b"II+\x00": "TIFF", b"MM\x00+": "TIFF",
}  # fmt: skip


def open_document(data: bytes, limits: settings.Settings) -> Document:
    """The document in these bytes, whatever its name or declared type was.

    Raises `errors.InvalidField` for no bytes at all, `UnsupportedMedia`, `BrokenDocument`, `EncryptedDocument`, `TooLarge`.
    """
    kind = told(data)
    document = _open_pdf(data, limits) if kind == PDF else pictures.Picture(data, kind, limits)
    try:
        pages.check_count(document.pages, limits)
    except errors.TooLarge:
        document.close()
        raise
    return document


def told(data: bytes) -> str:
    """What a file is by its first bytes: a format's name as Pillow has it, or PDF.

    Raises `errors.InvalidField` for no bytes at all, `errors.UnsupportedMedia`.
    """
    if not data:
        raise errors.InvalidField("file: it is empty; send an image or a PDF", field="file")
    kind = sniff(data)
    if kind is None:
        raise errors.UnsupportedMedia("file: neither an image (PNG, JPEG, GIF, BMP, TIFF, WebP) nor a PDF")
    return kind


def sniff(data: bytes) -> str | None:
    """As `told`; None for anything else."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if b"%PDF-" in data[:_PDF_HEADER_WITHIN]:
        return PDF
    return next((kind for signature, kind in _SIGNATURES.items() if data.startswith(signature)), None)


class _Opener(Protocol):
    def __call__(self, data: bytes, limits: settings.Settings) -> Document: ...


def _open_pdf(data: bytes, limits: settings.Settings) -> Document:
    return cast("_Opener", importlib.import_module(_IN_PROCESS).Pdf)(data, limits)
