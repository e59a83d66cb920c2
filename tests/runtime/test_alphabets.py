import pytest

from kubeocr_contract import languages
from kubeocr_runtime import alphabets

CHARACTERS = ("", *"a é ß Ω 9 , — € © ж ا क 字 の 한 ， Ａ ａ".split(), "½", " ")


@pytest.mark.parametrize(
    ("scripts", "lost"),
    [
        pytest.param({"Latn"}, "жاक字の한，Ａａ", id="Latin: no other letters, nothing of full width"),
        pytest.param({"Cyrl"}, "اक字の한，Ａａ", id="Cyrillic, and Latin with it"),
        pytest.param({"Arab", "Deva"}, "ж字の한，Ａａ", id="several"),
        pytest.param({"Hans"}, "", id="Chinese keeps all"),
        pytest.param({"Latn", "Jpan"}, "", id="one that keeps all is enough"),
    ],
)
def test_kept(scripts: set[str], lost: str) -> None:
    kept = alphabets.kept(CHARACTERS, scripts)
    assert [CHARACTERS[i] for i in kept] == [text for text in CHARACTERS if not text or text not in lost]


@pytest.mark.parametrize("language", [x for x in languages.catalogue() if x.script not in {"Hans", "Hant", "Jpan", "Kore"}])
def test_no_language_loses_its_own_name(language: languages.Language) -> None:
    characters = tuple(dict.fromkeys(language.native_name))
    assert len(alphabets.kept(characters, {language.script})) == len(characters)


@pytest.mark.parametrize(
    ("character", "want"),
    [
        pytest.param("é", "Latn", id="Latin"),
        pytest.param("ж", "Cyrl", id="Cyrillic"),
        pytest.param("字", "Hani", id="Chinese"),
        pytest.param("の", "Hrkt", id="kana"),
        pytest.param("ｶ", "Hrkt", id="kana of half width"),
        pytest.param("Ａ", "Latn", id="Latin of full width"),
        pytest.param("한", "Kore", id="Korean"),
        pytest.param("ा", "Deva", id="a vowel sign"),
        pytest.param("٣", "", id="a digit"),
        pytest.param("—", "", id="punctuation"),
        pytest.param("ᚠ", "", id="a script of no language here"),
    ],
)
def test_what_a_letter_is_written_in(character: str, want: str) -> None:
    assert alphabets.script(character) == want
