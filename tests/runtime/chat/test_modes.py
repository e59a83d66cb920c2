"""Prompt modes, by a field or by a message's text."""

import pytest

from kubeocr_runtime import errors
from kubeocr_runtime.chat import modes


@pytest.mark.parametrize(
    ("name", "text", "layout", "language"),
    [
        pytest.param("", "Extract all text", False, "", id="none"),
        pytest.param("prompt_layout_all_en", "", True, "en", id="layout"),
        pytest.param("", " PROMPT_TEXT_ONLY_tr ", False, "tr", id="as-a-message"),
        pytest.param("prompt_layout_all_mixed", "", True, "", id="mixed"),
        pytest.param("prompt_layout_all", "prompt_text_only_en", True, "", id="the-field-goes-before"),
    ],
)
def test_a_mode(name: str, text: str, *, layout: bool, language: str) -> None:
    found = modes.parse(name, text)
    assert (found.layout, found.language) == (layout, language)
    assert bool(found.instruction) == bool(name or "PROMPT" in text)


def test_a_mode_that_is_none() -> None:
    with pytest.raises(errors.InvalidField, match="prompt_mode: 'prompt_x' is not one of prompt_text_only"):
        modes.parse("prompt_x", "")
    assert modes.parse("", "What does prompt_layout_all_en mean?") == modes.Mode()
