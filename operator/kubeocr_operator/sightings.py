"""Looks at the pods of services that are not settled. Pods are not watched: thousands that are well say nothing of interest."""

import dataclasses
import datetime as dt
from collections.abc import Callable

from kubeocr_contract import names
from kubeocr_operator import cluster, errors, kinds, pods, workqueue
from kubeocr_operator.conditions import findings

_PATIENCE_SECONDS = 5.0
"""A pod that becomes ready within these needs no look."""
_LONGEST_SECONDS = 60.0
_MOUNT_REASONS = frozenset({"FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox"})


@dataclasses.dataclass(frozen=True, slots=True)
class Sighting:
    """What the pods say, and when to look again; nothing of both where all are well."""

    trouble: findings.Trouble | None = None
    again: float | None = None


class Sightings:
    """Since when services are unsettled."""

    def __init__(self, server: cluster.Cluster, now: Callable[[], dt.datetime]) -> None:
        self._server, self._now = server, now
        self._since: dict[workqueue.Key, dt.datetime] = {}

    def forget(self, key: workqueue.Key) -> None:
        """A service is gone, or all is well."""
        self._since.pop(key, None)

    async def look(self, key: workqueue.Key, *, urgent: bool) -> Sighting:
        """Asks the pods of an unsettled service: at once where `urgent`, else after some seconds, then less and less often."""
        waited = (self._now() - self._since.setdefault(key, self._now())).total_seconds()
        again = min(_LONGEST_SECONDS, max(_PATIENCE_SECONDS, waited / 2))
        if waited < _PATIENCE_SECONDS and not urgent:
            return Sighting(again=again)
        return Sighting(await self._ask(key), again)

    async def _ask(self, key: workqueue.Key) -> findings.Trouble | None:
        labels = f"{names.LABEL_OWNER}={key.name}"
        found = [
            pod async for page in self._server.pages(kinds.POD, namespace=key.namespace, labels=labels) for pod in page.items
        ]
        known = pods.complaint(found)
        if known is not None:
            return known
        said = {
            pod["metadata"]["name"]: words for pod in found if pods.waits_for_volumes(pod) and (words := await self._told(pod))
        }
        return pods.complaint(found, said)

    async def _told(self, pod: pods.Pod) -> str:
        """What the last event says of a pod's volumes; nothing where there is none."""
        fields = f"regarding.uid={pod['metadata']['uid']}"
        namespace = pod["metadata"]["namespace"]
        try:
            events = [
                e async for page in self._server.pages(kinds.EVENT, namespace=namespace, fields=fields) for e in page.items
            ]
        except errors.Refused:
            return ""
        notes = [str(event.get("note", "")) for event in events if event.get("reason") in _MOUNT_REASONS]
        return notes[-1] if notes else ""
