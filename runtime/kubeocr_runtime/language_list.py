"""GET of the OCR server's languages: its ids and codes, what reads each of them here, and what its prompt modes may say."""

from collections.abc import Iterable

from aiohttp import web

from kubeocr_contract import languages, models, names, settings
from kubeocr_runtime import guide, prompts, services


def listed(chosen: settings.Settings, carried: Iterable[str]) -> dict[str, object]:
    """The body of the answer."""
    have = frozenset(carried)
    rows = [_row(x, chosen, have) for x in languages.catalogue() if x.ocr_server_code or x.ocr_server_id]
    return {
        "languages": rows,
        "total": len(rows),
        "total_readable": sum(1 for row in rows if row["model"]),
        "states": guide.STATES,
        "prompt_modes": list(prompts.MODES),
        "automatic_detection": languages.AUTO.id,
    }


def _row(language: languages.Language, chosen: settings.Settings, have: frozenset[str]) -> dict[str, object]:
    told = guide.row(language, chosen, have)
    reader = models.choose(language, chosen.model_version, chosen.model_size, have)
    kept = ("name", "native_name", "script", "direction", "state", "image", "lacks")
    return {
        "id": language.ocr_server_id or None,
        "code": language.ocr_server_code or language.iso639_1,
        "iso639_1": language.iso639_1 or None,
        **{key: told[key] for key in kept if key in told},
        "model": reader.recogniser if reader else None,
    }


async def _list(request: web.Request) -> web.Response:
    known = request.app[services.SERVICES]
    return web.json_response(listed(known.settings, known.store.carried()))


ROUTES = (web.get(names.OCR_SERVER_LANGUAGES, _list),)
