"""Settings survive the environment, and what is no setting is refused by name."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeocr_contract import languages, settings

WORD = st.text(st.characters(categories=["L", "N"]), min_size=1)
IDS = st.lists(st.sampled_from([x.id for x in languages.catalogue()]), min_size=1, unique=True).map(tuple)

HOSTS = st.lists(st.sampled_from(["ollama:11434", "ai.site"])).map(tuple)
LISTS = {
    "languages": IDS,
    **dict.fromkeys(("llm_hosts", "webhook_hosts"), st.lists(st.sampled_from(["ollama:11434", "ai.site"])).map(tuple)),
}


def _field(field: dataclasses.Field) -> st.SearchStrategy:
    if field.name in settings.RANGES:
        least, most = settings.RANGES[field.name]
        return st.integers(least, most) | (st.just(0) if field.name in settings.OR_ZERO else st.nothing())
    if field.name == "pipelines":
        return st.lists(st.sampled_from(settings.CHOICES["pipelines"]), min_size=1, unique=True).map(tuple)
    if field.name in settings.CHOICES:
        return st.sampled_from(settings.CHOICES[field.name])
    if field.name in LISTS:
        return LISTS[field.name]
    if field.name in settings.URLS:
        return st.sampled_from(["", "http://ollama:11434", "https://vlm.site/v1"])
    return WORD


@given(st.builds(settings.Settings, **{f.name: _field(f) for f in dataclasses.fields(settings.Settings)}))
def test_settings_survive_the_environment(value: settings.Settings) -> None:
    assert settings.from_env(settings.to_env(value)) == value


def test_a_side_of_0_is_a_side() -> None:
    assert settings.from_env({"KUBEOCR_DETECTION_SIDE": "0"}).detection_side == 0


def test_an_empty_environment_gives_the_defaults() -> None:
    assert settings.from_env({"PATH": "/bin"}) == settings.Settings()


def test_only_what_differs_from_its_default_is_written() -> None:
    assert settings.to_env(settings.Settings()) == {}
    assert settings.to_env(settings.Settings(pages=7, languages=("fr",))) == {"KUBEOCR_LANGUAGES": "fr", "KUBEOCR_PAGES": "7"}


@pytest.mark.parametrize(
    ("variable", "value", "want"),
    [
        pytest.param("KUBEOCR_PORT", "http", "KUBEOCR_PORT: 'http' is not a whole number", id="no-number"),
        pytest.param("KUBEOCR_PORT", "70000", "KUBEOCR_PORT: 70000 is not within 1 to 65535", id="too-great"),
        pytest.param("KUBEOCR_LLM_HOSTS", "a:1,b:x", "KUBEOCR_LLM_HOSTS: 'b:x' is no host:port", id="no-host"),
        pytest.param("KUBEOCR_PAGES", "0", "KUBEOCR_PAGES: 0 is not within 1 to 100000", id="too-small"),
        pytest.param("KUBEOCR_DETECTION_SIDE", "319", "319 is not 0 or within 320 to 4000", id="no-side"),
        pytest.param("KUBEOCR_DETECTION_SIDE", "-1", "-1 is not 0 or within 320 to 4000", id="below-0"),
        pytest.param("KUBEOCR_QUEUE_MIB", "0", "KUBEOCR_QUEUE_MIB: 0 is not within 1 to 1000000", id="no-room"),
        pytest.param("KUBEOCR_ENGINE", "torch", "not one of auto, onnxruntime, openvino, tensorrt, paddle", id="no-engine"),
        pytest.param("KUBEOCR_PRECISION", "fp8", "'fp8' is not one of auto, fp32, fp16, bf16, int8", id="no-precision"),
        pytest.param("KUBEOCR_CHARACTERS", "latin", "'latin' is not one of languages, all", id="no-characters"),
        pytest.param("KUBEOCR_PIPELINES", "ocr,fax", "KUBEOCR_PIPELINES: 'fax' is not one of ocr", id="no-pipeline"),
        pytest.param("KUBEOCR_LLM_URL", "ollama:11434", "'ollama:11434' is no URL that begins with http://", id="no-url"),
        pytest.param("KUBEOCR_VLM_URL", "http://x:port", "'http://x:port' is no URL", id="no-port"),
        pytest.param("KUBEOCR_LANGUAGES", " , ", "KUBEOCR_LANGUAGES: at least one language is needed", id="no-language"),
    ],
)
def test_what_is_no_setting_is_refused_by_name(variable: str, value: str, want: str) -> None:
    with pytest.raises(settings.InvalidSettings, match="KUBEOCR_") as caught:
        settings.from_env({variable: value})
    assert want in str(caught.value)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.Settings().port = 1  # type: ignore[misc]
