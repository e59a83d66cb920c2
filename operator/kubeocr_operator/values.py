"""What single fields of an OCRService may hold: words, names, numbers, quantities, lists. specs/ puts them together."""

from collections.abc import Mapping
from typing import Annotated, Any

import pydantic
import pydantic.alias_generators

from kubeocr_contract import languages, models, settings
from kubeocr_operator import quantities, rules

_ANY: dict[str, Any] = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
RUNTIME = settings.Settings()
"""The runtime's own defaults; those of an OCRService are the same."""
READABLE = tuple(
    x.id for x in languages.catalogue() if any(models.readers(x, v, s) for v in models.VERSIONS for s in models.SIZES)
)
"""Ids of the languages that some model reads."""
PIPELINES = settings.CHOICES["pipelines"]
GPU_RESOURCE = "nvidia.com/gpu"
NAME_LENGTH = 52
"""What a Service's 63 characters leave for the suffixes of children."""

_SUBDOMAIN = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_NAME = "[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
_COMPONENT = "[a-z0-9]+([._-]+[a-z0-9]+)*"
_HOST = "[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?"
_PERCENT = "(100|[1-9]?[0-9])%"
SERVICE_NAME_PATTERN = "[a-z]([-a-z0-9]*[a-z0-9])?"
SERVICE_NAME = rules.text(
    pattern=SERVICE_NAME_PATTERN,
    longest=NAME_LENGTH,
    message=f"must be at most {NAME_LENGTH} characters, lower-case letters, digits and '-', start with a letter "
    "and end with a letter or digit: a Service takes it as its DNS name",
)
VERSION = rules.choice(*models.VERSIONS)
SIZE = rules.choice(*models.SIZES)
LANGUAGE = rules.choice(*READABLE)
PIPELINE = rules.choice(*PIPELINES)
ENGINE = rules.choice(*settings.CHOICES["engine"])
PRECISION = rules.choice(*settings.CHOICES["precision"])
CHARACTERS = rules.choice(*settings.CHOICES["characters"])
ACCELERATOR = rules.choice(*settings.CHOICES["device"])
PULL_POLICY = rules.choice("Always", "IfNotPresent", "Never")
IMAGE_UPDATE = rules.choice("OnChange", "Always")
SERVICE_TYPE = rules.choice("ClusterIP", "NodePort", "LoadBalancer")
METRIC = rules.choice("cpu", "memory", "queue", "external")
SCALING_PROVIDER = rules.choice("hpa", "keda")
SCALING_POLICY = rules.choice("Pods", "Percent")
SELECT_POLICY = rules.choice("Max", "Min", "Disabled")
METRIC_VALUE = rules.choice("AverageValue", "Value")
METRIC_NAME = rules.text(
    pattern="[A-Za-z0-9_.:|-]+", longest=253, message="must be a metric's name: letters, digits, '_', '.', ':', '|' and '-'"
)
TRIGGER = rules.text(
    pattern="[a-z]([-a-z0-9]*[a-z0-9])?",
    longest=63,
    message="must be one of KEDA's triggers: lower-case letters, digits and '-'",
)
TRIGGER_AUTHENTICATION = rules.choice("TriggerAuthentication", "ClusterTriggerAuthentication")
REPOSITORY = rules.text(
    pattern=rf"([a-zA-Z0-9.-]+(:[0-9]+)?/)?{_COMPONENT}(/{_COMPONENT})*",
    longest=255,
    message="must be an image's name without tag or digest, such as registry.example.com/team/ocr",
)
REGISTRY = rules.text(
    pattern=rf"({_HOST}(\.{_HOST})+(:[0-9]+)?|{_HOST}(:[0-9]+)|localhost)(/{_COMPONENT})*",
    longest=255,
    message="must be a registry's host with its port and its folder if it has them, such as registry.example.com:5000/mirror",
)
TAG = rules.text(
    pattern="[A-Za-z0-9_][A-Za-z0-9._-]{0,127}",
    longest=128,
    message="must be a tag: up to 128 letters, digits, '.', '_' and '-', not starting with '.' or '-'",
)
DIGEST = rules.text(pattern="sha256:[0-9a-f]{64}", longest=71, message="must be a digest: sha256: and 64 hexadecimal digits")
SUBDOMAIN_NAME = rules.text(
    pattern=_SUBDOMAIN, longest=253, message="must be an object's name: lower-case letters, digits, '-' and '.'"
)
RESOURCE = rules.text(
    pattern=f"{_SUBDOMAIN}/{_NAME}",
    longest=253,
    message="must be an extended resource: a domain, '/' and a name, such as nvidia.com/mig-1g.5gb",
)

