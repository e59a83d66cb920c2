"""The fields of a request as a wish, and a wish's results as an answer. Pure; `routes` and the command line both come here."""

import dataclasses
from collections.abc import Mapping, Sequence

from kubeocr_contract import languages, outputs, wire
from kubeocr_contract import models as catalogue
from kubeocr_runtime import errors, forms, models, pipelines, readers, results
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
    language = _language(route, fields.get(wire.LANGUAGE_FIELD, wire.DEFAULT_LANGUAGE))
    options = pipelines.ReadOptions(
        reader=_reader(language, route.version, store),
        orient_page=reader.orients_pages and (flags[wire.PAGE_ORIENTATION] or flags[wire.PREPROCESSOR]),
        orient_lines=reader.orients_lines and flags[wire.LINE_ORIENTATION],
        order=forms.choice(fields, wire.ORDER_FIELD, wire.ORDERS),
        flatten=flags[wire.UNWARPING],
        enhance=asked.parse(fields),
        direction=language.direction,
        script=language.script,
        words=forms.flag(fields, outputs.WORDS_FIELD, default=False) or output.of_words,
    )
    priority = forms.choice(fields, wire.PRIORITY_FIELD, wire.PRIORITIES)
    text_layer = forms.choice(fields, wire.TEXT_LAYER_FIELD, wire.TEXT_LAYERS)
    return Wish(route, language, options, priority, text_layer, output)


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
    return wire.Answer(
        heading=wish.heading,
        lines=tuple(line for read in reads for line in _lines(wish, read.result)),
        pages=tuple(_page(read.result) for read in reads),
        timings=sum(map(timings, reads), wire.Timings()),
    ).json()


def page_answer(wish: Wish, read: readers.Read) -> dict[str, object]:
    """The JSON of one page, where each is answered by itself."""
    return wire.page_done(_page(read.result), _lines(wish, read.result), timings(read))


def timings(read: readers.Read) -> wire.Timings:
    """What a page took."""
    return wire.Timings(read.queue_seconds, read.inference_seconds)


def _lines(wish: Wish, page: results.PageResult) -> list[dict[str, object]]:
    lines = [wire.line(x.text, x.confidence, x.polygon, page.number) for x in page.lines]
    if not wish.options.words:
        return lines
    words = ([outputs.word(word.text, word.confidence, word.polygon) for word in x.words] for x in page.lines)
    return [{**line, outputs.WORDS_FIELD: found} for line, found in zip(lines, words, strict=True)]


def _page(page: results.PageResult) -> dict[str, object]:
    told = wire.page(page.number, (page.width, page.height), page.angle, page.text, own_text=page.own_text)
    return told | ({"enhancement": page.enhanced.json()} if page.enhanced else {})


def _language(route: wire.OcrRoute, name: str) -> languages.Language:
    try:
        return languages.find(name)
    except languages.UnknownLanguage as e:
        raise errors.UnknownLanguage(f"{wire.LANGUAGE_FIELD}: {e}", supported_languages=_supported(route.version)) from None


def _reader(language: languages.Language, version: str, store: readers.Store) -> catalogue.Reader:
    if not catalogue.readers(language, version, catalogue.sizes(version)[0]):
        message = f"{wire.LANGUAGE_FIELD}: no model of PP-OCR reads {language.name} ({language.id})"
        raise errors.UnknownLanguage(message, supported_languages=_supported(version))
    try:
        return store.reader(language, version)
    except models.NotCarried as e:
        raise errors.LanguageNotCarried(f"{wire.LANGUAGE_FIELD}: {e}", language=language.id, image=e.image) from None


def _supported(version: str) -> list[str]:
    return wire.caller_ids(wire.languages_of(version))
