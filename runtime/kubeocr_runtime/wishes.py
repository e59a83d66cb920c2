"""The fields of a request as a wish, and a wish's results as an answer. Pure; `routes` and the command line both come here."""

import dataclasses
from collections.abc import Mapping, Sequence

from kubeocr_contract import detected, languages, wire
from kubeocr_runtime import errors, pipelines, readers, results, spoken, tongues

_TRUE = frozenset({"1", "true", "t", "yes", "y", "on"})
_FALSE = frozenset({"0", "false", "f", "no", "n", "off", ""})
_SHOWN = 64
"""Characters of a wrong value that its refusal repeats."""


@dataclasses.dataclass(frozen=True, slots=True)
class Wish:
    """What a request's fields ask for."""

    route: wire.OcrRoute
    language: languages.Language
    options: pipelines.ReadOptions
    priority: str = wire.PRIORITIES[0]
    text_layer: str = wire.NEVER
    """One of `wire.TEXT_LAYERS`."""
    asked: tuple[languages.Language, ...] = ()
    """The languages, or `languages.AUTO`; `language` is the first of them."""

    @property
    def heading(self) -> wire.Heading:
        """What answers repeat of it."""
        return wire.Heading(self.route, self.language, self.options.reader, self.flags, self.options.order)

    @property
    def flags(self) -> dict[str, bool]:
        """What of the API's flags is applied."""
        return {
            wire.PREPROCESSOR: self.options.orient_page,
            wire.PAGE_ORIENTATION: self.options.orient_page,
            wire.UNWARPING: False,
            wire.LINE_ORIENTATION: self.options.orient_lines,
        }


def parse(route: wire.OcrRoute, fields: Mapping[str, str], store: readers.Store, reader: readers.Reader) -> Wish:
    """Raises `errors.InvalidField`, `UnknownLanguage`, `LanguageNotCarried`."""
    flags = {name: _flag(fields, name, default) for name, default in wire.FLAGS.items()}
    if flags[wire.UNWARPING]:
        raise errors.InvalidField(
            f"{wire.UNWARPING}: no image of this release has the model for it; leave it false", field=wire.UNWARPING
        )
    asked = tongues.parse(route.version, fields.get(wire.LANGUAGE_FIELD, wire.DEFAULT_LANGUAGE), store)
    options = pipelines.ReadOptions(
        reader=asked.reader,
        orient_page=reader.orients_pages and (flags[wire.PAGE_ORIENTATION] or flags[wire.PREPROCESSOR]),
        orient_lines=reader.orients_lines and flags[wire.LINE_ORIENTATION],
        order=_choice(fields, wire.ORDER_FIELD, wire.ORDERS),
        direction=asked.first.direction,
        script=asked.script,
        others=asked.others,
        guess=asked.guesses,
        candidates=asked.candidates,
    )
    priority = _choice(fields, wire.PRIORITY_FIELD, wire.PRIORITIES)
    text_layer = _choice(fields, wire.TEXT_LAYER_FIELD, wire.TEXT_LAYERS)
    return Wish(route, asked.first, options, priority, text_layer, asked.asked)


def seconds(fields: Mapping[str, str], most: int) -> int:
    """How long the client waits; `most` where it does not say. Raises `errors.InvalidField`."""
    text = fields.get(wire.TIMEOUT_FIELD, str(most)).strip()
    # a number with more digits than the largest is none, however many they are
    if text.isascii() and text.isdigit() and len(text.lstrip("0")) <= len(str(most)) and 1 <= int(text) <= most:
        return int(text)
    raise errors.InvalidField(
        f"{wire.TIMEOUT_FIELD}: {text[:_SHOWN]!r} is no whole number of seconds from 1 to {most}", field=wire.TIMEOUT_FIELD
    )


def answer(wish: Wish, reads: Sequence[readers.Read]) -> dict[str, object]:
    """The JSON of a document that was read."""
    told = wire.Answer(
        heading=wish.heading,
        lines=tuple(line for read in reads for line in _lines(read.result)),
        pages=tuple(_page(read.result) for read in reads),
        timings=sum(map(timings, reads), wire.Timings()),
    ).json()
    return {**told, **_detected(wish, reads)}


def page_answer(read: readers.Read) -> dict[str, object]:
    """The JSON of one page, where each is answered by itself."""
    return wire.page_done(_page(read.result), _lines(read.result), timings(read))


def timings(read: readers.Read) -> wire.Timings:
    """What a page took."""
    return wire.Timings(read.queue_seconds, read.inference_seconds)


def _detected(wish: Wish, reads: Sequence[readers.Read]) -> dict[str, object]:
    """Nothing where the language was said."""
    if not wish.options.candidates:
        return {}
    shares = spoken.total(share for read in reads for share in read.result.shares)
    return detected.document([language.id for language in wish.asked], [_share(share) for share in shares])


def _share(share: results.Share) -> detected.Share:
    return detected.Share(share.language, share.script, share.letters, share.confidence)


def _lines(page: results.PageResult) -> list[dict[str, object]]:
    return [{**wire.line(x.text, x.confidence, x.polygon, page.number), **detected.line(x.language)} for x in page.lines]


def _page(page: results.PageResult) -> dict[str, object]:
    told = wire.page(page.number, (page.width, page.height), page.angle, page.text, own_text=page.own_text)
    return {**told, **detected.page([_share(share) for share in page.shares])}


def _flag(fields: Mapping[str, str], name: str, default: bool) -> bool:  # noqa: FBT001 (a flag is what it is about)
    """A boolean as FastAPI, which this API's callers know, reads it."""
    text = fields.get(name)
    if text is None:
        return default
    if text.strip().lower() in _TRUE | _FALSE:
        return text.strip().lower() in _TRUE
    raise errors.InvalidField(f"{name}: {text!r} is neither true nor false", field=name)


def _choice(fields: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    text = fields.get(name, allowed[0])
    if text not in allowed:
        raise errors.InvalidField(f"{name}: {text!r} is not one of {', '.join(allowed)}", field=name, allowed=list(allowed))
    return text