MODELS_SOURCE = rules.choice("image", "imageVolume", "persistentVolumeClaim")
ONE_NODE = "ReadWriteOnce"
ACCESS_MODE = rules.choice(ONE_NODE, "ReadWriteMany")
ROLLOUT_STRATEGY = rules.choice("Auto", "Surge", "InPlace")
ROLLOUT_GATE = rules.choice(*settings.CHOICES["gate"])
TOLERATION_OPERATOR = rules.choice("Equal", "Exists")
TAINT_EFFECT = rules.choice("NoSchedule", "PreferNoSchedule", "NoExecute")
LABEL_NAME = rules.text(
    pattern="[a-z0-9]([-a-z0-9]*[a-z0-9])?", longest=63, message="must be a name: lower-case letters, digits and '-'"
)
QUALIFIED_NAME = rules.text(
    pattern=f"({_SUBDOMAIN}/)?{_NAME}",
    longest=317,
    message="must be up to 63 letters, digits, '-', '_' and '.', after an optional domain and '/'",
)
VARIABLE = rules.text(
    pattern="[-._a-zA-Z][-._a-zA-Z0-9]*", longest=253, message="must be a variable: letters, digits, '_', '-' and '.'"
)
HOST = rules.text(
    pattern=rf"(\*\.)?{_SUBDOMAIN}", longest=253, message="must be a host name such as ocr.example.com or *.example.com"
)
HTTP_URL = rules.text(
    pattern=r"https?://[^\s/?#@]+(/[^\s?#]*)?",
    longest=1024,
    message="must be a URL such as http://ollama.ai.svc:11434, without user, query and fragment",
)
REDIS_URL = rules.text(
    pattern=r"rediss?://[^\s/?#@]+(/[0-9]+)?",
    longest=1024,
    message="must be a URL such as redis://redis.data.svc:6379/0; one with a password goes into a Secret (redis.secret)",
)
IMAGE = rules.text(
    pattern=rf"([a-zA-Z0-9.-]+(:[0-9]+)?/)?{_COMPONENT}(/{_COMPONENT})*(:[A-Za-z0-9_][A-Za-z0-9._-]{{0,127}}|@sha256:[0-9a-f]{{64}})",
    longest=512,
    message="must be an image with its tag or digest, such as registry.example.com/team/models:1",
)
OLLAMA_MODEL = rules.text(
    pattern="[A-Za-z0-9][A-Za-z0-9._/-]*(:[A-Za-z0-9._-]+)?",
    longest=255,
    message="must be a model as Ollama names it, such as qwen3:8b",
)
VLM_MODEL = rules.text(
    pattern="[A-Za-z0-9][A-Za-z0-9._/:@-]*",
    longest=255,
    message="must be a model's name: letters, digits, '.', '_', '-', '/', ':' and '@', and a letter or digit first",
)
FOLDER = rules.text(
    pattern="(/[A-Za-z0-9._-]+)+",
    longest=255,
    message="must be a folder's absolute path: letters, digits, '.', '_', '-' and '/'",
)
OLLAMA_CPU = "cpu"
OllamaAccelerator = Annotated[
    str,
    rules.text(
        pattern=f"{OLLAMA_CPU}|{_SUBDOMAIN}/{_NAME}",
        longest=253,
        message="must be cpu or an extended resource such as nvidia.com/gpu",
    ),
]
OLLAMA_IMAGE = "ollama/ollama:0.12.6"
REDIS_IMAGE = "redis:7.4-bookworm"
LabelText = Annotated[
    str,
    rules.text(pattern=f"({_NAME})?", longest=63, message="must be up to 63 letters, digits, '-', '_' and '.', or nothing"),
]
Flag = Annotated[bool, pydantic.Strict()]
AnnotationText = Annotated[str, pydantic.Strict(), pydantic.Field(max_length=4096)]

NumberOrPercent = Annotated[
    int | str,
    rules.number_or_text(
        cel=f"type(self) == int ? self >= 0 && self <= 1000 : self.matches('^{_PERCENT}$')",
        holds=lambda value: 0 <= value <= 1000 if isinstance(value, int) else rules.whole(_PERCENT, value),
        message="must be a number of pods from 0 to 1000 or a percentage from 0% to 100%",
    ),
]
Quantity = Annotated[
    str,
    rules.number_or_text(
        cel="isQuantity(string(self)) && !quantity(string(self)).isLessThan(quantity('0'))",
        holds=lambda value: quantities.valid(str(value)) and quantities.parse(str(value)) >= 0,
        message="must be a quantity of 0 or more, such as 500m, 2 or 4Gi",
    ),
    pydantic.AfterValidator(lambda value: quantities.canonical(str(value))),
]
Amounts = Mapping[str, Quantity]
"""Resource name -> quantity, as the API server writes it."""


def _sizes_of(version: str) -> rules.Rule:
    sizes = models.sizes(version)
    return rules.Rule(
        cel=f"self.version != '{version}' || self.size in {list(sizes)}",
        holds=lambda model: model.version != version or model.size in sizes,
        message=f"{version} has no size {{size}}; size must be one of " + ", ".join(sizes),
        at=("size",),
    )


