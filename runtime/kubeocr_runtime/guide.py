"""What GET /languages tells: the catalogue, as far as this pod and its image reach. Pure."""

from collections.abc import Iterable, Mapping

from kubeocr_contract import languages as catalogue
from kubeocr_contract import models, names, settings, wire
from kubeocr_runtime import models as store

_LOADED, _CARRIED, _ELSEWHERE, _NOWHERE = "loaded", "carried", "elsewhere", "not_carried"
STATES = {
    _LOADED: "in memory and warm",
    _CARRIED: "in this image; its models are loaded with the first request",
    _ELSEWHERE: "read by the image that is named",
    _NOWHERE: "no image known here has a model for it",
}


def languages(chosen: settings.Settings, carried: Iterable[str]) -> dict[str, object]:
    """The body of the answer, with the keys of the PaddleOCR API and the state of every language."""
    have = frozenset(carried)
    rows = [row(x, chosen, have) for x in catalogue.catalogue()]
    return {
        "title": "Languages of this OCR service",
        "description": f"PP-OCR reads {sum(1 for row in rows if row['models'])} of {len(rows)} known languages.",
        "total_languages": sum(1 for row in rows if row["state"] in {_LOADED, _CARRIED}),
        "endpoints": {route.path: _endpoint(route, have) for route in wire.OCR_ROUTES},
        "language_categories": _categories(rows),
        "mixed_language_guidance": _guidance(),
        "automatic_detection": catalogue.AUTO.id,
        "usage_tips": _tips(),
        "performance_characteristics": _characteristics(),
        "states": STATES,
        "structure": {"models": models.structure(have), "states": models.STATES},
        "languages": rows,
    }


def row(language: catalogue.Language, chosen: settings.Settings, have: frozenset[str]) -> dict[str, object]:
    """What is told of one language; `have` are the models that are here."""
    readers = {v: models.readers(language, v, models.sizes(v)[0])[:1] for v in models.VERSIONS}
    own = [v for v, found in readers.items() if found and found[0].version == v]
    image = store.published(language, chosen.model_version, chosen.model_size, chosen.device)
    state = _state(language, chosen, have) or (_ELSEWHERE if image else _NOWHERE)
    return {
        "id": language.id,
        "lang": wire.caller_id(language),
        "name": language.name,
        "native_name": language.native_name,
        "script": language.script,
        "direction": language.direction,
        "models": own,
        "state": state,
        **({"image": image} if state == _ELSEWHERE else {}),
        **_lacking(language, chosen.model_version),
    }


def _lacking(language: catalogue.Language, version: str) -> dict[str, str]:
    """Letters that the version leaves out, sure as it is of the others."""
    letters = models.LACKING.get((version, language.id))
    return {"lacks": letters} if letters else {}


def _state(language: catalogue.Language, chosen: settings.Settings, have: frozenset[str]) -> str | None:
    """Whether this image reads it; None where it does not."""
    if any(models.choose(language, v, size, have) for v in models.VERSIONS for size in models.sizes(v)):
        return _LOADED if language in catalogue.find_all(chosen.languages) else _CARRIED
    return None


def _endpoint(route: wire.OcrRoute, have: frozenset[str]) -> dict[str, object]:
    known = wire.languages_of(route.version)
    here = [x for x in known if any(models.choose(x, route.version, size, have) for size in models.sizes(route.version))]
    return {
        "description": route.description,
        "languages": wire.caller_ids(known),
        "languages_in_this_image": wire.caller_ids(here),
    }


def _categories(rows: Iterable[Mapping[str, object]]) -> dict[str, list[str]]:
    """Script (ISO 15924) -> ids as callers send them."""
    scripts: dict[str, list[str]] = {}
    for row in rows:
        if row["models"]:
            scripts.setdefault(str(row["script"]), []).append(str(row["lang"]))
    return dict(sorted(scripts.items()))


def _guidance() -> dict[str, str]:
    return {
        "chinese_english": "ch, with any version",
        "japanese_english": "japan, with PP-OCRv6 or PP-OCRv5",
        "latin_scripts": "any of them, with PP-OCRv6: one model reads them all, mixed on one page too",
        "several": "en,ar: with commas; each line is read by the model that is surest of it, and its language is told",
        "any": "auto: script and language are found out, and told with how sure that is",
        "other_scripts_with_english": "the id of the other script: its model reads English as well",
    }


def _tips() -> list[str]:
    return [
        "lang takes PaddleOCR's ids, ISO codes, the OCR server's ids and names of languages, in any case.",
        "PDFs and TIFFs are read whole; results tell the page of each line.",
        "order=reading (the default) follows columns; order=raster is PaddleOCR's own, from top to bottom across the page.",
        f"{names.DOCS} lets you try every route.",
    ]


def _characteristics() -> dict[str, str]:
    return {
        "models": "loaded once; the ones that the service names are warm before it is ready",
        "concurrency": "requests share the engine by the time they take; as many pages wait as the service allows, "
        "then 429 with Retry-After",
        "network": "nothing is downloaded",
    }
