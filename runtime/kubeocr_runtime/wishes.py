"""The fields of a request as a wish, and a wish's results as an answer. Pure; `routes` and the command line both come here."""

import dataclasses
from collections.abc import Mapping, Sequence

from kubeocr_contract import languages, wire
from kubeocr_contract import models as catalogue
from kubeocr_runtime import errors, models, pipelines, results, worker

_TRUE = frozenset({"1", "true", "t", "yes", "y", "on"})
_FALSE = frozenset({"0", "false", "f", "no", "n", "off", ""})


@dataclasses.dataclass(frozen=True, slots=True)
class Wish:
    """What a request's fields ask for."""

    route: wire.OcrRoute
    language: languages.Language
    options: pipelines.ReadOptions
    text_layer: str = wire.NEVER
    """One of `wire.TEXT_LAYERS`."""

    @property
    def flags(self) -> dict[str, bool]:
        """What of the API's flags is applied."""
        return {
            wire.PREPROCESSOR: self.options.orient_page,
            wire.PAGE_ORIENTATION: self.options.orient_page,
            wire.UNWARPING: False,
            wire.LINE_ORIENTATION: self.options.orient_lines,
        }


def parse(route: wire.OcrRoute, fields: Mapping[str, str], store: worker.Store, reader: worker.Reader) -> Wish:
    """Raises `errors.InvalidField`, `UnknownLanguage`, `LanguageNotCarried`."""
    flags = {name: _flag(fields, name, default) for name, default in wire.FLAGS.items()}
    if flags[wire.UNWARPING]:
        raise errors.InvalidField(
            f"{wire.UNWARPING}: no image of this release has the model for it; leave it false", field=wire.UNWARPING
        )
    language = _language(route, fields.get(wire.LANGUAGE_FIELD, wire.DEFAULT_LANGUAGE))
    options = pipelines.ReadOptions(
        reader=_reader(language, route.version, store),
        orient_page=reader.orients_pages and (flags[wire.PAGE_ORIENTATION] or flags[wire.PREPROCESSOR]),
        orient_lines=reader.orients_lines and flags[wire.LINE_ORIENTATION],
        order=_choice(fields, wire.ORDER_FIELD, wire.ORDERS),
        direction=language.direction,
    )
    return Wish(route, language, options, _choice(fields, wire.TEXT_LAYER_FIELD, wire.TEXT_LAYERS))


def answer(wish: Wish, reads: Sequence[worker.Read]) -> dict[str, object]:
    """The JSON of a document that was read."""
    pages = [read.result for read in reads]
    return wire.Answer(
        route=wish.route,
        language=wish.language,
        reader=wish.options.reader,
        flags=wish.flags,
        order=wish.options.order,
        lines=tuple(wire.line(x.text, x.confidence, x.polygon, page.number) for page in pages for x in page.lines),
        pages=tuple(_page(page) for page in pages),
        queue_seconds=sum(read.queue_seconds for read in reads),
        inference_seconds=sum(read.inference_seconds for read in reads),
    ).json()


def _page(page: results.PageResult) -> dict[str, object]:
    return wire.page(page.number, (page.width, page.height), page.angle, page.text, own_text=page.own_text)


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


def _language(route: wire.OcrRoute, name: str) -> languages.Language:
    try:
        return languages.find(name)
    except languages.UnknownLanguage as e:
        raise errors.UnknownLanguage(f"{wire.LANGUAGE_FIELD}: {e}", supported_languages=_supported(route.version)) from None


def _reader(language: languages.Language, version: str, store: worker.Store) -> catalogue.Reader:
    if not catalogue.readers(language, version, catalogue.sizes(version)[0]):
        message = f"{wire.LANGUAGE_FIELD}: no model of PP-OCR reads {language.name} ({language.id})"
        raise errors.UnknownLanguage(message, supported_languages=_supported(version))
    try:
        return store.reader(language, version)
    except models.NotCarried as e:
        raise errors.LanguageNotCarried(f"{wire.LANGUAGE_FIELD}: {e}", language=language.id, image=e.image) from None


def _supported(version: str) -> list[str]:
    return wire.caller_ids(wire.languages_of(version))
