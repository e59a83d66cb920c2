"""What not every release's runtime has, and what follows from it for a service that was there before."""

import dataclasses

import pytest

from kubeocr_contract import settings
from kubeocr_operator import abilities, config, ocrservices, plans

FOLLOWERS = {"llm_model", "llm_vision_model", "llm_timeout_seconds", "vlm_model", "vlm_api_key_file", "queue_name"}
UNASKED = {
    "queue_dir", "queue_store_mib", "queue_slots", "queue_attempts", "queue_wait_seconds", "queue_run_seconds", "log_routes",
    "webhook_hosts", "signing_secret_file",
}  # fmt: skip
"""Settings that no spec asks for."""
OLD = "kubeocr/runtime:0.1.0"
EARLY = {
    "device": {"auto", "cpu", "gpu"},
    "engine": {"auto", "onnxruntime", "paddle"},
    "log_level": {"debug", "info", "warning", "error"},
    "model_size": {"tiny", "small", "medium"},
    "model_version": {"PP-OCRv6", "PP-OCRv5", "PP-OCRv4", "PP-OCRv3"},
    "pipelines": {"ocr"},
}
"""The words that release 0.1.0 knew."""


@pytest.fixture
def resolve(body):
    """The plan for a service that runs an earlier release's image."""

    def plan(reason, **spec):
        status = {"image": OLD, "imageReason": reason, "accelerator": "cpu"}
        return plans.resolve(ocrservices.parse({**body(**spec), "status": status}), config.Config(), "cpu")

    return plan


def test_every_setting_is_known_to_be_old_or_new():
    fields = {field.name for field in dataclasses.fields(settings.Settings)}
    assert fields == abilities.ALWAYS | set(abilities.SINCE) | FOLLOWERS | UNASKED


def test_every_word_of_an_old_setting_is_known_to_be_old_or_new():
    words = {field: set(allowed) for field, allowed in settings.CHOICES.items() if field in abilities.ALWAYS}
    assert words == {field: early | set(abilities.WORDS_SINCE.get(field, ())) for field, early in EARLY.items()}


@pytest.mark.parametrize(
    ("spec", "want"),
    [
        pytest.param({}, (), id="nothing"),
        pytest.param({"limits": {"pages": 3}, "engine": {"threads": 2}}, (), id="what every release knows"),
        pytest.param({"engine": {"name": "paddle"}}, (), id="an engine that every release has"),
        pytest.param({"engine": {"name": "openvino"}}, ("openvino",), id="one that not every release has"),
        pytest.param(
            {"engine": {"name": "tensorrt", "precision": "fp16", "cache": {}}, "limits": {"queueMiB": 9}},
            ("an engine's cache", "precision", "a queue's bytes", "tensorrt"),
            id="and what goes with it",
        ),
        pytest.param({"pipelines": ["structure", "ocr"]}, ("structure",), id="a pipeline that not every release has"),
        pytest.param({"auth": {"apiKeysSecret": "s"}, "tls": {"secret": "s"}}, ("API keys", "TLS"), id="two things"),
        pytest.param({"llm": {"ollama": {"url": "http://o"}, "model": "m"}}, ("language models",), id="a language model"),
    ],
)
def test_asked(body, spec, want):
    plan = plans.resolve(ocrservices.parse(body(**spec)), config.Config(), "cpu")
    assert abilities.asked(plan.settings) == want


def test_an_image_stays_until_more_is_asked_of_it(resolve):
    reason = resolve("").image_reason
    assert resolve(reason).image == OLD
    assert resolve(reason, limits={"pages": 3}).image == OLD
    asking = resolve(reason, auth={"apiKeysSecret": "s"})
    assert asking.image != OLD
    assert asking.image_reason == f"{reason} and knows API keys"
    assert resolve(asking.image_reason, auth={"apiKeysSecret": "s"}).image == OLD
