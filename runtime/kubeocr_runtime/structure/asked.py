"""The fields of a request for a page's structure. Pure; `routes` comes here."""

import dataclasses
from collections.abc import Mapping

from kubeocr_contract import models as catalogue
from kubeocr_contract import outputs, settings, structured, wire
from kubeocr_runtime import errors, forms, models, readers, structure, wishes

_UNREADABLE = "{}: no release runs {} yet; leave it false, and such regions come as pictures"


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """What a request wants."""

    path: str
    wish: wishes.Wish
    images: str
    """One of `structured.IMAGES`."""
    models: Mapping[str, str]
    """Part -> the model that does it."""

    @property
    def flags(self) -> dict[str, bool]:
        """What of the API's flags is applied."""
        layout = self.wish.options.layout
        others = dict.fromkeys(structured.UNREAD_FIELDS, False)
        return {**self.wish.flags, structured.TABLES_FIELD: bool(layout and layout.tables), **others}


def route(path: str, chosen: settings.Settings) -> wire.OcrRoute:
    """Text is read with the service's own version of PP-OCR."""
    return wire.OcrRoute(path, chosen.model_version, structured.ROUTES[path])


def parse(route: wire.OcrRoute, fields: Mapping[str, str], store: readers.Store, reader: readers.Reader) -> Asked:
    """Raises what `wishes.parse` does, and `errors.PipelineNotCarried`."""
    carried = store.carried()
    layout = catalogue.layout(carried)
    if layout is None:
        wanted = " or ".join(catalogue.LAYOUTS)
        raise errors.PipelineNotCarried(
            f"{structured.PIPELINE}: no model that finds a page's regions is here ({wanted}); {models.FETCHED}"
        )
    _refuse_unreadable(fields)
    wish = wishes.parse(route, _of_reading(route, fields), store, reader)
    if wish.text_layer != wire.NEVER:
        message = f"{wire.TEXT_LAYER_FIELD}: a page's regions are found by how it looks; leave it {wire.NEVER}"
        raise errors.InvalidField(message, field=wire.TEXT_LAYER_FIELD)
    images = forms.choice(fields, structured.IMAGES_FIELD, _images(route.path))
    tables = forms.flag(fields, structured.TABLES_FIELD, default=True) and catalogue.TABLES in carried
    wanted_layout = structure.Wish(tables=tables, pictures=images != structured.NONE)
    options = dataclasses.replace(wish.options, layout=wanted_layout)
    used = {"layout": layout, **({"table": catalogue.TABLES} if tables else {})}
    return Asked(route.path, dataclasses.replace(wish, options=options), images, used)


def _of_reading(route: wire.OcrRoute, fields: Mapping[str, str]) -> Mapping[str, str]:
    """Pages are looked at whatever the format; and what answers in Markdown has no other."""
    kept = {name: text for name, text in fields.items() if route.path != structured.MARKDOWN or name != outputs.FORMAT_FIELD}
    return {wire.TEXT_LAYER_FIELD: wire.NEVER, **kept}


def _images(path: str) -> tuple[str, ...]:
    return structured.IMAGES if path == structured.MARKDOWN else structured.ONE_PIECE


def _refuse_unreadable(fields: Mapping[str, str]) -> None:
    for field, model in structured.UNREAD_FIELDS.items():
        if forms.flag(fields, field, default=False):
            raise errors.InvalidField(_UNREADABLE.format(field, model), field=field, model=model)
