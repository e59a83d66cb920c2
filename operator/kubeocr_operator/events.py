"""What a person reads under `kubectl describe`: one Event for each turn in a service's life. `turns` is pure.

The same sentence is not said twice within `QUIET_SECONDS`: two controllers that fight over a field must not flood the cluster.
"""

import collections
import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kubeocr_contract import names
from kubeocr_operator import conditions, kinds, workqueue

QUIET_SECONDS = 600.0
_REMEMBERED = 4096
_BACKENDS = (conditions.LLM_REACHABLE, conditions.VLM_REACHABLE, conditions.QUEUE_REACHABLE)
_LONGEST_NOTE = 1024
"""What the API takes: https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/"""
_MEANT = frozenset({conditions.SCALED_TO_ZERO, conditions.SUSPENDED})
"""Why a service may stop as somebody wants it to."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """Something that happened to a service."""

    reason: str
    note: str
    warning: bool = False


def turns(before: Mapping[str, Any], after: Mapping[str, Any], repaired: Sequence[str]) -> tuple[Turn, ...]:
    """What happened between two statuses; `repaired` has a sentence for each child that somebody had changed."""
    return (
        *_refused(before, after),
        *_chosen(before, after),
        *(Turn(reason="Repaired", note=sentence) for sentence in repaired),
        *_changed_health(before, after),
        *_changed_backends(before, after),
    )


def build(turn: Turn, service: Mapping[str, Any], *, now: str, instance: str) -> dict[str, Any]:
    """An events.k8s.io/v1 Event about a service. `now` is RFC 3339 with microseconds, `instance` names this process."""
    metadata = service["metadata"]
    return {
        "apiVersion": kinds.EVENT.api_version,
        "kind": kinds.EVENT.kind,
        "metadata": {"generateName": f"{metadata['name']}-", "namespace": metadata["namespace"]},
        "eventTime": now,
        "reportingController": f"{names.GROUP}/{names.FIELD_MANAGER}",
        "reportingInstance": instance[:128],
        "action": "Reconcile",
        "reason": turn.reason,
        "note": turn.note if len(turn.note) <= _LONGEST_NOTE else turn.note[: _LONGEST_NOTE - 1] + "…",
        "type": "Warning" if turn.warning else "Normal",
        "regarding": {
            "apiVersion": names.API_VERSION,
            "kind": names.KIND,
            "name": metadata["name"],
            "namespace": metadata["namespace"],
            "uid": metadata["uid"],
        },
    }


class Memory:
    """What was said lately."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds."""
        self._clock = clock
        self._said: collections.OrderedDict[tuple[workqueue.Key, Turn], float] = collections.OrderedDict()

    def fresh(self, key: workqueue.Key, turn: Turn) -> bool:
        """Whether this was not said of the service within the last `QUIET_SECONDS`; from now on it was."""
        last = self._said.get((key, turn))
        if last is not None and self._clock() - last < QUIET_SECONDS:
            return False
        self._said[key, turn] = self._clock()
        self._said.move_to_end((key, turn))
        if len(self._said) > _REMEMBERED:
            self._said.popitem(last=False)
        return True


def _refused(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Turn, ...]:
    said = conditions.condition(after, conditions.SPEC_VALID)
    if said["status"] != "False" or said["message"] == conditions.condition(before, conditions.SPEC_VALID).get("message"):
        return ()
    return (Turn(reason=f"Spec{said['reason']}", note=said["message"], warning=True),)


def _chosen(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Turn, ...]:
    """Another image than before; the first stands in the status, with its reason."""
    image = after.get("image")
    if image is None or before.get("image") in {None, image}:
        return ()
    return (Turn(reason="ImageChosen", note=f"{image}: {after['imageReason']}"),)


def _changed_health(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Turn, ...]:
    found: list[Turn] = []
    ready = conditions.condition(after, conditions.READY)
    if ready["status"] != conditions.holds(before, conditions.READY):
        if ready["status"] == "True":
            found.append(Turn(reason="Ready", note=f"answers at {after.get('url')}"))
        elif conditions.holds(before, conditions.READY) == "True":
            found.append(Turn(reason=ready["reason"], note=ready["message"], warning=ready["reason"] not in _MEANT))
    degraded = conditions.condition(after, conditions.DEGRADED)
    if degraded["status"] == "True" and degraded["message"] != conditions.condition(before, conditions.DEGRADED).get("message"):
        found.append(Turn(reason=degraded["reason"], note=degraded["message"], warning=True))
    return tuple(found)


def _changed_backends(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Turn, ...]:
    """A server that the service leans on went, came, or is away for another reason. Not yet to know is no news."""
    found: list[Turn] = []
    for kind in _BACKENDS:
        was, now = conditions.condition(before, kind), conditions.condition(after, kind)
        if now.get("status") in {"True", "False"} and (was.get("status"), was.get("reason")) != (now["status"], now["reason"]):
            warning = now["status"] == "False" and now["reason"] != conditions.PULLING
            found.append(Turn(reason=f"{kind.removesuffix('Reachable')}{now['reason']}", note=now["message"], warning=warning))
    return tuple(found)
