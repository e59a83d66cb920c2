"""What the runtime's pods mount besides their scratch: each feature of the spec gives its own volumes. Pure."""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from kubeocr_operator import plans


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Mount:
    """A volume of the pod, and where its container has it, read-only."""

    name: str
    path: str
    source: Mapping[str, Any]
    """As a pod's volume has it, without its name: `{"secret": {"secretName": ...}}`."""

    def volume(self) -> dict[str, Any]:
        """For the pod's `volumes`."""
        return {"name": self.name, **self.source}

    def volume_mount(self) -> dict[str, Any]:
        """For the container's `volumeMounts`."""
        return {"name": self.name, "mountPath": self.path, "readOnly": True}


def of(plan: plans.Plan) -> tuple[Mount, ...]:
    """All of them, in the order of the features below."""
    return tuple(mount for feature in _FEATURES for mount in feature(plan))


_FEATURES: tuple[Callable[[plans.Plan], Iterable[Mount]], ...] = ()
