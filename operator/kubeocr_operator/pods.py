"""What pods that do not get on say of themselves. Pure.

The words are the same as long as the trouble is, for each change would be a write and an event: kubelet alternates between
reasons (ErrImagePull and ImagePullBackOff, a crash and the wait after it) and counts seconds in its messages, and each
connection has another port.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kubeocr_operator.conditions import findings

Pod = Mapping[str, Any]
OUT_OF_MEMORY = "OOMKilled"
CRASHING = "CrashLoopBackOff"
IMAGE = "ImagePullBackOff"
UNSCHEDULABLE = findings.UNSCHEDULABLE
NOT_MOUNTED = "ContainerCreating"
_IMAGE_REASONS = frozenset({"ErrImagePull", IMAGE, "ErrImageNeverPull", "InvalidImageName", "ErrImagePullBackOff"})
_PULL_ERROR = "ErrImagePull: "
_PREEMPTION = re.compile(r" (?:[a-z ]+, )*preemption:.*", re.DOTALL)
"""What the scheduler says after the nodes: of preemption and, since Kubernetes 1.36, of claims before that."""
_PASSING = re.compile(r"(?:\d+(?:\.\d+){3}|\[[0-9A-Fa-f:.]+(?:%\w+)?\]):\d+->|(?<=for sandbox) \"[0-9a-f]{64}\"")
"""What is another at each try: where a connection comes from (`read udp 10.0.0.1:5649->10.0.0.2:53`), a sandbox's id."""


def complaint(pods: Sequence[Pod], said: Mapping[str, str] | None = None) -> findings.Trouble | None:
    """The first trouble of the pods in the order of their names; `said`: pod name -> what an event says of its volumes."""
    living = sorted((pod for pod in pods if "deletionTimestamp" not in pod["metadata"] and not _was_a_try(pod)), key=_name)
    return next((found for pod in living for found in _complaints(pod, said or {})), None)


def _was_a_try(pod: Pod) -> bool:
    """Whether a Job's pod has ended: the Job says what came of it all (jobs.py)."""
    ended = pod.get("status", {}).get("phase") in {"Succeeded", "Failed"}
    return ended and any(owner["kind"] == "Job" for owner in pod["metadata"].get("ownerReferences", ()))


def waits_for_volumes(pod: Pod) -> bool:
    """Whether nothing but events would tell why a pod does not start: its containers are being created, and that is all."""
    states = [status.get("state", {}).get("waiting", {}).get("reason") for status in _containers(pod)]
    return pod.get("spec", {}).get("nodeName") is not None and any(s in {NOT_MOUNTED, "PodInitializing"} for s in states)


def _complaints(pod: Pod, said: Mapping[str, str]) -> Iterator[findings.Trouble]:
    yield from _unschedulable(pod)
    for status in _containers(pod):
        yield from _waiting(pod, status)
        yield from _ended(pod, status)
    if _name(pod) in said:
        yield _trouble(pod, NOT_MOUNTED, said[_name(pod)])


def _unschedulable(pod: Pod) -> Iterator[findings.Trouble]:
    for condition in pod.get("status", {}).get("conditions", ()):
        if (condition["type"], condition["status"], condition.get("reason")) == ("PodScheduled", "False", UNSCHEDULABLE):
            words = str(condition.get("message", "no node has room"))
            yield _trouble(pod, UNSCHEDULABLE, _PREEMPTION.sub("", words))


def _waiting(pod: Pod, status: Mapping[str, Any]) -> Iterator[findings.Trouble]:
    waiting = status.get("state", {}).get("waiting", {})
    reason, message = waiting.get("reason", ""), str(waiting.get("message", ""))
    if reason in _IMAGE_REASONS:
        detail = message.rpartition(_PULL_ERROR)[2] if _PULL_ERROR in message else message
        plain = "" if detail.startswith("Back-off") else f": {detail}"
        yield _trouble(pod, IMAGE, f"image {status.get('image')} cannot be had{plain}")
    elif reason and reason not in {CRASHING, NOT_MOUNTED, "PodInitializing"}:
        yield _trouble(pod, reason, message)


def _ended(pod: Pod, status: Mapping[str, Any]) -> Iterator[findings.Trouble]:
    """A container that ended and is not well since. One that was ended with its pod is not looked at."""
    last = status.get("state", {}).get("terminated") or status.get("lastState", {}).get("terminated")
    if not last or status.get("ready") or last.get("exitCode") == 0:
        return
    if last.get("reason") == OUT_OF_MEMORY:
        words = f"container {status['name']} used more memory than its limit and was killed"
        yield _trouble(pod, OUT_OF_MEMORY, words)
        return
    detail = f": {message.strip()}" if (message := str(last.get("message", ""))) else ""
    yield _trouble(pod, CRASHING, f"container {status['name']} ends with exit code {last.get('exitCode')}{detail}")


def _containers(pod: Pod) -> list[Mapping[str, Any]]:
    status = pod.get("status", {})
    return [*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ())]


def _trouble(pod: Pod, reason: str, words: str) -> findings.Trouble:
    return findings.Trouble(reason, f"pod {_name(pod)}: {_PASSING.sub('', words)}")


def _name(pod: Pod) -> str:
    return str(pod["metadata"]["name"])
