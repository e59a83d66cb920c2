"""Bodies as values, and what is wrong with the others."""

import base64
import json
from typing import Any

import pytest

from kubeocr_runtime import errors
from kubeocr_runtime.chat import conversations

GIF = base64.b64encode(b"GIF89a").decode()
URL = f"data:image/gif;base64,{GIF}"


def shown(url: Any = URL, text: str = "Read") -> list[dict[str, Any]]:
    return [{"type": "text", "text": text}, {"type": "image_url", "image_url": {"url": url, "detail": "high"}}]


def parse(content: Any = None, **more: Any) -> conversations.Conversation:
    body = {"model": "dots-ocr", "messages": [{"role": "user", "content": content or shown()}], **more}
    return conversations.parse(json.dumps(body).encode())


def test_what_is_asked_for() -> None:
    found = parse(max_tokens=7, temperature=0.5, timeout=9, stream=True, stream_options={"include_usage": True}, top_p=1)
    assert (found.model, found.most_tokens, found.temperature, found.seconds) == ("dots-ocr", 7, 0.5, 9)
    assert (found.stream, found.usage) == (True, True)
    assert found.asked == conversations.Message("user", "Read", (conversations.Picture(b"GIF89a", "GIF"),))


def test_what_is_left_out() -> None:
    found = parse()
    assert (found.most_tokens, found.temperature, found.seconds, found.stream) == (4000, 0.0, None, False)
    assert (found.prompt.layout, found.prompt.fields, found.prompt.named) == (False, {"lang": "en"}, False)


def test_the_last_message_that_shows_something_is_what_is_read() -> None:
    first = {"role": "user", "content": shown(text="Read the first")}
    said = {"role": "assistant", "content": "It says A."}
    second = {"role": "user", "content": shown(text="And this") * 2}
    found = parse(messages=[{"role": "system", "content": "You read."}, first, said, second, {"role": "user", "content": "?"}])
    assert (found.asked.text, len(found.asked.pictures)) == ("And this\nAnd this", 2)
    assert found.text.splitlines()[:2] == ["You read.", "Read the first"]


@pytest.mark.parametrize(
    ("more", "layout", "want"),
    [
        pytest.param({"language": "lang_tur_tr", "prompt_mode": "prompt_text_only_en"}, False, "tr", id="before-the-mode-s"),
        pytest.param({"languages": ["de", "fr"], "prompt_mode": "prompt_layout_all_mixed"}, True, "de,fr", id="several"),
        pytest.param({"prompt_mode": "prompt_text_only_tr"}, False, "tr", id="the-mode-s"),
        pytest.param({"content": shown(text=" prompt_layout_all_tr ")}, True, "tr", id="as-a-message"),
        pytest.param(
            {"content": shown(text="prompt_layout_all"), "prompt_mode": "prompt_text_only"}, False, "auto", id="field"
        ),
    ],
)
def test_the_mode_and_the_languages(more: dict[str, Any], layout: bool, want: str) -> None:
    prompt = parse(**more).prompt
    assert (prompt.layout, prompt.fields, prompt.named) == (layout, {"lang": want}, True)


@pytest.mark.parametrize(
    ("more", "error", "why"),
    [
        pytest.param({"model": ""}, errors.InvalidField, "model: is missing", id="no-model"),
        pytest.param({"messages": []}, errors.InvalidField, "messages: is missing", id="no-messages"),
        pytest.param({"messages": ["x"]}, errors.InvalidField, r"messages\[0\].role", id="no-message"),
        pytest.param({"messages": [{"role": "user", "content": 3}]}, errors.InvalidField, "a text or a list", id="number"),
        pytest.param({"messages": [{"role": "user", "content": "Hi"}]}, errors.InvalidField, "0 were sent", id="no-picture"),
        pytest.param({"content": shown() * 65}, errors.InvalidField, "65 were sent", id="many-pictures"),
        pytest.param({"content": [{"type": "input_audio"}]}, errors.InvalidField, r"content\[0\]: a part of type", id="audio"),
        pytest.param({"content": [3]}, errors.InvalidField, r"content\[0\]: a part of type", id="part-of-no-shape"),
        pytest.param({"content": shown("http://x/y.png")}, errors.InvalidImageUrl, "is no data URL", id="elsewhere"),
        pytest.param({"content": shown("file:///etc/passwd")}, errors.InvalidImageUrl, "is no data URL", id="a-file"),
        pytest.param({"content": shown("data:image/png,abc")}, errors.InvalidImageUrl, "is no data URL", id="no-base64"),
        pytest.param({"content": shown(3)}, errors.InvalidField, "a part of type", id="url-of-no-text"),
        pytest.param({"content": shown(URL + "é")}, errors.InvalidBase64, "is broken", id="not-ascii"),
        pytest.param({"content": shown(URL[:-3])}, errors.InvalidBase64, "is broken", id="cut-off"),
        pytest.param({"content": shown("data:image/png;base64,")}, errors.InvalidBase64, "is empty", id="empty"),
        pytest.param({"content": shown("data:image/png;base64,AAAA")}, errors.UnsupportedMedia, "neither", id="no-file"),
        pytest.param({"stream": "yes"}, errors.InvalidField, "stream: 'yes' is neither", id="flag"),
        pytest.param({"temperature": 3}, errors.InvalidField, "temperature: 3 is no number from 0 to 2", id="too-hot"),
        pytest.param({"max_tokens": 0}, errors.InvalidField, "max_tokens: 0 is no number from 1", id="no-tokens"),
        pytest.param({"timeout": 9999}, errors.InvalidField, "timeout: 9999 is no number from 1 to 1800", id="for-ever"),
        pytest.param({"timeout": float("nan")}, errors.InvalidField, "timeout: nan", id="nan"),
        pytest.param({"languages": "de"}, errors.InvalidField, "languages: 'de' is no list of languages", id="languages"),
    ],
)  # fmt: skip
def test_what_is_wrong(more: dict[str, Any], error: type, why: str) -> None:
    with pytest.raises(error, match=why):
        parse(**more)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"[" * 100_000])
def test_what_is_no_object(body: bytes) -> None:
    with pytest.raises(errors.InvalidField, match="the body is"):
        conversations.parse(body)
