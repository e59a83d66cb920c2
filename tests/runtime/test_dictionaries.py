"""What the catalogue says of letters, held against the dictionaries of the models that the installed packages carry."""

import pytest

from kubeocr_contract import models, settings
from kubeocr_runtime import models as store

LETTERS = {
    "cnr": "čćđšžśź", "co": "àèìòù", "eo": "ĉĝĥĵŝŭ", "ha": "ɓɗƙƴ", "ht": "èòà", "so": "", "tk": "äçňöşüýž", "xh": "", "zu": "",
    "az": "əğıİöşüç", "cs": "ěščřžýáíéúůďťň", "cy": "ŵŷ", "hu": "őűöüóáéíú", "is": "áðéíóúýþæö", "lt": "ąčęėįšųūž",
    "lv": "āčēģīķļņšūž", "mi": "āēīōū", "mt": "ċġħż", "pl": "ąćęłńóśźż", "ro": "ăâîșț", "tr": "çğıİöşü",
    "vi": "ăâđêôơưĩũạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỷỹỵ",
}  # fmt: skip
"""Language -> letters beyond a to z, as Unicode's CLDR lists them, less those that only foreign words have."""
UNREAD = {"ig": "ịọụ", "yo": "ẹọṣ"}
"""Likewise, of languages that are said to be read by nothing."""


@pytest.fixture(scope="module")
def dictionary() -> frozenset[str]:
    opened = store.Store.open(settings.Settings(models_dir="", device="cpu"))
    return frozenset(opened.get("PP-OCRv6_small_rec").description["PostProcess"]["character_dict"])


@pytest.mark.models
@pytest.mark.parametrize("language", LETTERS)
def test_a_language_that_is_read_has_its_letters_but_those_that_are_said_to_lack(
    language: str, dictionary: frozenset[str]
) -> None:
    lacking = models.LACKING.get(("PP-OCRv6", language), "")
    assert {letter for letter in LETTERS[language] if letter not in dictionary} == set(lacking)
    assert set("abcdefghijklmnopqrstuvwxyz") <= dictionary


@pytest.mark.models
@pytest.mark.parametrize("language", UNREAD)
def test_one_that_is_not_lacks_some(language: str, dictionary: frozenset[str]) -> None:
    assert not set(UNREAD[language]) & dictionary
