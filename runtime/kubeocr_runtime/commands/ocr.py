"""`kubeocr ocr FILE…`: the text of files, or all that the HTTP API would tell of them."""

import argparse
import contextlib
import dataclasses
import functools
import json
import os
import pathlib
import sys
import time
from collections.abc import Callable, Mapping, Sequence

from kubeocr_contract import settings, wire
from kubeocr_runtime import documents, engines, errors, models, pipelines, readers, text_layers, wishes
from kubeocr_runtime.commands import options

Answer = Mapping[str, object]
"""As the HTTP API has it."""
_BROKEN_PIPE = 141
_UPRIGHT = "`kubeocr models bake` fetches one; with --no-orient none is looked for"
_UNUSABLE = (errors.OcrError, models.BadModels, engines.EngineUnavailable)


def main(arguments: Sequence[str]) -> int:
    """Print each file's text; 1 where a file could not be read, 2 for a wish that cannot be met."""
    given = _parser().parse_args(arguments)
    try:
        chosen = _all_for_one(options.chosen(given))
        reader = pipelines.Pipelines.open(chosen)
        wish = wishes.parse(_route(chosen.model_version), _fields(given), reader.store, reader)
    except settings.InvalidSettings as e:
        return _complain(options.explained(e, given), 2)
    except _UNUSABLE as e:
        return _complain(str(e), 2)
    if given.orient and not reader.orients_pages:
        _complain(f"no model here tells which way up a page is: pages are read as they lie. {_UPRIGHT}", 0)
    try:
        answer = functools.partial(_answer, wish, reader, chosen)
        return max([_print(name, answer, given) for name in given.files])
    except BrokenPipeError:
        # whoever read the output has left, as `head` does; what is buffered must not be tried again at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE


def _all_for_one(chosen: settings.Settings) -> settings.Settings:
    """One page at a time is read here, by all threads."""
    return chosen if chosen.streams else dataclasses.replace(chosen, streams=1)


def _print(name: str, read: Callable[[bytes], Answer], given: argparse.Namespace) -> int:
    try:
        answer = read(pathlib.Path(name).read_bytes())
    except OSError as e:
        return _complain(f"{name}: {e.strerror}", 1)
    except _UNUSABLE as e:
        return _complain(f"{name}: {e}", 1)
    sys.stdout.write((_json if given.json else _text)(name, answer, alone=len(given.files) == 1) + "\n")
    return 0


def _text(name: str, answer: Answer, *, alone: bool) -> str:
    """Under its name where it is one of several, as `head` and `tail` have it."""
    return str(answer["text"]) if alone else f"==> {name} <==\n{answer['text']}\n"


def _json(name: str, answer: Answer, *, alone: bool) -> str:
    told = answer if alone else {"file": name, **answer}
    return json.dumps(told, ensure_ascii=False, indent=2)


def _answer(wish: wishes.Wish, reader: pipelines.Pipelines, chosen: settings.Settings, data: bytes) -> Answer:
    with contextlib.closing(documents.open_document(data, chosen)) as document:
        return wishes.answer(wish, [_read(document, index, wish, reader) for index in range(document.pages)])


def _read(document: documents.Document, index: int, wish: wishes.Wish, reader: pipelines.Pipelines) -> readers.Read:
    layer = None if wish.text_layer == wire.NEVER else text_layers.taken(document.layer(index), wish.text_layer)
    if layer is not None:
        return readers.Read(text_layers.result(index + 1, layer, wish.options), 0.0, 0.0)
    page = document.page(index)
    begin = time.monotonic()
    return readers.Read(reader.read(page, wish.options), 0.0, time.monotonic() - begin)


def _route(version: str) -> wire.OcrRoute:
    """The route of a version; one has none over HTTP, and is read the same way here."""
    return next((route for route in wire.OCR_ROUTES if route.version == version), wire.OcrRoute("", version, version))


def _fields(given: argparse.Namespace) -> dict[str, str]:
    return {
        wire.LANGUAGE_FIELD: given.lang,
        wire.ORDER_FIELD: given.order,
        wire.TEXT_LAYER_FIELD: given.text_layer,
        wire.PAGE_ORIENTATION: str(given.orient),
        wire.LINE_ORIENTATION: str(given.orient_lines),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kubeocr ocr", description="Read files and print their text.")
    parser.add_argument("files", nargs="+", metavar="FILE", help="PNG, JPEG, GIF, BMP, TIFF, WebP or PDF")
    parser.add_argument(
        "--lang",
        default=wire.DEFAULT_LANGUAGE,
        help="by any id or name; several (en,ar), or auto (default: %(default)s)",
    )
    parser.add_argument(
        "--order", choices=wire.ORDERS, default=wire.ORDERS[0], help="order of the lines (default: %(default)s)"
    )
    parser.add_argument(
        "--text-layer",
        choices=wire.TEXT_LAYERS,
        default=wire.TEXT_LAYERS[0],
        help="take a PDF page's own text: wherever there is any (force), or where nothing speaks against it (auto)",
    )
    parser.add_argument("--orient", action=argparse.BooleanOptionalAction, default=True, help="turn pages upright first")
    parser.add_argument("--orient-lines", action="store_true", help="turn lines that stand on their head")
    parser.add_argument(
        "--json",
        action="store_true",
        help="print all that is known, as the HTTP API answers it; of several files, each with its name as `file`",
    )
    options.add_flags(parser, server=False)
    return parser


def _complain(message: str, code: int) -> int:
    sys.stderr.write(f"kubeocr ocr: {message}\n")
    return code
