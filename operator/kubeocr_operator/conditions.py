"""The status of a service as a projection of what is there: never an input, but for when a condition last changed. Pure.

Ready says that the service answers: at least one pod is ready. It stays True while a rollout proceeds; Progressing says
that one does, and observedGeneration which spec all of it is about. With replicas 0 nothing answers, so Ready is False
(ScaledToZero).
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from kubeocr_operator import plans, statuses

READY, PROGRESSING, DEGRADED, SPEC_VALID = "Ready", "Progressing", "Degraded", "SpecValid"

ACCEPTED = "Accepted"
INVALID = "Invalid"
NOT_CARRIED = "NotCarried"
SERVING = "Serving"
NO_POD_READY = "NoPodReady"
SCALED_TO_ZERO = "ScaledToZero"
NOT_CREATED = "NotCreated"
ROLLING_OUT = "RollingOut"
ROLLED_OUT = "RolledOut"
STUCK = "ProgressDeadlineExceeded"
PODS_REFUSED = "ReplicaFailure"
NAME_TAKEN = "NameTaken"
WRITE_REFUSED = "WriteRefused"
AS_EXPECTED = "AsExpected"


@dataclasses.dataclass(frozen=True, slots=True)
class Trouble:
    """Something that a user should know: a reason of this module, and a sentence."""

    reason: str
    message: str


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Findings:
    """What a reconcile found and did."""

    generation: int
    previous: Mapping[str, Any]
    """The status as stored."""
    plan: plans.Plan | None = None
    """None where the spec cannot be met."""
    refusal: Trouble | None = None
    """Why the spec cannot be met; what ran before runs on."""
    obstacle: Trouble | None = None
    """Why a child could not be written."""
    deployment: Mapping[str, Any] | None = None
    """As it is now."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class _Pods:
    """The numbers of a Deployment, 0 where it says nothing yet."""

    wanted: int
    total: int
    updated: int
    ready: int
    available: int
    current: bool
    """Whether they are about the Deployment's newest spec."""

    @property
    def settled(self) -> bool:
        return self.current and self.wanted == self.total == self.updated == self.available


def observe(findings: Findings, now: str) -> dict[str, Any]:
    """The whole status, as the API has it; `now` is RFC 3339."""
    pods = _pods(findings.deployment)
    found = (_ready(findings, pods), _progressing(findings, pods), _degraded(findings), _spec_valid(findings))
    status = statuses.Status(
        observed_generation=findings.generation,
        conditions=tuple(_stamped(*condition, findings, now) for condition in found),
        replicas=pods.total,
        ready_replicas=pods.ready,
        **_described(findings),
    )
    return status.model_dump(mode="json", by_alias=True, exclude_none=True)


def holds(status: Mapping[str, Any], kind: str) -> str:
    """True, False or Unknown: what a status says of a type of condition."""
    return str(condition(status, kind).get("status", "Unknown"))


def condition(status: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    """The condition of a type; empty where a status does not have it."""
    return next((found for found in status.get("conditions", ()) if found["type"] == kind), {})


def _described(findings: Findings) -> dict[str, Any]:
    """What runs: of the plan or, where the spec cannot be met, what the status said of the spec before."""
    plan, previous = findings.plan, findings.previous
    if plan is None:
        kept = {"url": "url", "selector": "selector", "image": "image", "accelerator": "accelerator"}
        kept["image_reason"] = "imageReason"
        lists = {"languages": tuple(previous.get("languages", ())), "models": tuple(previous.get("models", ()))}
        return {field: previous.get(name) for field, name in kept.items()} | {
            name: found or None for name, found in lists.items()
        }
    return {
        "url": plan.url,
        "selector": ",".join(f"{name}={value}" for name, value in plans.labels(plan.owner.name).items()),
        "image": plan.image,
        "image_reason": plan.image_reason,
        "accelerator": plan.accelerator,
        "languages": plan.settings.languages,
        "models": plan.models or None,
    }


def _ready(findings: Findings, pods: _Pods) -> tuple[str, str, str, str]:
    counts = f"{pods.ready} of {pods.wanted} pods are ready"
    if findings.deployment is None:
        return READY, "False", NOT_CREATED, "there is no Deployment yet"
    if pods.wanted == 0:
        return READY, "False", SCALED_TO_ZERO, "spec.replicas is 0"
    return (READY, "True", SERVING, counts) if pods.ready else (READY, "False", NO_POD_READY, counts)


def _progressing(findings: Findings, pods: _Pods) -> tuple[str, str, str, str]:
    if findings.deployment is None:
        return PROGRESSING, "False", NOT_CREATED, "there is no Deployment yet"
    if pods.settled:
        return PROGRESSING, "False", ROLLED_OUT, f"all {pods.wanted} pods run the current spec"
    stuck = _said(findings.deployment, PROGRESSING)
    if pods.current and stuck.get("reason") == STUCK:
        return PROGRESSING, "False", STUCK, str(stuck.get("message", ""))
    updated = pods.updated if pods.current else 0
    return (
        PROGRESSING,
        "True",
        ROLLING_OUT,
        f"{updated} of {pods.wanted} pods run the current spec, {pods.available} are available",
    )


def _degraded(findings: Findings) -> tuple[str, str, str, str]:
    trouble = findings.obstacle or _pod_trouble(findings.deployment)
    if trouble is not None:
        return DEGRADED, "True", trouble.reason, trouble.message
    return DEGRADED, "False", AS_EXPECTED, "nothing failed"


def _spec_valid(findings: Findings) -> tuple[str, str, str, str]:
    if findings.refusal is not None:
        return SPEC_VALID, "False", findings.refusal.reason, findings.refusal.message
    return SPEC_VALID, "True", ACCEPTED, "the spec can be met"


def _pod_trouble(deployment: Mapping[str, Any] | None) -> Trouble | None:
    """The Deployment's own words: its controller knows why there are no pods."""
    failure = _said(deployment, PODS_REFUSED)
    if failure.get("status") == "True":
        return Trouble(PODS_REFUSED, str(failure.get("message", "")))
    progress = _said(deployment, PROGRESSING)
    return Trouble(STUCK, str(progress.get("message", ""))) if progress.get("reason") == STUCK else None


def _said(deployment: Mapping[str, Any] | None, kind: str) -> Mapping[str, Any]:
    return {} if deployment is None else condition(deployment.get("status", {}), kind)


def _pods(deployment: Mapping[str, Any] | None) -> _Pods:
    deployment = deployment or {"metadata": {}}
    status, generation = deployment.get("status", {}), deployment["metadata"].get("generation", 0)
    return _Pods(
        wanted=deployment.get("spec", {}).get("replicas", 0),
        total=status.get("replicas", 0),
        updated=status.get("updatedReplicas", 0),
        ready=status.get("readyReplicas", 0),
        available=status.get("availableReplicas", 0),
        current=status.get("observedGeneration", 0) >= generation,
    )


def _stamped(kind: str, status: str, reason: str, message: str, findings: Findings, now: str) -> statuses.Condition:
    before = condition(findings.previous, kind)
    same = before.get("status") == status
    return statuses.Condition(
        type=kind,
        status=status,
        reason=reason,
        message=message[:32_768],
        observed_generation=findings.generation,
        last_transition_time=before["lastTransitionTime"] if same else now,
    )
