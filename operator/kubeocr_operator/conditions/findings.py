"""What a reconcile found, and the words in which it is said: types and reasons of conditions."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from kubeocr_contract import images
from kubeocr_contract import report as reports
from kubeocr_operator import kinds, plans, statuses

READY, PROGRESSING, DEGRADED, SPEC_VALID = "Ready", "Progressing", "Degraded", "SpecValid"
MODELS_LOADED = "ModelsLoaded"
CAPACITY = "CapacityAvailable"
ROUTED = "Routed"
SCALING = "ScalingActive"
LLM_REACHABLE, VLM_REACHABLE, QUEUE_REACHABLE = "LLMReachable", "VLMReachable", "QueueReachable"

ACCEPTED = "Accepted"
INVALID = "Invalid"
NOT_CARRIED = "NotCarried"
SERVING = "Serving"
NO_POD_READY = "NoPodReady"
SCALED_TO_ZERO = "ScaledToZero"
SUSPENDED = "Suspended"
NOT_CREATED = "NotCreated"
ROLLING_OUT = "RollingOut"
ROLLED_OUT = "RolledOut"
STUCK = "ProgressDeadlineExceeded"
PODS_REFUSED = "ReplicaFailure"
NAME_TAKEN = "NameTaken"
WRITE_REFUSED = "WriteRefused"
API_MISSING = "ApiMissing"
UNSCHEDULABLE = "Unschedulable"
NONE_FREE = "NoneFree"
FREE = "Free"
ENOUGH = "Enough"
LOADED = "Loaded"
NOT_LOADED = "NotLoaded"
BAKING = "Baking"
BAKE_FAILED = "BakeFailed"
NOT_ASKED = "NotAsked"
RUNNING, COMPLETE, FAILED = "Running", "Complete", "Failed"
"""How Jobs stand: the last two are types of their own conditions, too."""
TAKEN = "Taken"
NOT_TAKEN = "NotTaken"
PENDING = "Pending"
AS_EXPECTED = "AsExpected"
REACHABLE = "Reachable"
UNREACHABLE = "Unreachable"
MODEL_MISSING = "ModelMissing"
PULLING = "Pulling"
PULL_FAILED = "PullFailed"


@dataclasses.dataclass(frozen=True, slots=True)
class Trouble:
    """Something that a user should know: a reason of this module, and a sentence."""

    reason: str
    message: str


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A Job that the service owns, and how it stands."""

    name: str
    component: str
    """Which part of the service it is."""
    state: str
    """Running, Complete or Failed."""
    words: str = ""
    """Why its last try failed; empty where none did."""


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
    missing: tuple[kinds.Kind, ...] = ()
    """Optional APIs that the spec needs and the cluster lacks."""
    deployment: Mapping[str, Any] | None = None
    """Of the runtime, as it is now."""
    scaler: Mapping[str, Any] | None = None
    """The HorizontalPodAutoscaler or ScaledObject that the plan wants, as it is now."""
    routes: tuple[Mapping[str, Any], ...] = ()
    """What leads requests in from outside: its Ingress, its HTTPRoute."""
    pods: Trouble | None = None
    """What pods that do not get on say of themselves."""
    report: reports.Report | None = None
    """What a ready pod says of itself; None where none is ready, or none has answered yet."""
    wish: images.Wish | None = None
    """What the pods are to read, by the last spec that could be met; None where an operator that has just started saw none."""
    drift: tuple[statuses.Drift, ...] = ()
    """What somebody else had made of the children, put back just now."""
    jobs: tuple[Job, ...] = ()
    """The service's own, sorted by name."""


@dataclasses.dataclass(frozen=True, slots=True)
class Statement:
    """One condition: whether it holds (True, False, Unknown), why in a word of this module, and why in a sentence."""

    type: str
    status: str
    reason: str
    message: str


def holds(status: Mapping[str, Any], kind: str) -> str:
    """True, False or Unknown: what a status says of a type of condition."""
    return str(condition(status, kind).get("status", "Unknown"))


def condition(status: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    """The condition of a type; empty where a status does not have it."""
    return next((found for found in status.get("conditions", ()) if found["type"] == kind), {})
