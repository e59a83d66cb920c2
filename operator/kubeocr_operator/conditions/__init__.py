"""The status of a service as a projection of what is there: never an input, but for when a condition last changed. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from kubeocr_operator import accelerators, plans, statuses
from kubeocr_operator.conditions import backends, capacity, drifts, health, models, pods, routes, scaling
from kubeocr_operator.conditions.findings import (
    ACCEPTED,
    API_MISSING,
    AS_EXPECTED,
    BAKE_FAILED,
    BAKING,
    CAPACITY,
    COMPLETE,
    DEGRADED,
    ENOUGH,
    FREE,
    INVALID,
    LLM_REACHABLE,
    LOADED,
    MODELS_LOADED,
    NAME_TAKEN,
    NO_POD_READY,
    NONE_FREE,
    NOT_ASKED,
    NOT_CARRIED,
    NOT_CREATED,
    NOT_LOADED,
    PODS_REFUSED,
    PROGRESSING,
    PULLING,
    QUEUE_REACHABLE,
    READY,
    ROLLED_OUT,
    ROLLING_OUT,
    SCALED_TO_ZERO,
    SCALING,
    SERVING,
    SPEC_VALID,
    STUCK,
    SUSPENDED,
    UNSCHEDULABLE,
    VLM_REACHABLE,
    WRITE_REFUSED,
    Findings,
    Job,
    Statement,
    Trouble,
    condition,
    holds,
)

__all__ = [
    "ACCEPTED",
    "API_MISSING",
    "AS_EXPECTED",
    "BAKE_FAILED",
    "BAKING",
    "CAPACITY",
    "COMPLETE",
    "DEGRADED",
    "ENOUGH",
    "FREE",
    "INVALID",
    "LLM_REACHABLE",
    "LOADED",
    "MODELS_LOADED",
    "NAME_TAKEN",
    "NONE_FREE",
    "NOT_ASKED",
    "NOT_CARRIED",
    "NOT_CREATED",
    "NOT_LOADED",
    "NO_POD_READY",
    "PODS_REFUSED",
    "PROGRESSING",
    "PULLING",
    "QUEUE_REACHABLE",
    "READY",
    "ROLLED_OUT",
    "ROLLING_OUT",
    "SCALED_TO_ZERO",
    "SCALING",
    "SERVING",
    "SPEC_VALID",
    "STUCK",
    "SUSPENDED",
    "UNSCHEDULABLE",
    "VLM_REACHABLE",
    "WRITE_REFUSED",
    "Findings",
    "Job",
    "Statement",
    "Trouble",
    "condition",
    "holds",
    "observe",
    "settled",
]

_STATEMENTS: tuple[Callable[[Findings], Statement | None], ...] = (
    pods.ready,
    pods.progressing,
    health.degraded,
    health.spec_valid,
    capacity.available,
    routes.routed,
    scaling.active,
    models.loaded,
    backends.llm,
    backends.vlm,
    backends.queue,
)
"""Each says one thing, or nothing where it is not about this service."""


def observe(found: Findings, now: str) -> dict[str, Any]:
    """The whole status, as the API has it; `now` is RFC 3339."""
    counts = pods.counted(found.deployment)
    said = (statement for state in _STATEMENTS if (statement := state(found)) is not None)
    status = statuses.Status(
        observed_generation=found.generation,
        conditions=tuple(_stamped(statement, found, now) for statement in said),
        replicas=counts.total,
        ready_replicas=counts.ready,
        drift=drifts.said(found),
        **_described(found),
        **_told(found),
    )
    return status.model_dump(mode="json", by_alias=True, exclude_none=True)


def settled(deployment: Mapping[str, Any]) -> bool:
    """Whether all of a Deployment's pods run its newest spec and are available."""
    return pods.counted(deployment).settled


def _described(found: Findings) -> dict[str, Any]:
    """What runs: of the plan or, where the spec cannot be met, what the status said of the spec before."""
    plan, previous = found.plan, found.previous
    if plan is None:
        kept = {"url": "url", "selector": "selector", "image": "image", "accelerator": "accelerator"}
        kept |= {
            "accelerator_reason": "acceleratorReason",
            "image_reason": "imageReason",
            "rollout_strategy": "rolloutStrategy",
        }
        return {field: previous.get(name) for field, name in kept.items()}
    return {
        "url": plan.url,
        "selector": ",".join(f"{name}={value}" for name, value in plans.labels(plan.owner.name).items()),
        "image": plan.image,
        "image_reason": plan.image_reason,
        "accelerator": plan.accelerator,
        "accelerator_reason": accelerators.reason(plan.spec.accelerator, plan.accelerator),
        "rollout_strategy": plan.replacement.strategy,
    }


def _told(found: Findings) -> dict[str, Any]:
    """What the pods say that they loaded."""
    known = models.facts(found)
    return {} if known is None else {"languages": known.languages, "models": known.models, "engine": known.engine}


def _stamped(said: Statement, found: Findings, now: str) -> statuses.Condition:
    before = condition(found.previous, said.type)
    return statuses.Condition(
        type=said.type,
        status=said.status,
        reason=said.reason,
        message=said.message[:32_768],
        observed_generation=found.generation,
        last_transition_time=before["lastTransitionTime"] if before.get("status") == said.status else now,
    )
