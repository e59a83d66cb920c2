import pytest

from kubeocr_runtime import spans


@pytest.mark.parametrize(
    ("text", "want"),
    [
        pytest.param("two  words", ["two", "words"], id="white-space"),
        pytest.param(" at the ends ", ["at", "the", "ends"], id="white-space-outside"),
        pytest.param("e.g. 1,250 (b)", ["e.g.", "1,250", "(b)"], id="marks-go-with-what-they-stand-at"),
        pytest.param("使用Python编程、第3版", ["使用", "Python", "编程、第", "3", "版"], id="chinese-and-latin"),
        pytest.param("ภาษาไทย ดี", ["ภาษาไทย", "ดี"], id="thai"),
        pytest.param("한국어 문장", ["한국어", "문장"], id="korean-has-spaces"),
        pytest.param("שלום עולם", ["שלום", "עולם"], id="hebrew"),
        pytest.param("", [], id="nothing"),
        pytest.param("   ", [], id="nothing-but-space"),
    ],
)
def test_split(text: str, want: list[str]) -> None:
    assert [text[start:end] for start, end in spans.split(text)] == want
