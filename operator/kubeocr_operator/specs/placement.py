"""Where pods go, and what else is in them."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import pydantic

from kubeocr_contract import names, settings
from kubeocr_operator import rules, strategic, values

_SELECTING = dict.fromkeys((names.LABEL_NAME, names.LABEL_OWNER), "")
_KEPT = {"metadata": {"labels": _SELECTING}, "spec": {"containers": [{"name": names.RUNTIME_CONTAINER}]}}
"""What a podTemplate must leave as it is, with values that it cannot give."""


class Toleration(rules.Part):
    """A taint of nodes that the pods bear."""

    RULES = (
        rules.Rule(
            cel="has(self.key) || self.operator == 'Exists'",
            holds=lambda toleration: toleration.key is not None or toleration.operator == "Exists",
            message="key may only be left out with operator Exists",
            at=("key",),
        ),
        rules.Rule(
            cel="self.operator != 'Exists' || !has(self.value)",
            holds=lambda toleration: toleration.operator != "Exists" or toleration.value is None,
            message="value is not for operator Exists",
            at=("value",),
        ),
        rules.Rule(
            cel="!has(self.tolerationSeconds) || (has(self.effect) && self.effect == 'NoExecute')",
            holds=lambda toleration: toleration.toleration_seconds is None or toleration.effect == "NoExecute",
            message="tolerationSeconds needs effect NoExecute",
            at=("tolerationSeconds",),
        ),
    )
    key: Annotated[str, values.QUALIFIED_NAME] | None = None
    """The taint's key; without it all taints."""
    operator: Annotated[str, values.TOLERATION_OPERATOR] = "Equal"
    """Equal compares the value, Exists does not."""
    value: values.LabelText | None = None
    """The taint's value."""
    effect: Annotated[str, values.TAINT_EFFECT] | None = None
    """The taint's effect; without it all."""
    toleration_seconds: int | None = values.between(0, 1_000_000_000, default=None)
    """How long the pods stay on a node that gets the taint."""


class EnvVar(rules.Part):
    """A variable of the runtime's environment."""

    RULES = (
        rules.Rule(
            cel="has(self.value) != has(self.valueFrom)",
            holds=lambda variable: (variable.value is None) != (variable.value_from is None),
            message="needs value or valueFrom, and not both",
        ),
        rules.Rule(
            cel=f"!self.name.startsWith('{settings.ENV_PREFIX}')",
            holds=lambda variable: not variable.name.startswith(settings.ENV_PREFIX),
            message=f"{settings.ENV_PREFIX} variables are written by the other fields: set those",
            at=("name",),
        ),
    )
    name: Annotated[str, values.VARIABLE]
    """Its name."""
    value: Annotated[str, pydantic.Strict(), pydantic.Field(max_length=32768)] | None = None
    """Its value."""
    value_from: Mapping[str, Any] | None = values.anything()
    """Where its value is, as a container's EnvVarSource: secretKeyRef, configMapKeyRef, fieldRef, resourceFieldRef."""


def _mergeable(template: Mapping[str, Any]) -> Mapping[str, Any]:
    """The hook of pydantic. What a pod may be the API server knows; here is what would not get as far."""
    problems = [*_foreign(template), *strategic.problems(template)] or [*_lost(template)]
    if problems:
        raise rules.error("; ".join(problems))
    return template


def _foreign(template: Mapping[str, Any]) -> Iterator[str]:
    taken = {"": ("metadata", "spec"), "metadata": ("labels", "annotations")}
    for part, fields in taken.items():
        found = template.get(part, {}) if part else template
        if not isinstance(found, Mapping):
            yield f"{part} must be an object"
            continue
        unknown = [name for name, value in found.items() if value is not None and name not in fields]
        if unknown:
            yield f"{part or 'it'} has {', '.join(fields)}, not {', '.join(unknown)}"
    if not isinstance(template.get("spec", {}), Mapping):
        yield "spec must be an object"


def _lost(template: Mapping[str, Any]) -> Iterator[str]:
    merged = strategic.merge(_KEPT, template)
    labels = merged.get("metadata", {}).get("labels", {})
    changed = [label for label, value in _SELECTING.items() if not isinstance(labels, Mapping) or labels.get(label) != value]
    if changed:
        yield f"metadata.labels must leave {', '.join(changed)} alone: they select the pods"
    if not any(container["name"] == names.RUNTIME_CONTAINER for container in merged.get("spec", {}).get("containers", ())):
        yield f"spec.containers must keep the container {names.RUNTIME_CONTAINER}"


PodTemplate = Annotated[Mapping[str, Any], pydantic.AfterValidator(_mergeable)]
