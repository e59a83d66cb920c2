"""What a runtime pod is told: the operator writes it with `to_env`, the runtime reads it with `from_env`; that is all."""

import dataclasses
import typing
import urllib.parse
from collections.abc import Mapping
from typing import Any

from kubeocr_contract import models, names

ENV_PREFIX = "KUBEOCR_"


class InvalidSettings(ValueError):
    """Something that is no setting; the message names its environment variable, the value and what is allowed."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{variable(field)}: {problem}")
        self.field = field
        self.problem = problem


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Everything a runtime pod is told. Each field is the variable KUBEOCR_<FIELD>; an absent one keeps its default.

    Raises `InvalidSettings` where a number is out of its range or a word is not one of the allowed.
    """

    languages: tuple[str, ...] = ("en", "zh")
    """Catalogue ids that are loaded and warm before the pod is ready."""
    pipelines: tuple[str, ...] = ("ocr",)
    model_version: str = "PP-OCRv6"
    model_size: str = "small"
    models_dir: str = names.MODELS_DIR
    """Where baked models lie; empty, or the default and not there: the models that Python packages carry are used."""
    engine: str = "auto"
    """What runs the models: auto takes the one of those that are installed that suits the models and the device."""
    precision: str = "auto"
    """What the models are computed in. auto takes what engine and hardware do fastest, as long as no page reads worse.

    One that the engine cannot do ends the start with a line that says so.
    """
    device: str = "auto"
    threads: int = 0
    """Threads of one inference; 0: one on up to four CPUs and two on more, or the CPUs divided by `streams`."""
    streams: int = 0
    """Inferences that run at the same time in one pod; 0: as many as the CPUs and the engine do best."""
    engine_cache_dir: str = ""
    """Where engines keep what they compiled (OpenVINO, TensorRT), so that the next start need not; empty: nothing is kept.

    Pods of several nodes and releases may share it, and write to it at the same time.
    """
    characters: str = "languages"
    """What a recogniser chooses among: characters of the scripts of `languages`, or all that it knows."""
    detection_side: int = 1600
    """To which a page's longest side is scaled down to find lines, in pixels; 0: PaddleOCR's own 4000.

    Lines are cut out of the full page whatever it is.
    """
    host: str = "0.0.0.0"  # noqa: S104  a pod is reached from outside it
    port: int = names.HTTP_PORT
    upload_mib: int = 50
    pages: int = 2000
    megapixels: int = 100
    queue_pages: int = 256
    """The most pages that are accepted and not read yet."""
    queue_megapixels: int = 4000
    """The most pixels of what is accepted and not read yet, in millions."""
    queue_mib: int = 1024
    """The most bytes of what is accepted and not read yet, in MiB."""
    request_timeout_seconds: int = 300
    drain_seconds: int = names.DRAIN_SECONDS
    log_routes: str = "off"
    """Who may read the pod's own log over HTTP (the OCR server's log routes): nobody, or whoever has an admin's API key."""
    log_level: str = "info"
    gate: str = "KnownAnswer"
    """When the pod is ready: after each model has read a page whose text is known, or (None) once the models are loaded."""
    models_verify: str = "loaded"
    """Which models are compared with the manifest of their folder: each as it is loaded, all at the start, or off."""
    api_keys_dir: str = ""
    """A mounted Secret, each file one API key, named as the file; empty: requests need no key."""
    tls_dir: str = ""
    """A mounted Secret with tls.crt and tls.key; empty: plain HTTP."""
    llm_url: str = ""
    """Of an Ollama; empty: there is none."""
    llm_model: str = ""
    llm_vision_model: str = ""
    llm_timeout_seconds: int = 120
    llm_hosts: tuple[str, ...] = ()
    """Further servers, each host:port, that a request may have asked (`ollama_base_url` of the route that extracts keys)."""
    vlm_url: str = ""
    """Of a server of OpenAI's API that reads images; empty: there is none."""
    vlm_model: str = ""
    vlm_api_key_file: str = ""
    """A file of a mounted Secret, as all that is secret: one that is changed is read anew, a variable would take a restart."""
    queue_redis_url_file: str = ""
    """A file with the URL of a Redis, which may have a password in it; empty: the queue lives in the pod."""
    queue_name: str = "kubeocr"
    """Of the queue in that Redis, and of its folder in the store: who names the same does the same work."""
    queue_dir: str = ""
    """Where a queue that lives in the pod has its file, documents and results; empty: a folder below the temporary one."""
    queue_store_url: str = ""
    """Where documents and results lie that all pods share: a folder, or any URL that fsspec opens (s3://bucket/path).

    Empty: the queue lives in the pod, whatever Redis is named.
    """
    queue_store_mib: int = 512
    """The most MiB of documents and results in a folder, beyond which no job is taken; S3 has no such limit."""
    queue_slots: int = 2
    """Jobs that a pod does at the same time."""
    queue_attempts: int = 4
    """How often a job is begun at most, where pods or engines fail."""
    queue_wait_seconds: int = 3600
    """How long a job may wait until it is begun."""
    queue_run_seconds: int = 1800
    """How long one attempt at a job may take."""
    webhook_hosts: tuple[str, ...] = ()
    """Servers, each host or host:port, that may be told of a request's end (`webhook`); none: none is."""
    signing_secret_file: str = ""
    """A file with the secret by which what is told to webhooks is signed, and links to results are."""
    queue_retention_seconds: int = 86_400
    """How long a result that was asked for in the background can be fetched."""

    def __post_init__(self) -> None:
        for field, allowed in CHOICES.items():
            value = getattr(self, field)
            wrong = [v for v in (value if isinstance(value, tuple) else (value,)) if v not in allowed]
            if wrong:
                raise InvalidSettings(field, f"{', '.join(wrong)!r} is not one of {', '.join(allowed)}")
        for field, (least, most) in RANGES.items():
            value, zero = getattr(self, field), field in OR_ZERO
            if not (least <= value <= most or (zero and value == 0)):
                raise InvalidSettings(field, f"{value} is not {'0 or ' if zero else ''}within {least} to {most}")
        for field in URLS:
            if not _is_url(getattr(self, field)):
                raise InvalidSettings(field, f"{getattr(self, field)!r} is no URL that begins with http:// or https://")
        _refuse_hosts(llm_hosts=self.llm_hosts, webhook_hosts=self.webhook_hosts)
        if not self.languages:
            raise InvalidSettings("languages", "at least one language is needed")


