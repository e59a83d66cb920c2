"""What an answer tells of languages that its request did not name: further keys beside those of `wire`."""

import dataclasses
from collections.abc import Sequence
from typing import Any

KEY = "language_detection"
"""Beside `language`, which then is what was found."""


@dataclasses.dataclass(frozen=True, slots=True)
class Share:
    """How much of a page or document is taken to be in one language."""

    language: str
    """Its id, or that of `languages.UNDETERMINED`."""
    script: str
    """ISO 15924; Zyyy where there is no letter of any."""
    letters: int
    confidence: float
    """0 to 1: of the language, times how sure the readings are."""


def document(requested: Sequence[str], shares: Sequence[Share]) -> dict[str, Any]:
    """Keys of the whole answer; `shares` has one at least, the largest first. `language` takes the place of what was asked."""
    main = shares[0]
    told = {"requested": list(requested), "script": main.script, **_main(main), "languages": _all(shares)}
    return {"language": main.language, KEY: told}


def page(shares: Sequence[Share]) -> dict[str, Any]:
    """Keys of one page; none where its language was not asked for."""
    if not shares:
        return {}
    told = {"script": shares[0].script, **_main(shares[0]), "languages": _all(shares)}
    return {"language": shares[0].language, KEY: told}


def line(language: str) -> dict[str, str]:
    """Keys of one line; none where there is nothing to tell."""
    return {"language": language} if language else {}


def schema() -> dict[str, Any]:
    """Of `KEY`, for OpenAPI."""
    text, number = {"type": "string"}, {"type": "number", "minimum": 0, "maximum": 1}
    main = {"language": text, "confidence": number, "script": text}
    each = {"type": "object", "required": [*main, "share"], "properties": {**main, "share": number}}
    lists = {"languages": {"type": "array", "items": each}, "requested": {"type": "array", "items": text}}
    return {"type": "object", "required": [*main, "languages"], "properties": {**main, **lists}}


def _main(share: Share) -> dict[str, Any]:
    return {"language": share.language, "confidence": round(share.confidence, 4)}


def _all(shares: Sequence[Share]) -> list[dict[str, Any]]:
    """Each with its part of the letters."""
    letters = sum(share.letters for share in shares)
    written = (share for share in shares if share.letters)
    return [{**_main(share), "script": share.script, "share": round(share.letters / letters, 4)} for share in written]
