"""How the Jobs of a service stand, and what the pods of one that fails say. Called by reconcile.py; only `look` does IO."""

from collections.abc import Mapping, Sequence
from typing import Any

from kubeocr_contract import names
from kubeocr_operator import cluster, kinds, store, workqueue
from kubeocr_operator.conditions import findings

Object = Mapping[str, Any]
LABEL_JOB = "batch.kubernetes.io/job-name"


async def look(owner: workqueue.Key, known: store.Store, server: cluster.Cluster) -> tuple[findings.Job, ...]:
    """The service's Jobs, sorted by name. The pods of those that failed, or try again, are asked for: nothing watches pods."""
    found = [job for _, job in known.children(owner, kinds.JOB)]
    return tuple([await _looked_at(job, server) for job in sorted(found, key=lambda job: str(job["metadata"]["name"]))])


def parse(job: Object, pods: Sequence[Object] = ()) -> findings.Job:
    """How a Job stands; `pods` are its own. Pure."""
    state = _state(job)
    said = "" if state == findings.COMPLETE else _last_words(pods) or _said(job)
    metadata = job["metadata"]
    return findings.Job(
        name=metadata["name"], component=metadata.get("labels", {}).get(names.LABEL_COMPONENT, ""), state=state, words=said
    )


async def _looked_at(job: Object, server: cluster.Cluster) -> findings.Job:
    if _state(job) == findings.COMPLETE or not job.get("status", {}).get("failed"):
        return parse(job)
    labels, namespace = f"{LABEL_JOB}={job['metadata']['name']}", job["metadata"]["namespace"]
    return parse(job, [pod async for page in server.pages(kinds.POD, namespace=namespace, labels=labels) for pod in page.items])


def _state(job: Object) -> str:
    ends = (findings.COMPLETE, findings.FAILED)
    return next((end for end in ends if findings.holds(job.get("status", {}), end) == "True"), findings.RUNNING)


def _last_words(pods: Sequence[Object]) -> str:
    """What the pod that ended last left where kubelet looks."""
    states = (status.get("state", {}) for pod in pods for status in pod.get("status", {}).get("containerStatuses", ()))
    ended = sorted((state["terminated"] for state in states if "terminated" in state), key=_when)
    return str(ended[-1].get("message", "")).strip() if ended and ended[-1].get("exitCode") else ""


def _when(end: Mapping[str, Any]) -> str:
    return str(end.get("finishedAt", ""))


def _said(job: Object) -> str:
    """The Job controller's own words on a failure."""
    failed = findings.condition(job.get("status", {}), findings.FAILED)
    return str(failed.get("message", "")) if failed.get("status") == "True" else ""
