"""OCRServices out of files, as a user applies them: documents of YAML or JSON, Lists among them."""

import pathlib
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from kubeocr_contract import names
from kubeocr_operator import ocrservices

DEFAULT_NAMESPACE = "default"
Object = dict[str, Any]


class InvalidManifest(ValueError):
    """A file that cannot be read or has no valid OCRService; the message names it, and all that is wrong."""


def read(paths: Iterable[str], namespace: str = DEFAULT_NAMESPACE) -> tuple[ocrservices.OCRService, ...]:
    """All OCRServices of some files, - for standard input; objects of other kinds are passed over. Raises `InvalidManifest`.

    `namespace` is for those that name none.
    """
    return tuple(service for path in paths for service in parse(_text(path), path, namespace))


def bodies(paths: Iterable[str], namespace: str = DEFAULT_NAMESPACE) -> tuple[Object, ...]:
    """As `read`, in the words of the files. Raises `InvalidManifest`."""
    return tuple(body for path in paths for body in _bodies(_text(path), path, namespace))


def parse(text: str, path: str, namespace: str = DEFAULT_NAMESPACE) -> tuple[ocrservices.OCRService, ...]:
    """The OCRServices of a file's text. Raises `InvalidManifest`."""
    return tuple(ocrservices.parse(body) for body in _bodies(text, path, namespace))


def _bodies(text: str, path: str, namespace: str) -> tuple[Object, ...]:
    try:
        found = [obj for document in yaml.safe_load_all(text) for obj in _objects(document)]
    except yaml.YAMLError as error:
        raise InvalidManifest(f"{path}: no YAML: {' '.join(str(error).split())}") from None
    services = [obj for obj in found if obj.get("kind") == names.KIND]
    if not services:
        raise InvalidManifest(f"{path}: has no {names.KIND}")
    return tuple(_valid(obj, path, namespace) for obj in services)


def _valid(obj: Object, path: str, namespace: str) -> Object:
    given = obj.get("metadata")
    metadata = {"namespace": namespace, **given} if isinstance(given, dict) else given
    body = {"apiVersion": names.API_VERSION, **obj, "metadata": metadata}
    try:
        _check_version(body)
        ocrservices.parse(body)
    except ocrservices.InvalidService as error:
        name = metadata.get("name", "") if isinstance(metadata, dict) else ""
        raise InvalidManifest(f"{path}: {names.KIND} {name}: {error}") from None
    return body


def _check_version(body: Object) -> None:
    if body["apiVersion"] != names.API_VERSION:
        raise ocrservices.InvalidService((f"apiVersion: must be {names.API_VERSION}, not {body['apiVersion']!r}",))


def _objects(document: object) -> Iterator[Object]:
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
