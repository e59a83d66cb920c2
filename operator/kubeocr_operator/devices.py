"""What nodes offer of an accelerator, and how much of it is free: mode auto and the way of a rollout are decided by it.

Nodes that are cordoned or not ready, or that a service's nodeSelector leaves out, count as if they were not there. Taints are
not looked at: where there is the admission plugin ExtendedResourceToleration, pods bear those of GPU nodes without saying so.
"""

import collections
import dataclasses
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from kubeocr_operator import cluster, errors, kinds, quantities, rollouts
from kubeocr_operator.conditions import findings

_FRESH_SECONDS = 60.0
_ROOM_FRESH_SECONDS = 10.0
_LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """What pods look for in a node."""

    resource: str
    labels: frozenset[tuple[str, str]] = frozenset()

    def on(self, node: Mapping[str, Any]) -> int:
        """How much of the resource a node gives to such pods."""
        there = node["metadata"].get("labels", {}).items()
        if not takes_pods(node) or not self.labels <= there:
            return 0
        return int(quantities.parse(node.get("status", {}).get("allocatable", {}).get(self.resource, "0")))


class Devices:
    """What the nodes offer."""

    def __init__(self, server: cluster.Cluster, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds."""
        self._server, self._clock = server, clock
        self._known: dict[Place, tuple[float, bool]] = {}
        self._room: dict[Place, tuple[float, rollouts.Room | None]] = {}

    async def offered(self, place: Place) -> bool:
        """Whether a node has some of the resource to give; False where nodes may not be listed, as when held to namespaces."""
        asked, answer = self._known.get(place, (float("-inf"), False))
        if self._clock() - asked > _FRESH_SECONDS:
            answer = await self._ask(place)
            self._known[place] = self._clock(), answer
        return answer

    async def room(self, place: Place) -> rollouts.Room | None:
        """What there is of the resource on one node; None where nodes or pods may not be listed."""
        asked, answer = self._room.get(place, (float("-inf"), None))
        if self._clock() - asked > _ROOM_FRESH_SECONDS:
            answer = await self._measure(place)
            self._room[place] = self._clock(), answer
        return answer

    async def _measure(self, place: Place) -> rollouts.Room | None:
        given: dict[str, int] = {}
        held: collections.Counter[str] = collections.Counter()
        try:
            async for page in self._server.pages(kinds.NODE):
                given |= {node["metadata"]["name"]: place.on(node) for node in page.items}
            async for page in self._server.pages(kinds.POD):
                for pod in page.items:
                    held[node_of(pod)] += asked_for(pod, place.resource)
        except errors.Refused as error:
            _LOG.warning("rollouts surge whatever is free: nodes and pods may not be listed: %s", error)
            return None
        free = max((most - held[node] for node, most in given.items()), default=0)
        return rollouts.Room(free, max(given.values(), default=0))

    async def _ask(self, place: Place) -> bool:
        try:
            async for page in self._server.pages(kinds.NODE):
                if any(place.on(node) for node in page.items):
                    return True
        except errors.Refused as error:
            _LOG.warning("accelerator auto means cpu: nodes may not be listed: %s", error)
        return False


def takes_pods(node: Mapping[str, Any]) -> bool:
    """Whether a node is ready and not cordoned; one that says nothing of that is."""
    ready = findings.condition(node.get("status", {}), "Ready").get("status", "True")
    return ready == "True" and not node.get("spec", {}).get("unschedulable", False)


def node_of(pod: Mapping[str, Any]) -> str:
    """Where a pod is; empty where it is nowhere yet."""
    return str(pod.get("spec", {}).get("nodeName", ""))


def asked_for(pod: Mapping[str, Any], resource: str) -> int:
    """How much of an extended resource a pod holds: nothing before it has a node and once it has ended."""
    if not node_of(pod) or pod.get("status", {}).get("phase") in {"Succeeded", "Failed"}:
        return 0
    limits = (container.get("resources", {}).get("limits", {}) for container in pod["spec"].get("containers", ()))
    return sum(int(quantities.parse(found.get(resource, "0"))) for found in limits)
