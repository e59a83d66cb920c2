"""What is sent and received, as values."""

import json

import pytest

from kubeocr_runtime import data_urls
from kubeocr_runtime.llm import questions


def question(**changes) -> questions.Question:
    return questions.Question(model="m", messages=(questions.said("user", "Read"),), **changes)


def test_a_plain_question() -> None:
    assert question().body(stream=False) == {
        "model": "m", "messages": [{"role": "user", "content": "Read"}], "temperature": 0.0, "stream": False,
    }  # fmt: skip


def test_an_answer_can_be_held_to_a_schema_and_streamed_with_its_usage() -> None:
    body = question(schema={"type": "object"}, most_tokens=7).body(stream=True)
    assert body["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert (body["max_tokens"], body["stream_options"]) == (7, {"include_usage": True})


def test_an_objection_comes_after_what_it_objects_to() -> None:
    again = question().again("wrong", "why")
    assert [(m["role"], m["content"]) for m in again.messages] == [("user", "Read"), ("assistant", "wrong"), ("user", "why")]


def test_pictures_stand_behind_the_text() -> None:
    content = questions.said("user", "Read", [data_urls.of(b"\x00", "image/png")])["content"]
    assert [part["type"] for part in content] == ["text", "image_url"]
    assert content[1]["image_url"]["url"] == "data:image/png;base64,AA=="


def test_a_key_is_not_shown() -> None:
    assert "s3cret" not in repr(questions.Server(url="http://x", seconds=1, key="s3cret"))


WHOLE = {
    "model": "m:1",
    "choices": [{"message": {"content": "Total 12"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 2},
}


def test_a_whole_answer() -> None:
    assert questions.parse(json.dumps(WHOLE)) == questions.Piece("Total 12", "m:1", "stop", questions.Usage(3, 2))


@pytest.mark.parametrize(
    ("line", "want"),
    [
        pytest.param({"choices": [{"delta": {"content": "To"}, "finish_reason": None}]}, questions.Piece("To"), id="text"),
        pytest.param({"choices": [{"delta": {"role": "assistant"}}]}, questions.Piece(), id="role"),
        pytest.param(
            {"choices": [{"delta": {"content": None}, "finish_reason": "length"}]},
            questions.Piece("", "", "length"),
            id="end",
        ),
        pytest.param(
            {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}},
            questions.Piece(usage=questions.Usage(1, 2)),
            id="usage",
        ),
        pytest.param({"choices": [], "usage": {"prompt_tokens": "1"}}, questions.Piece(), id="usage-that-is-none"),
    ],
)
def test_a_line_of_a_stream(line: dict, want: questions.Piece) -> None:
    assert questions.parse(json.dumps(line), "delta") == want


@pytest.mark.parametrize(
    ("body", "why"),
    [
        pytest.param(b"<html>", "something other than JSON", id="html"),
        pytest.param(b"[" * 100_000, "something other than JSON", id="deep"),
        pytest.param(b"\xff", "something other than JSON", id="no-text"),
        pytest.param(b"[]", "JSON that is no object", id="list"),
        pytest.param(b"{}", "JSON that has no choices", id="empty"),
        pytest.param(b'{"choices": [{"message": {"content": 3}}]}', "a choice without text", id="number"),
        pytest.param(b'{"choices": [{}]}', "a choice without text", id="no-message"),
        pytest.param(b'{"error": {"message": "no memory"}}', "an error: no memory", id="error"),
        pytest.param(b'{"error": "no memory"}', "an error: no memory", id="ollamas-error"),
    ],
)
def test_anything_else(body: bytes, why: str) -> None:
    with pytest.raises(questions.NoAnswer, match=why):
        questions.parse(body)


@pytest.mark.parametrize(
    ("body", "want"),
    [(b'{"error": {"message": "too long"}}', "too long"), (b"<html>", "no reason given"), (b"{}", "no reason given")],
)
def test_what_a_refusal_says(body: bytes, want: str) -> None:
    assert questions.refusal(body) == want
