"""The field `lang`, with what an image without a model hoster carries, and with one that carries all."""

from collections.abc import Collection

import pytest

from kubeocr_contract import languages, models
from kubeocr_runtime import errors, tongues
from kubeocr_runtime import models as store


class Carrying:
    """A `readers.Store` with these models."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = frozenset(names)

    def carried(self) -> frozenset[str]:
        return self.names

    def reader(self, language: languages.Language, version: str, size: str | None = None) -> models.Reader:
        found = models.choose(language, version, size or "small", self.names)
        if found is None:
            raise store.NotCarried(language, version, "site/ocr:large")
        return found


WHEELS, ALL = Carrying(models.WHEELS), Carrying(models.every())


def short(asked: tongues.Tongues) -> tuple[str, str, list[str]]:
    return asked.reader.recogniser, asked.script, [other.recogniser for other in asked.others]


@pytest.mark.parametrize(
    ("version", "text", "where", "want"),
    [
        pytest.param("PP-OCRv6", "Deutsch", WHEELS, ("PP-OCRv6_small_rec", "Latn", []), id="one"),
        pytest.param("PP-OCRv6", "en, TR", WHEELS, ("PP-OCRv6_small_rec", "Latn", []), id="two of one script and model"),
        pytest.param("PP-OCRv6", "en,ch", WHEELS, ("PP-OCRv6_small_rec", "Zyyy", []), id="two scripts of one model"),
        pytest.param(
            "PP-OCRv6", "ar,en,tr", ALL, ("PP-OCRv6_small_rec", "Latn", ["arabic_PP-OCRv5_mobile_rec"]), id="the widest first"
        ),
        pytest.param(
            "PP-OCRv3",
            "en,japan",
            WHEELS,
            ("en_PP-OCRv3_mobile_rec", "Latn", ["japan_PP-OCRv3_mobile_rec"]),
            id="v3",
        ),
        pytest.param("PP-OCRv6", "AUTO", WHEELS, ("PP-OCRv6_small_rec", "Zyyy", []), id="auto: one model"),
        pytest.param(
            "PP-OCRv3",
            "auto",
            WHEELS,
            (
                "PP-OCRv3_mobile_rec",
                "Hans",
                [
                    "en_PP-OCRv3_mobile_rec",
                    "japan_PP-OCRv3_mobile_rec",
                    "chinese_cht_PP-OCRv3_mobile_rec",
                    "PP-OCRv6_small_rec",
                ],
            ),
            id="auto: the version's own first",
        ),
    ],
)
def test_parse(version: str, text: str, where: Carrying, want: tuple[str, str, list[str]]) -> None:
    assert short(tongues.parse(version, text, where)) == want


def test_auto_has_every_script_that_is_carried_looked_for() -> None:
    asked = tongues.parse("PP-OCRv6", "auto", ALL)
    want = {"Arab", "Cyrl", "Deva", "Grek", "Knda", "Kore", "Latn", "Taml", "Telu", "Thai"}
    assert {other.script for other in asked.others} == want
    assert asked.guesses
    assert set(asked.candidates) == {x.id for x in languages.catalogue()}


def test_one_language_is_not_looked_for() -> None:
    asked = tongues.parse("PP-OCRv6", "en", WHEELS)
    assert (asked.candidates, asked.guesses, asked.first.id) == ((), False, "en")


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        pytest.param("en,frnch", errors.UnknownLanguage, "lang: 'frnch' is no known language; did you mean 'fr'?", id="typo"),
        pytest.param("en,", errors.UnknownLanguage, "lang: '' is no known language", id="nothing behind a comma"),
        pytest.param("auto,en", errors.InvalidField, "lang: one language, up to 10 .* or auto alone", id="auto is alone"),
        pytest.param(",".join(["en"] * 11), errors.InvalidField, "lang: one language, up to 10", id="too many"),
        pytest.param("en,he", errors.UnknownLanguage, r"lang: no model of PP-OCR reads Hebrew \(he\)", id="read by none"),
        pytest.param("en,ar", errors.LanguageNotCarried, r"lang: no .* model for Arabic \(ar\) is in this image", id="other"),
        pytest.param("x" * 9000, errors.UnknownLanguage, "lang: 'x{64}' is no known language", id="long"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str, error: type[errors.OcrError], message: str) -> None:
    with pytest.raises(error, match=f"^{message}"):
        tongues.parse("PP-OCRv6", text, WHEELS)


def test_an_image_without_models_reads_nothing() -> None:
    with pytest.raises(errors.LanguageNotCarried, match="no model here reads any language"):
        tongues.parse("PP-OCRv6", "auto", Carrying(()))
