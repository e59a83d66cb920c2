"""What a form says of keys and models."""

import pytest

from kubeocr_contract import settings
from kubeocr_runtime import errors
from kubeocr_runtime.extraction import fields

CHOSEN = settings.Settings(llm_url="http://ollama:11434", llm_model="qwen3:8b", llm_vision_model="qwen2.5vl:7b")
OPEN = settings.Settings(llm_hosts=("AI.site:443", "ollama:11434"))


def parse(chosen: settings.Settings = CHOSEN, **form: str) -> fields.Wanted:
    return fields.parse({"keys": "Total", **form}, chosen)


@pytest.mark.parametrize(
    ("text", "want"),
    [
        pytest.param("Invoice Number,Date,Total", ("Invoice Number", "Date", "Total"), id="commas"),
        pytest.param(" 'Date' , \"Total\",,Date ", ("Date", "Total"), id="quotes-blanks-twice"),
        pytest.param("姓名\uff0c日期\u3001金额", ("姓名", "日期", "金额"), id="chinese-commas"),
        pytest.param('["Name, first", "Total"]', ("Name, first", "Total"), id="json"),
    ],
)
def test_keys(text: str, want: tuple[str, ...]) -> None:
    assert parse(keys=text).keys == want


@pytest.mark.parametrize(
    ("form", "why"),
    [
        pytest.param({"keys": " , "}, "keys: name at least one", id="none"),
        pytest.param({"keys": ",".join(map(str, range(65)))}, "keys: 65 are more than 64", id="many"),
        pytest.param({"keys": "x" * 129}, "is not 1 to 128 printable", id="long"),
        pytest.param({"keys": "a\x00b"}, "is not 1 to 128 printable", id="control"),
        pytest.param({"keys": "[1]"}, "is no JSON list of texts", id="numbers"),
        pytest.param({"keys": "[" * 4000}, "is no JSON list of texts", id="deep"),
        pytest.param({"llm_model": "x\ny"}, "llm_model: 'x\\\\ny' is no model's name", id="model"),
        pytest.param({"api_key": "schlüssel"}, "api_key: only printable ASCII", id="key"),
    ],
)
def test_what_is_refused(form: dict[str, str], why: str) -> None:
    with pytest.raises(errors.InvalidField, match=why):
        parse(**form)


def test_models_are_the_services_unless_the_form_names_others() -> None:
    assert (parse().text_model, parse().vision_model) == ("qwen3:8b", "qwen2.5vl:7b")
    named = parse(llm_model="llama3:latest", mllm_model="llava:latest")
    assert named.models.json() == {
        "mllm_model": "llava:latest", "llm_model": "llama3:latest", "api_base_url": "http://ollama:11434",
    }  # fmt: skip
    assert parse(settings.Settings(llm_url="http://o")).models.json()["mllm_model"] is None
    assert parse(settings.Settings(llm_url="http://o")).text_model == "llama3:latest"


@pytest.mark.parametrize(
    ("chosen", "sent", "asked", "warned"),
    [
        pytest.param(CHOSEN, "", "http://ollama:11434", False, id="none"),
        pytest.param(CHOSEN, "http://OLLAMA:11434/", "http://ollama:11434", False, id="its-own"),
        pytest.param(CHOSEN, "http://169.254.169.254/latest", "http://ollama:11434", True, id="another"),
        pytest.param(CHOSEN, "file:///etc/passwd", "http://ollama:11434", True, id="no-http"),
        pytest.param(OPEN, "https://ai.site/v1", "https://ai.site/v1", False, id="an-allowed-one"),
    ],
)
def test_whom_to_ask(chosen: settings.Settings, sent: str, asked: str, *, warned: bool) -> None:
    found = parse(chosen, ollama_base_url=sent)
    assert (found.server.url, bool(found.warnings)) == (asked, warned)


@pytest.mark.parametrize("sent", ["", "http://ai.site", "http://ai.site:443@evil.site", "https://ai.site:x"])
def test_a_server_that_is_not_allowed_is_not_asked(sent: str) -> None:
    with pytest.raises(errors.InvalidField, match=r"ollama_base_url: .*AI\.site:443, ollama:11434"):
        parse(OPEN, ollama_base_url=sent)


def test_without_any_server() -> None:
    fields.refuse_without_server(CHOSEN)
    fields.refuse_without_server(OPEN)
    with pytest.raises(errors.LlmUnavailable, match="no language model"):
        fields.refuse_without_server(settings.Settings())
