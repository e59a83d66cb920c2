"""What the operator writes in the `status` of an OCRService. Here for the CRD's schema; conditions.py fills it."""

from typing import Annotated

import pydantic

from kubeocr_operator import rules


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
    """What accelerator mode auto was decided to be, once."""
    languages: tuple[str, ...] | None = pydantic.Field(default=None, json_schema_extra={"x-kubernetes-list-type": "atomic"})
    """Ids of the languages that the pods load."""
    models: tuple[str, ...] | None = pydantic.Field(default=None, json_schema_extra={"x-kubernetes-list-type": "atomic"})
    """Official names of the models that the pods load."""
