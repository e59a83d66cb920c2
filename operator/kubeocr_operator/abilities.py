"""What a spec asks of a runtime that not every release's has. Pure; called by plans.py.

An image that was chosen stays chosen, so a service may run one of an earlier release; told of API keys, that one would let
everybody in. With what is asked in the reason for an image, the image is chosen anew when it is asked for the first time.
"""

from collections.abc import Collection, Mapping

from kubeocr_contract import settings

ALWAYS = frozenset(
    "device drain_seconds engine host languages log_level megapixels model_size model_version models_dir pages pipelines "
    "port queue_pages request_timeout_seconds threads upload_mib".split()
)
"""Settings that every release's runtime knows."""
SINCE = {
    "api_keys_dir": "API keys",
    "characters": "a choice of characters",
    "detection_side": "a side for detection",
    "engine_cache_dir": "an engine's cache",
    "gate": "the gate",
    "llm_hosts": "callers' language models",
    "llm_url": "language models",
    "models_verify": "verifying models",
    "precision": "precision",
    "queue_megapixels": "a queue's pixels",
    "queue_mib": "a queue's bytes",
    "queue_redis_url_file": "a queue in Redis",
    "queue_retention_seconds": "retention",
    "queue_store_url": "a queue's store",
    "streams": "streams",
    "tls_dir": "TLS",
    "vlm_url": "a VLM",
}
"""Settings that came after release 0.1.0, and what is asked with them; others of theirs come only with one of these."""
WORDS_SINCE: Mapping[str, Collection[str]] = {"engine": ("openvino", "tensorrt"), "pipelines": ("structure",)}
"""Words that came after release 0.1.0 to settings that every release knows."""


def asked(chosen: settings.Settings) -> tuple[str, ...]:
    """What these settings ask for besides what every runtime has."""
    plain = settings.Settings()
    new = (words for field, words in SINCE.items() if getattr(chosen, field) != getattr(plain, field))
    return (*new, *(word for field, words in WORDS_SINCE.items() for word in _words(chosen, field) if word in words))


def _words(chosen: settings.Settings, field: str) -> tuple[str, ...]:
    value = getattr(chosen, field)
    return value if isinstance(value, tuple) else (value,)
