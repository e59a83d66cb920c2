"""What the OCR server's prompt modes, `language` and `languages` ask for, alone and together."""

import pytest

from kubeocr_contract import models
from kubeocr_runtime import errors, prompts, tongues


@pytest.mark.parametrize(
    ("fields", "layout", "want"),
    [
        pytest.param({}, True, "en", id="left out"),
        pytest.param({"prompt_mode": "prompt_layout_all_en"}, True, "en", id="layout, English"),
        pytest.param({"prompt_mode": "prompt_layout_all_tr"}, True, "tr", id="layout, Turkish"),
        pytest.param({"prompt_mode": "prompt_text_only_en"}, False, "en", id="text, English"),
        pytest.param({"prompt_mode": "prompt_text_only_tr"}, False, "tr", id="text, Turkish"),
        pytest.param({"prompt_mode": "prompt_layout_all"}, True, "auto", id="no language: any"),
        pytest.param({"prompt_mode": "prompt_text_only"}, False, "auto", id="text in any"),
        pytest.param({"prompt_mode": "prompt_layout_all_mixed", "languages": ["en", "TR", "ar"]}, True, "en,tr,ar", id="mixed"),
        pytest.param({"prompt_mode": "prompt_layout_all_mixed"}, True, "auto", id="mixed, none named"),
        pytest.param({"prompt_mode": "prompt_layout_tr"}, True, "tr", id="layout by its short name"),
        pytest.param({"prompt_mode": "prompt_text_only_auto"}, False, "auto", id="auto as the mode's language"),
        pytest.param({"prompt_mode": "prompt_text_only_türkçe"}, False, "tr", id="its own name"),
        pytest.param({"prompt_mode": "prompt_layout_all_de"}, True, "de", id="any language's id"),
        pytest.param({"prompt_mode": "prompt_text_only_zh_TW"}, False, "zh-Hant", id="one with an underscore"),
        pytest.param({"prompt_mode": " Prompt_Layout_All_EN "}, True, "en", id="case and blanks"),
        pytest.param({"prompt_mode": "prompt_layout_all", "language": "Turkish"}, True, "tr", id="language by itself"),
        pytest.param({"prompt_mode": "prompt_layout_all_en", "language": "tr"}, True, "tr", id="it goes before the mode's"),
        pytest.param({"language": "auto"}, True, "auto", id="auto"),
        pytest.param({"language": "", "languages": []}, True, "en", id="empty is left out"),
        pytest.param({"languages": ["en", "English"]}, True, "en", id="twice the same"),
        pytest.param({"languages": ["en", "auto"]}, True, "auto", id="auto among others"),
    ],
)  # fmt: skip
def test_parse(fields: dict[str, object], layout: bool, want: str) -> None:
    prompt = prompts.parse(fields)
    assert (prompt.layout, prompt.fields) == (layout, {"lang": want})


def test_without_a_mode_the_caller_says_what_is_done() -> None:
    prompt = prompts.parse({"language": "tr"}, prompts.TEXT)
    assert (prompt.layout, prompt.fields, prompt.named) == (False, {"lang": "tr"}, False)
    assert prompts.parse({"prompt_mode": "prompt_layout_all"}, prompts.TEXT).named


@pytest.mark.parametrize(
    ("text", "want"),
    [
        pytest.param(" PROMPT_TEXT_ONLY_tr ", True, id="a mode"),
        pytest.param("prompt_layout_all_mixed", True, id="mixed"),
        pytest.param("What does prompt_layout_all_en mean?", False, id="a sentence about one"),
        pytest.param("prompt_text_only_en please", False, id="more than one"),
    ],
)
def test_what_a_message_says_may_be_a_mode(text: str, want: bool) -> None:
    assert prompts.is_mode(text) is want


def test_every_mode_of_the_list_is_one() -> None:
    assert all(prompts.parse({"prompt_mode": mode}) for mode in prompts.MODES)


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        pytest.param({"prompt_mode": "prompt_text_ony"}, errors.InvalidField, ".*mean 'prompt_text_only'", id="typo"),
        pytest.param({"prompt_mode": 5}, errors.InvalidField, "prompt_mode: 5 is none of prompt_layout_all_en, ", id="number"),
        pytest.param({"prompt_mode": "prompt_text_only_turkis"}, errors.UnknownLanguage, ".*mean 'tr'", id="suffix"),
        pytest.param({"language": "turkis"}, errors.UnknownLanguage, "language: 'turkis' .*did you mean 'tr'", id="language"),
        pytest.param({"language": 5}, errors.InvalidField, "language: 5 is no language's id or name", id="a number"),
        pytest.param({"languages": "en"}, errors.InvalidField, "languages: 'en' is no list", id="no list"),
        pytest.param({"languages": ["en", 5]}, errors.InvalidField, "languages: .* is no list", id="a list of something else"),
        pytest.param({"languages": {"en": 1}}, errors.InvalidField, "languages: .* is no list", id="an object"),
        pytest.param({"languages": ["en"] * 11}, errors.InvalidField, "languages: 11 are more than 10", id="too many"),
        pytest.param({"languages": ["en", "frnch"]}, errors.UnknownLanguage, "languages: .*mean 'fr'", id="typo in a list"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(fields: dict[str, object], error: type[errors.OcrError], message: str) -> None:
    with pytest.raises(error, match=f"^{message}"):
        prompts.parse(fields)


def test_a_prompt_is_read_as_a_form_is(reader) -> None:
    class Everything:
        def reader(self, language, version, size=None):
            return models.choose(language, version, "small", models.every())

    prompt = prompts.parse({"prompt_mode": "prompt_layout_all_mixed", "languages": ["en", "tr", "ar"]})
    asked = tongues.parse("PP-OCRv6", prompt.fields["lang"], Everything())
    assert [other.recogniser for other in asked.others] == ["arabic_PP-OCRv5_mobile_rec"]


@pytest.mark.parametrize(
    ("fields", "want"),
    [
        pytest.param({"prompt_mode": "prompt_text_only"}, "with the text alone. Do not translate", id="any language"),
        pytest.param({"prompt_mode": "prompt_layout_all_tr"}, "category and text. The text is in Turkish. Do", id="one"),
        pytest.param({"languages": ["en", "tr", "ar"]}, "The text is in English, Turkish and Arabic.", id="several"),
    ],
)
def test_what_a_vision_model_is_told(fields: dict[str, object], want: str) -> None:
    assert want in prompts.parse(fields).instruction
