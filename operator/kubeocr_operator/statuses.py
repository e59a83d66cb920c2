"""What the operator writes in the `status` of an OCRService. Here for the CRD's schema; conditions/ fills it."""

from typing import Annotated, Any

import pydantic

from kubeocr_operator import rules

_ANYTHING: dict[str, Any] = {"x-kubernetes-preserve-unknown-fields": True}
"""Of `models`: release 0.1.0 wrote names there. Where the schema has items of one type and an object those of another, every
server-side apply to that object fails ("failed to create typed live object", API server 1.36.3), the user's own included."""


class Condition(rules.Part):
    """One statement about the service, in the form that `kubectl wait --for=condition=…` understands."""

    type: str = pydantic.Field(max_length=316)
    """Ready: it reads pages. Progressing: pods are on their way. Degraded: something failed. SpecValid: the spec can be met."""
    status: Annotated[str, rules.choice("True", "False", "Unknown")]
    """Whether it holds."""
    reason: str = pydantic.Field(max_length=1024)
    """Why, in one word for programs."""
    message: str = pydantic.Field(max_length=32768)
    """Why, in a sentence for people."""
    observed_generation: int
    """The metadata.generation that this was said of."""
    last_transition_time: str = pydantic.Field(json_schema_extra={"format": "date-time"})
    """When status last changed."""


class LoadedModel(rules.Part):
    """A model that the pods loaded."""

    name: str
    """PaddleOCR's official name."""
    sha256: str
    """Of its weights, hexadecimal, as the pod read them."""


class LoadedEngine(rules.Part):
    """What runs the models in the pods."""

    name: str
    """onnxruntime, openvino, tensorrt or paddle."""
    device: str
    """cpu or gpu: what it came to."""
    provider: str
    """As the engine's library calls it."""


class Told(rules.Part):
    """The part of a stored status that pods told."""

    model_config = pydantic.ConfigDict(extra="ignore")
    languages: tuple[str, ...]
    models: tuple[LoadedModel, ...]
    engine: LoadedEngine


class Drift(rules.Part):
    """Something that somebody else had changed on what the operator owns, and that was put back."""

    object: str
    """Its kind, '/' and its name."""
    field: str | None = None
    """The field; absent where the object had been deleted."""
    manager: str | None = None
    """Who owned the field by managedFields; absent where it had been taken away, for then nobody does."""
    at: str = pydantic.Field(json_schema_extra={"format": "date-time"})
    """When it was first noticed under the current spec; where there is a manager, when that one wrote."""


class Status(rules.Part):
    """What is there. The operator writes it; it is a view and never an input, but for accelerator."""

    observed_generation: int | None = None
    """The metadata.generation that this status is about."""
    conditions: tuple[Condition, ...] | None = pydantic.Field(
        default=None, json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]}
    )
    """Ready, Progressing, Degraded, SpecValid, CapacityAvailable and what the spec calls for besides."""
    url: str | None = None
    """Where the service answers inside the cluster."""
    replicas: int | None = None
    """Pods that exist."""
    ready_replicas: int | None = None
    """Pods that read pages."""
    selector: str | None = None
    """Label selector of the pods, for the scale subresource."""
    image: str | None = None
    """The runtime's image that was chosen."""
    image_reason: str | None = None
    """Why that image. While this stays the same so does the image, unless spec.image.update is Always."""
    rollout_strategy: Annotated[str, rules.choice("Surge", "InPlace")] | None = None
    """What rollout.strategy Auto was decided to be for the current spec, where pods need an accelerator."""
    accelerator: Annotated[str, rules.choice("cpu", "gpu")] | None = None
    """What the pods run on."""
    accelerator_reason: str | None = None
    """Why that accelerator. Mode auto is decided anew when spec.accelerator asks for something else, and never else."""
    languages: tuple[str, ...] | None = pydantic.Field(default=None, json_schema_extra={"x-kubernetes-list-type": "atomic"})
    """Ids of the languages that the pods have loaded, by their own word; absent while no pod is ready."""
    models: tuple[LoadedModel, ...] | None = pydantic.Field(
        default=None, json_schema_extra={"x-kubernetes-list-type": "atomic", "items": _ANYTHING}
    )
    """The models among those that the pods have loaded which the languages need: name, and sha256 of the weights."""
    engine: LoadedEngine | None = None
    """What runs the models, by the pods' own word."""
    drift: tuple[Drift, ...] | None = pydantic.Field(default=None, json_schema_extra={"x-kubernetes-list-type": "atomic"})
    """What others changed and the operator put back since the spec last changed: the latest 20, each once."""