CHOICES: Mapping[str, tuple[str, ...]] = {
    "pipelines": ("ocr", "structure"),
    "model_version": models.VERSIONS,
    "model_size": models.SIZES,
    "engine": ("auto", "onnxruntime", "openvino", "tensorrt", "paddle"),
    "precision": ("auto", "fp32", "fp16", "bf16", "int8"),
    "characters": ("languages", "all"),
    "device": ("auto", "cpu", "gpu"),
    "gate": ("KnownAnswer", "None"),
    "log_routes": ("off", "admin"),
    "log_level": ("debug", "info", "warning", "error"),
    "models_verify": ("loaded", "all", "off"),
}
RANGES: Mapping[str, tuple[int, int]] = {
    "threads": (0, 1024),
    "streams": (0, 64),
    "detection_side": (320, 4000),
    "port": (1, 65535),
    "upload_mib": (1, 4096),
    "pages": (1, 100_000),
    "megapixels": (1, 1000),
    "queue_pages": (1, 100_000),
    "queue_megapixels": (1, 1_000_000),
    "queue_mib": (1, 1_000_000),
    "request_timeout_seconds": (1, 3600),
    "drain_seconds": (0, 3600),
    "llm_timeout_seconds": (1, 3600),
    "queue_store_mib": (1, 1_000_000),
    "queue_slots": (1, 64),
    "queue_attempts": (1, 100),
    "queue_wait_seconds": (1, 2_592_000),
    "queue_run_seconds": (1, 86_400),
    "queue_retention_seconds": (60, 2_592_000),
}
OR_ZERO = frozenset({"detection_side"})
"""Fields that may be 0 too, which is below their range."""
URLS = ("llm_url", "vlm_url")
"""Fields that are empty, or a URL of a server that speaks HTTP."""


def variable(field: str) -> str:
    """The environment variable of a field of `Settings`."""
    return ENV_PREFIX + field.upper()


def _refuse_hosts(**fields: tuple[str, ...]) -> None:
    for field, hosts in fields.items():
        wrong = next((host for host in hosts if not host or not _is_url(f"http://{host}")), None)
        if wrong is not None:
            raise InvalidSettings(field, f"{wrong!r} is no host:port")


def _is_url(text: str) -> bool:
    try:
        parts = urllib.parse.urlsplit(text)
        return not text or (parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0)
    except ValueError:  # a port that is none
        return False


def to_env(settings: Settings) -> dict[str, str]:
    """The fields that differ from their defaults as environment variables, sorted by name.

    A field that a later release brings must not change the pods of those who do not use it: that would restart them all.
    """
    fields = sorted(dataclasses.fields(settings), key=lambda f: f.name)
    values = ((f, getattr(settings, f.name)) for f in fields)
    return {variable(f.name): _encode(value) for f, value in values if value != f.default}


def from_env(env: Mapping[str, str]) -> Settings:
    """The settings that an environment holds; `from_env(to_env(s)) == s`. Raises `InvalidSettings`."""
    kinds = typing.get_type_hints(Settings)
    return Settings(**{name: _decode(name, kind, env[variable(name)]) for name, kind in kinds.items() if variable(name) in env})


def _encode(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value)


def _decode(name: str, kind: object, text: str) -> Any:
    if kind is str:
        return text
    if kind is int:
        return _integer(name, text)
    return tuple(item.strip() for item in text.split(",") if item.strip())


def _integer(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise InvalidSettings(name, f"{text!r} is not a whole number") from None
