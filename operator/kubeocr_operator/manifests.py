"""OCRServices out of files, as a user applies them: documents of YAML or JSON, Lists among them."""

import pathlib
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from kubeocr_contract import names
from kubeocr_operator import ocrservices


class InvalidManifest(ValueError):
    """A file that cannot be read or has no valid OCRService; the message names it, and all that is wrong."""


def read(paths: Iterable[str]) -> tuple[ocrservices.OCRService, ...]:
    """All OCRServices of some files, - for standard input; objects of other kinds are passed over. Raises `InvalidManifest`."""
    return tuple(service for path in paths for service in parse(_text(path), path))


def parse(text: str, path: str) -> tuple[ocrservices.OCRService, ...]:
    """The OCRServices of a file's text. Raises `InvalidManifest`."""
    try:
        found = [obj for document in yaml.safe_load_all(text) for obj in _objects(document)]
    except yaml.YAMLError as error:
        raise InvalidManifest(f"{path}: no YAML: {' '.join(str(error).split())}") from None
    services = [obj for obj in found if obj.get("kind") == names.KIND]
    if not services:
        raise InvalidManifest(f"{path}: has no {names.KIND}")
    return tuple(_service(obj, path) for obj in services)


def _service(obj: dict[str, Any], path: str) -> ocrservices.OCRService:
    try:
        return ocrservices.parse(obj)
    except ocrservices.InvalidService as error:
        metadata = obj.get("metadata")
        name = metadata.get("name", "") if isinstance(metadata, dict) else ""
        raise InvalidManifest(f"{path}: {names.KIND} {name}: {error}") from None


def _objects(document: object) -> Iterator[dict[str, Any]]:
    if not isinstance(document, dict):
        return
    items = document.get("items")
    if isinstance(items, list):
        yield from (item for item in items if isinstance(item, dict))
    else:
        yield document


def _text(path: str) -> str:
    try:
        return sys.stdin.read() if path == "-" else pathlib.Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidManifest(f"{path}: {getattr(error, 'strerror', None) or error}") from None
