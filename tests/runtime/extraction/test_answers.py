"""A model's answers, well and ill formed."""

import pytest

from kubeocr_runtime.extraction import answers

KEYS = ("Invoice Number", "Total")


@pytest.mark.parametrize(
    ("text", "want"),
    [
        pytest.param('{"Invoice Number": "7", "Total": "12"}', ("7", "12"), id="plain"),
        pytest.param('```json\n{"Invoice Number": "7", "Total": "12"}\n```', ("7", "12"), id="fenced"),
        pytest.param('<think>{"x": 1} hmm {</think>{"Invoice Number": "7", "Total": "12"} Done.', ("7", "12"), id="thought"),
        pytest.param('{"invoice  number": 7, "TOTAL": 12.5, "Date": "x"}', ("7", "12.5"), id="other-case-numbers-more"),
        pytest.param('{"Invoice Number": null, "Total": "Not found."}', ("", ""), id="nothing"),
        pytest.param('{"Invoice Number": "N/A", "Total": ["1", 2]}', ("", "1, 2"), id="list"),
        pytest.param('{"Invoice Number": true, "Total": " 12 "}', ("", "12"), id="boolean"),
    ],
)
def test_values(text: str, want: tuple[str, str]) -> None:
    assert tuple(answers.parse(text, KEYS).values()) == want


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("The total is 12.", "it is no JSON object", id="prose"),
        pytest.param('["7", "12"]', "it is no JSON object", id="list"),
        pytest.param('{"Total": "12"}', "it lacks the keys 'Invoice Number'", id="a-key-less"),
        pytest.param('{"Total": "12", "Invoice Number": {"a": 1}}', "the value of 'Invoice Number' is no text", id="nested"),
        pytest.param('{"Total": "12", "Invoice Nu', "it is no JSON object", id="cut-off"),
        pytest.param('{"a":' * 20_000, "it is no JSON object", id="deep"),
    ],
)
def test_malformed(text: str, why: str) -> None:
    with pytest.raises(answers.Malformed, match=why):
        answers.parse(text, KEYS)


def test_a_question_has_keys_text_picture_and_schema() -> None:
    asked = answers.question("m", KEYS, "Total 12", ["data:image/jpeg;base64,AA=="])
    assert asked.schema["required"] == list(KEYS)
    assert asked.schema["additionalProperties"] is False
    system, user = asked.messages
    assert "Not found" in system["content"]
    assert '["Invoice Number", "Total"]' in user["content"][0]["text"]
    assert "<document>\nTotal 12\n</document>" in user["content"][0]["text"]
    assert user["content"][1]["image_url"]["url"].startswith("data:image/jpeg")
