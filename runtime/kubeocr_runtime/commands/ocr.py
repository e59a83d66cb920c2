"""`kubeocr ocr FILE…`: the text of files, or whatever else the HTTP API would answer."""

import argparse
import contextlib
import dataclasses
import functools
import json
import os
import pathlib
import sys
import time
from collections.abc import Callable, Sequence

from kubeocr_contract import enhancing, outputs, settings, wire
from kubeocr_runtime import documents, engines, errors, models, pipelines, readers, text_layers, wishes
from kubeocr_runtime.commands import options
from kubeocr_runtime.formats import content, table

Read = Callable[[bytes], list[readers.Read]]
_BROKEN_PIPE = 141
_JOINED = frozenset({"text", outputs.JSON})
"""Formats of which several go to one output."""
_UPRIGHT = "`kubeocr models bake --out DIR` fetches one and --models-dir DIR uses it; with --no-orient none is looked for"
_UNUSABLE = (errors.OcrError, models.BadModels, engines.EngineUnavailable)


def main(arguments: Sequence[str]) -> int:
    """Print each file's text; 1 where a file could not be read, 2 for a wish that cannot be met."""
    given = _parser().parse_args(arguments)
    if (wrong := _nowhere(given)) is not None:
        return _complain(wrong, 2)
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
        read = functools.partial(_read_all, wish, reader, chosen)
        return max([_print(name, read, wish, given) for name in given.files])
    except BrokenPipeError:
        # whoever read the output has left, as `head` does; what is buffered must not be tried again at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE


def _all_for_one(chosen: settings.Settings) -> settings.Settings:
    """One page at a time is read here, by all threads."""
    return chosen if chosen.streams else dataclasses.replace(chosen, streams=1)


def _nowhere(given: argparse.Namespace) -> str | None:
    """Why there is no place for what is asked for; None where there is one."""
    output = outputs.OUTPUTS[given.format]
    if given.out is not None:
        names = {pathlib.Path(name).name for name in given.files}
        return None if len(names) == len(given.files) else "--out: two of the files have one name"
    if len(given.files) > 1 and output.name not in _JOINED:
        return f"--format {output.name}: of several files only with --out FOLDER"
    if not output.is_text and sys.stdout.isatty():
        return f"--format {output.name}: nothing for a terminal; --out FOLDER, or send it to a file with >"
    return None


def _print(name: str, read: Read, wish: wishes.Wish, given: argparse.Namespace) -> int:
    try:
        data = pathlib.Path(name).read_bytes()
        reads = read(data)
        made = _made(name, wish, reads, data, joined=len(given.files) > 1 and given.out is None)
        _write(pathlib.Path(name), made, wish.output, given.out)
        _say_language(name, wish, reads)
    except OSError as e:
        return _complain(f"{e.filename or name}: {e.strerror}", 1)
    except _UNUSABLE as e:
        return _complain(f"{name}: {e}", 1)
    return 0


def _made(name: str, wish: wishes.Wish, reads: list[readers.Read], data: bytes, *, joined: bool) -> bytes:
    """A file's answer, with its name where it is one of several: before it, as `head` and `tail` have it, or in it."""
    if wish.output.name == outputs.JSON:
        answer = wishes.answer(wish, reads)
        told, indent = ({"file": name, **answer}, None) if joined else (answer, 2)  # a line each where there are several
        return (json.dumps(told, ensure_ascii=False, indent=indent) + "\n").encode()
    found = content.Content(tuple(read.result for read in reads), wishes.language(wish, reads), data)
    made = table.renderer(wish.output)(found)
    return f"==> {name} <==\n".encode() + made + b"\n" if joined else made


def _write(name: pathlib.Path, made: bytes, output: outputs.Output, folder: pathlib.Path | None) -> None:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name.name}{output.suffix}").write_bytes(made)
    elif output.is_text:
        sys.stdout.write(made.decode())
    else:
        sys.stdout.buffer.write(made)


def _say_language(name: str, wish: wishes.Wish, reads: list[readers.Read]) -> None:
    """On the side, where it was not said and the format has no place for how sure it is."""
    if wish.options.candidates and wish.output.name != outputs.JSON:
        language, sure = wishes.language(wish, reads), wishes.shares(reads)[0].confidence
        _complain(f"{name}: taken for {language.name} ({language.id}), {sure:.0%} sure", 0)


def _read_all(wish: wishes.Wish, reader: pipelines.Pipelines, chosen: settings.Settings, data: bytes) -> list[readers.Read]:
    with contextlib.closing(documents.open_document(data, chosen)) as document:
        return [_read(document, index, wish, reader) for index in range(document.pages)]


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
        **({wire.TEXT_LAYER_FIELD: given.text_layer} if given.text_layer else {}),
        outputs.FORMAT_FIELD: given.format,
        outputs.WORDS_FIELD: str(given.words),
        wire.PAGE_ORIENTATION: str(given.orient),
        wire.LINE_ORIENTATION: str(given.orient_lines),
        wire.UNWARPING: str(given.flatten),
        enhancing.ENHANCE_FIELD: given.enhance,
        enhancing.OPTIONS_FIELD: given.enhance_options,
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
        help="take a PDF page's own text: wherever there is any (force), or where nothing speaks against it (auto)",
    )
    parser.add_argument("--orient", action=argparse.BooleanOptionalAction, default=True, help="turn pages upright first")
    parser.add_argument("--orient-lines", action="store_true", help="turn lines that stand on their head")
    parser.add_argument("--flatten", action="store_true", help="flatten pages that are bent")
    parser.add_argument(
        "--enhance",
        choices=enhancing.WORDS,
        default=enhancing.NONE,
        metavar="WORD",
        help=f"prepare pages first: with what helps (auto), or a preset: {', '.join(enhancing.PRESETS)}",
    )
    parser.add_argument(
        "--enhance-options", default="", metavar="JSON", help="the same by parameters, or a preset with overrides (docs/API.md)"
    )
    _add_output(parser)
    options.add_flags(parser, server=False)
    return parser


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=list(outputs.OUTPUTS), default="text", help="what is made (default: %(default)s)")
    parser.add_argument(
        "--json",
        dest="format",
        action="store_const",
        const=outputs.JSON,
        help="all that is known, as the HTTP API answers it; of several files a line each, with its name as `file`",
    )
    parser.add_argument("--words", action="store_true", help="with --json: the words of each line and where they stand")
    parser.add_argument("--out", type=pathlib.Path, metavar="FOLDER", help="write files there, each with its name and a suffix")


def _complain(message: str, code: int) -> int:
    sys.stderr.write(f"kubeocr ocr: {message}\n")
    return code
