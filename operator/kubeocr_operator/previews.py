"""What an operator would make of an OCRService, as far as that can be known without a cluster. Pure; for `kubeocr plan`."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kubeocr_contract import names
from kubeocr_operator import accelerators, config, errors, kinds, objects, ocrservices, plans, rollouts
from kubeocr_operator.objects import bake_job

Object = dict[str, Any]
_NAMING: Mapping[str, str] = {
    "secretName": "Secret",
    "secretKeyRef": "Secret",
    "secretRef": "Secret",
    "imagePullSecrets": "Secret",
    "configMapKeyRef": "ConfigMap",
    "configMapRef": "ConfigMap",
    "claimName": "PersistentVolumeClaim",
}
"""Fields that name another object of the namespace: by a text, by its `name`, or by several of these."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """A plan, its children, and what is open."""

    service: ocrservices.OCRService
    plan: plans.Plan
    children: tuple[Object, ...]
    """In the order in which they are applied."""
    notes: tuple[str, ...]
    """What only a cluster can tell, and what was taken for granted instead."""


def of(service: ocrservices.OCRService, defaults: config.Config, device: str | None = None) -> Preview:
    """`device` is what accelerator mode auto comes to. Raises `NotCarried` where no image reads the languages."""
    chosen = accelerators.choose(service, offered=device == accelerators.GPU)
    plan = _plan(service, defaults, chosen)
    children = objects.desired(plan)
    open_device = device is None and accelerators.undecided(service)
    return Preview(
        service=service,
        plan=plan,
        children=children if service.uid else tuple(_unowned(child) for child in children),
        notes=(*(_of_device(plan) if open_device else ()), *_notes(service, plan, children)),
    )


def _plan(service: ocrservices.OCRService, defaults: config.Config, device: str) -> plans.Plan:
    try:
        return plans.resolve(service, defaults, device)
    except errors.NotCarried as error:
        raise errors.NotCarried(f"{names.KIND} {service.namespace}/{service.name}: {error}") from None


def _notes(service: ocrservices.OCRService, plan: plans.Plan, children: Iterable[Object]) -> Iterator[str]:
    if rollouts.undecided(service, plan.accelerator):
        resource = service.spec.accelerator.resource
        yield f"rollout.strategy Auto: planned as Surge; in place where no node has {resource} free when it is applied"
    for child in children:
        if kinds.of(child).optional:
            api = child["apiVersion"]
            yield f"{child['kind']} {child['metadata']['name']}: left out where the cluster has no API {api}"
    if (bake := bake_job.name(plan)) is not None and plan.replicas:
        yield f"Deployment {plan.owner.name}: applied when Job {bake} is done"
    if named := _not_ours(children):
        yield f"not looked up, and has to be in namespace {plan.owner.namespace}: {', '.join(named)}"


def _of_device(plan: plans.Plan) -> Iterator[str]:
    """Whether a node offers the accelerator nobody here knows."""
    resource = plan.spec.accelerator.resource
    yield (
        f"accelerator.mode auto: planned for {plan.accelerator}; {accelerators.GPU} where a node offers {resource} when it is "
        "first applied (--accelerator plans for either)"
    )


def _not_ours(children: Iterable[Object]) -> tuple[str, ...]:
    """What the children name and are not: 'Secret keys', sorted."""
    made = {f"{child['kind']} {child['metadata']['name']}" for child in children}
    return tuple(sorted({name for child in children for name in _named(child)} - made))


def _named(node: object) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _named(item)
    elif isinstance(node, Mapping):
        for field, value in node.items():
            if field in _NAMING:
                yield from (f"{_NAMING[field]} {name}" for name in _names(value))
            else:
                yield from _named(value)


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    else:
        yield from (item["name"] for item in (value if isinstance(value, list) else [value]))


def _unowned(child: Object) -> Object:
    """A child without its owner reference, which says nothing before the API server has given the OCRService a uid."""
    metadata = {name: value for name, value in child["metadata"].items() if name != "ownerReferences"}
    return {**child, "metadata": metadata}
