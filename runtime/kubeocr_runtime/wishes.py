"""The fields of a request as a wish, and a wish's results as an answer. Pure; `routes` and the command line both come here."""

import dataclasses
from collections.abc import Mapping, Sequence

from kubeocr_contract import detected, languages, outputs, wire
from kubeocr_contract import models as catalogue
from kubeocr_runtime import errors, forms, pipelines, readers, results, spoken, tongues
from kubeocr_runtime.enhancement import asked
from kubeocr_runtime.formats import asking


@dataclasses.dataclass(frozen=True, slots=True)
class Wish:
    """What a request's fields ask for."""

    route: wire.OcrRoute
    language: languages.Language
    options: pipelines.ReadOptions
    priority: str = wire.PRIORITIES[0]
    text_layer: str = wire.NEVER
    """One of `wire.TEXT_LAYERS`."""
    output: outputs.Output = outputs.OUTPUTS[outputs.JSON]
    requested: tuple[languages.Language, ...] = ()
    """All languages that were named, or `languages.AUTO`; `language` is the first of them."""

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
            wire.UNWARPING: self.options.flatten,
            wire.LINE_ORIENTATION: self.options.orient_lines,
        }


def parse(route: wire.OcrRoute, fields: Mapping[str, str], store: readers.Store, reader: readers.Reader) -> Wish:
    """Raises `errors.InvalidField`, `UnknownLanguage`, `LanguageNotCarried`."""
    output = asking.output(fields)
    fields = asking.completed(fields, output)
    flags = {name: forms.flag(fields, name, default=default) for name, default in wire.FLAGS.items()}
    if flags[wire.UNWARPING] and not reader.flattens_pages:
        message = f"{wire.UNWARPING}: {catalogue.UNWARPING}, the model for it, is not in this image as ONNX; leave it false"
        raise errors.InvalidField(message, field=wire.UNWARPING)
    named = tongues.parse(route.version, fields.get(wire.LANGUAGE_FIELD, wire.DEFAULT_LANGUAGE), store)
    options = pipelines.ReadOptions(
        reader=named.reader,
        orient_page=reader.orients_pages and (flags[wire.PAGE_ORIENTATION] or flags[wire.PREPROCESSOR]),
        orient_lines=reader.orients_lines and flags[wire.LINE_ORIENTATION],
        order=forms.choice(fields, wire.ORDER_FIELD, wire.ORDERS),
        flatten=flags[wire.UNWARPING],
        enhance=asked.parse(fields),
        direction=named.first.direction,
        script=named.script,
        others=named.others,
        guess=named.guesses,
        candidates=named.candidates,
        words=forms.flag(fields, outputs.WORDS_FIELD, default=False) or output.of_words,
    )
    priority = forms.choice(fields, wire.PRIORITY_FIELD, wire.PRIORITIES)
    text_layer = forms.choice(fields, wire.TEXT_LAYER_FIELD, wire.TEXT_LAYERS)
    return Wish(route, named.first, options, priority, text_layer, output, named.asked)


def seconds(fields: Mapping[str, str], most: int) -> int:
    """How long the client waits; `most` where it does not say. Raises `errors.InvalidField`."""
    text = fields.get(wire.TIMEOUT_FIELD, str(most)).strip()
    # a number with more digits than the largest is none, however many they are
    if text.isascii() and text.isdigit() and len(text.lstrip("0")) <= len(str(most)) and 1 <= int(text) <= most:
        return int(text)
    raise errors.InvalidField(
        f"{wire.TIMEOUT_FIELD}: {text[: forms.SHOWN]!r} is no whole number of seconds from 1 to {most}",
        field=wire.TIMEOUT_FIELD,
    )


def answer(wish: Wish, reads: Sequence[readers.Read]) -> dict[str, object]:
    """The JSON of a document that was read."""
    told = wire.Answer(
        heading=wish.heading,
        lines=tuple(line for read in reads for line in _lines(wish, read.result)),
        pages=tuple(_page(read.result) for read in reads),
        timings=sum(map(timings, reads), wire.Timings()),
    ).json()
    return {**told, **languages_told(wish, reads)}


def page_answer(wish: Wish, read: readers.Read) -> dict[str, object]:
    """The JSON of one page, where each is answered by itself."""
    return wire.page_done(_page(read.result), _lines(wish, read.result), timings(read))


def timings(read: readers.Read) -> wire.Timings:
    """What a page took."""
    return wire.Timings(read.queue_seconds, read.inference_seconds)


def languages_told(wish: Wish, reads: Sequence[readers.Read]) -> dict[str, object]:
    """Keys that every answer has of a document whose language was not said; none where it was."""
    return shares_told(wish, shares(reads))


def shares_told(wish: Wish, found: Sequence[detected.Share]) -> dict[str, object]:
    """The same of what all pages together are in."""
    if not wish.options.candidates:
        return {}
    return detected.document([language.id for language in wish.requested], found)


def language(wish: Wish, reads: Sequence[readers.Read]) -> languages.Language:
    """The one that was said, or that most of the document was taken to be in."""
    if not wish.options.candidates:
        return wish.language
    return languages.by_id().get(shares(reads)[0].language, languages.UNDETERMINED)


def page_languages(page: results.PageResult) -> dict[str, object]:
    """The same keys of a page."""
    return detected.page(page.shares)


def shares(reads: Sequence[readers.Read]) -> list[detected.Share]:
    """What all pages together are in, the largest first; there is always one."""
    return spoken.total(share for read in reads for share in read.result.shares)


def _lines(wish: Wish, page: results.PageResult) -> list[dict[str, object]]:
    return [_line(wish, line, page.number) for line in page.lines]


def _line(wish: Wish, line: results.Line, page: int) -> dict[str, object]:
    told = {**wire.line(line.text, line.confidence, line.polygon, page), **detected.line(line.language)}
    if wish.options.words:
        told[outputs.WORDS_FIELD] = [outputs.word(word.text, word.confidence, word.polygon) for word in line.words]
    return told


def _page(page: results.PageResult) -> dict[str, object]:
    told = wire.page(page.number, (page.width, page.height), page.angle, page.text, own_text=page.own_text)
    return {**told, **({"enhancement": page.enhanced.json()} if page.enhanced else {}), **page_languages(page)}
