"""Whether the autoscaler does what it is there for, in its own words: ScalingActive. Pure."""

from collections.abc import Mapping
from typing import Any

from kubeocr_operator import kinds, specs
from kubeocr_operator.conditions import findings

_SAID_BY = {specs.HPA: ("ScalingActive",), specs.KEDA: ("Ready", "HPAActive")}
"""The conditions of a HorizontalPodAutoscaler and of a ScaledObject in which they say that they can scale."""


def active(found: findings.Findings) -> findings.Statement | None:
    """Whether the autoscaler finds what it measures; None where there is none to be."""
    if found.plan is None or found.plan.autoscaling is None:
        return None
    scaling = found.plan.autoscaling
    if scaling.provider == specs.KEDA and kinds.SCALED_OBJECT in found.missing:
        lacking = "the cluster does not have KEDA; spec.replicas stays as it is and can be set"
        return findings.Statement(findings.SCALING, "False", findings.API_MISSING, lacking)
    if found.scaler is None:
        return _unknown(findings.NOT_CREATED, "there is no autoscaler yet")
    said = [words for kind in _SAID_BY[scaling.provider] if (words := _condition(found.scaler, kind))]
    if not said:
        return _unknown(findings.NOT_CREATED, "the autoscaler has not said anything yet")
    worst = next((words for words in said if words["status"] != "True"), said[0])
    if worst["status"] == "False" and found.plan.replicas == 0 and scaling.measures(specs.QUEUE):
        return _unknown(findings.SCALED_TO_ZERO, f"without pods there is no queue to read; KEDA: {_message(worst)}")
    return findings.Statement(findings.SCALING, worst["status"], worst.get("reason") or findings.AS_EXPECTED, _message(worst))


def _unknown(reason: str, message: str) -> findings.Statement:
    return findings.Statement(findings.SCALING, "Unknown", reason, message)


def _condition(scaler: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    return findings.condition(scaler.get("status", {}), kind)


def _message(words: Mapping[str, Any]) -> str:
    return str(words.get("message") or "")
