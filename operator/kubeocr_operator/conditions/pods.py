"""What the runtime's Deployment makes of a service: Ready and Progressing. Pure.

Ready says that the service answers: at least one pod is ready. It stays True while a rollout proceeds; Progressing says
that one does, and observedGeneration which spec all of it is about. With replicas 0, or suspended, nothing answers, so Ready
is False (ScaledToZero, Suspended).
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

from kubeocr_operator import plans
from kubeocr_operator.conditions import bakes, findings

_REFUSED = "(this one is refused: see SpecValid)"


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Pods:
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


def counted(deployment: Mapping[str, Any] | None) -> Pods:
    """The numbers of a Deployment."""
    deployment = deployment or {"metadata": {}}
    status, generation = deployment.get("status", {}), deployment["metadata"].get("generation", 0)
    return Pods(
        wanted=deployment.get("spec", {}).get("replicas", 0),
        total=status.get("replicas", 0),
        updated=status.get("updatedReplicas", 0),
        ready=status.get("readyReplicas", 0),
        available=status.get("availableReplicas", 0),
        current=status.get("observedGeneration", 0) >= generation,
    )


def ready(found: findings.Findings) -> findings.Statement:
    """Whether the service answers."""
    pods = counted(found.deployment)
    counts = f"{pods.ready} of {pods.wanted} pods are ready"
    if found.deployment is None:
        return findings.Statement(findings.READY, "False", findings.NOT_CREATED, "there is no Deployment yet")
    if pods.wanted == 0:
        return findings.Statement(findings.READY, "False", *_stopped(found.plan))
    if pods.ready == 0:
        return findings.Statement(findings.READY, "False", findings.NO_POD_READY, counts)
    return findings.Statement(findings.READY, "True", findings.SERVING, counts)


def _stopped(plan: plans.Plan | None) -> tuple[str, str]:
    """Who wants no pods: a reason, and a sentence."""
    if plan is not None and plan.spec.suspend:
        return findings.SUSPENDED, f"spec.suspend is true; it keeps spec.replicas, which is {plan.spec.replicas}"
    if plan is None:
        return findings.SCALED_TO_ZERO, f"the last spec that was accepted wants no pods {_REFUSED}"
    if plan.autoscaling is None:
        return findings.SCALED_TO_ZERO, "spec.replicas is 0"
    if plan.autoscaling.scale_to_zero:
        return findings.SCALED_TO_ZERO, "spec.replicas is 0 until KEDA finds a metric of spec.autoscaling active"
    return findings.SCALED_TO_ZERO, "spec.replicas is 0, with which the autoscaler rests too: scale it to 1 or more"


def progressing(found: findings.Findings) -> findings.Statement:
    """Whether pods are on their way to the current spec."""
    baking = bakes.unfinished(found)
    if baking is not None:
        return findings.Statement(findings.PROGRESSING, str(baking.reason == findings.BAKING), baking.reason, baking.message)
    if found.deployment is None:
        return findings.Statement(findings.PROGRESSING, "False", findings.NOT_CREATED, "there is no Deployment yet")
    pods, stuck = counted(found.deployment), _said(found.deployment, findings.PROGRESSING)
    if pods.settled:
        words = f"all {pods.wanted} pods run {_spec(found)}"
        return findings.Statement(findings.PROGRESSING, "False", findings.ROLLED_OUT, words)
    if pods.current and stuck.get("reason") == findings.STUCK:
        return findings.Statement(findings.PROGRESSING, "False", findings.STUCK, str(stuck.get("message", "")))
    updated = pods.updated if pods.current else 0
    waiting = f"not available yet: {pods.total - pods.available} of {pods.total}"
    words = f"{updated} of {pods.wanted} pods are made for {_spec(found)}; {waiting}"
    return findings.Statement(findings.PROGRESSING, "True", findings.ROLLING_OUT, words)


def _spec(found: findings.Findings) -> str:
    """Which spec the Deployment is of."""
    if found.refusal is not None:
        return f"the last spec that was accepted {_REFUSED}"
    return "the current spec"


def refused(deployment: Mapping[str, Any] | None) -> findings.Trouble | None:
    """Why the Deployment may not make pods, in its controller's words: a quota, an admission policy."""
    failure = _said(deployment, findings.PODS_REFUSED)
    return findings.Trouble(findings.PODS_REFUSED, str(failure.get("message", ""))) if failure.get("status") == "True" else None


def stuck(deployment: Mapping[str, Any] | None) -> findings.Trouble | None:
    """That a rollout takes longer than it may."""
    progress = _said(deployment, findings.PROGRESSING)
    return (
        findings.Trouble(findings.STUCK, str(progress.get("message", ""))) if progress.get("reason") == findings.STUCK else None
    )


def _said(deployment: Mapping[str, Any] | None, kind: str) -> Mapping[str, Any]:
    return {} if deployment is None else findings.condition(deployment.get("status", {}), kind)