SIZES_OF_VERSIONS = tuple(_sizes_of(version) for version in models.VERSIONS if models.sizes(version) != models.SIZES)
"""The rules of a model: not every version comes in every size."""


def setting(name: str, **rest: Any) -> Any:
    """A number that the runtime's settings have too, with their default and their bounds; see `or_zero`."""
    least, most = settings.RANGES[name]
    return between(0 if name in settings.OR_ZERO else least, most, default=getattr(RUNTIME, name), **rest)


def or_zero(name: str) -> rules.Rule:
    """The rule of a part with a setting of `settings.OR_ZERO`: a schema's bounds are one interval."""
    field, (least, most) = pydantic.alias_generators.to_camel(name), settings.RANGES[name]
    return rules.Rule(
        cel=f"self.{field} == 0 || self.{field} >= {least}",
        holds=lambda part: getattr(part, name) == 0 or getattr(part, name) >= least,
        message=f"must be 0 or from {least} to {most}",
        at=(field,),
    )


def between(least: int, most: int, **rest: Any) -> Any:
    """A whole number within bounds, both included."""
    return pydantic.Field(ge=least, le=most, strict=True, **rest)


def listed(most: int, *, least: int = 0, default: tuple[object, ...] | None) -> Any:
    """A list that an apply replaces as a whole.

    Lists of type "set" are joined by server-side apply: `languages: [fr]`, applied to a stored default of en and zh, which no
    one owns, gave en, zh and fr (API server 1.36.3).
    """
    return pydantic.Field(
        default=default, min_length=least, max_length=most, json_schema_extra={"x-kubernetes-list-type": "atomic"}
    )


def named(alias: str, **rest: Any) -> Any:
    """A field whose name in the resource is a keyword of Python."""
    return pydantic.Field(alias=alias, **rest)


def anything() -> Any:
    """An object that the API server knows better: it is passed on, and what is wrong with it comes back as a condition."""
    return pydantic.Field(default=None, json_schema_extra=_ANY)


def objects(most: int, *, default: tuple[Mapping[str, Any], ...] | None = (), alias: str | None = None) -> Any:
    """A list of objects that the API server knows better."""
    extra: dict[str, Any] = {"x-kubernetes-list-type": "atomic", "items": _ANY}
    return pydantic.Field(default=default, alias=alias, max_length=most, json_schema_extra=extra)


def labels() -> Any:
    """A map of labels that an apply replaces as a whole."""
    return pydantic.Field(default={}, max_length=32, json_schema_extra={"x-kubernetes-map-type": "atomic"})


def annotations() -> Any:
    """A map of annotations."""
    return pydantic.Field(default={}, max_length=32)


def label_keys(field: str) -> rules.Rule:
    """The rule of a map of labels: all of its keys are label names."""
    return keys(
        field,
        pattern=f"({_SUBDOMAIN}/)?{_NAME}",
        message="keys must be label names: up to 63 letters, digits, '-', '_' and '.', after an optional domain and '/'",
    )


def amounts(*, default: Mapping[str, str]) -> Any:
    """A map of quantities that an apply replaces as a whole, for the reason that `listed` has."""
    return pydantic.Field(default=default, max_length=16, json_schema_extra={"x-kubernetes-map-type": "atomic"})


def once(name: str) -> rules.Rule:
    """The rule of a list of words: none is there twice."""
    field = pydantic.alias_generators.to_camel(name)
    return rules.Rule(
        cel=f"self.{field}.all(x, self.{field}.exists_one(y, y == x))",
        holds=lambda part: len(set(getattr(part, name))) == len(getattr(part, name)),
        message="must not have an item twice",
        at=(field,),
    )


def keys(field: str, *, pattern: str, message: str) -> rules.Rule:
    """The rule of a map: all of its keys match. `field` is its name in the resource."""
    attribute = pydantic.alias_generators.to_snake(field)
    return rules.Rule(
        cel=f"self.{field}.all(key, key.matches(r'^(?:{pattern})$'))",
        holds=lambda part: all(rules.whole(pattern, key) for key in getattr(part, attribute)),
        message=message,
        at=(field,),
    )


def resource_names(field: str) -> rules.Rule:
    """The rule of a map of resources, as a container asks for them: all of its keys are names of such."""
    return keys(
        field,
        pattern=f"cpu|memory|ephemeral-storage|hugepages-[A-Za-z0-9.]{{1,53}}|{_SUBDOMAIN}/{_NAME}",
        message="names must be cpu, memory, ephemeral-storage, hugepages-<size> or have a domain, such as example.com/device",
    )


ANNOTATION_KEYS = keys(
    "annotations",
    pattern=f"({_SUBDOMAIN}/)?{_NAME}",
    message="keys must be annotation names: up to 63 letters, digits, '-', '_' and '.', after an optional domain and '/'",
)
