"""How a service is changed, disturbed and kept inside."""

from collections.abc import Mapping
from typing import Annotated

from kubeocr_operator import rules, values
from kubeocr_operator.values import NumberOrPercent


class Rollout(rules.Part):
    """How new pods take the place of old ones."""

    RULES = (
        rules.Rule(
            cel="!(string(self.maxSurge) in ['0', '0%'] && string(self.maxUnavailable) in ['0', '0%'])",
            holds=lambda rollout: not {str(rollout.max_surge), str(rollout.max_unavailable)} <= {"0", "0%"},
            message="maxSurge and maxUnavailable must not both be 0: no pod could ever be replaced",
        ),
    )
    strategy: Annotated[str, values.ROLLOUT_STRATEGY] = "Auto"
    """Surge keeps to maxSurge and maxUnavailable; InPlace takes an old pod away before its successor comes; Auto does the
    latter where pods need accelerators and the nodes have too few that are free (condition CapacityAvailable says so)."""
    max_surge: NumberOrPercent = 1
    """Pods above the wanted number during a rollout."""
    max_unavailable: NumberOrPercent = 0
    """Pods below the wanted number during a rollout."""
    drain_seconds: int = values.setting("drain_seconds")
    """How long a pod that ends may finish what it has accepted."""
    gate: Annotated[str, values.ROLLOUT_GATE] = "KnownAnswer"
    """When a pod counts as ready: KnownAnswer after it has read a page whose text is known, None once its models are loaded."""


class Disruption(rules.Part):
    """How many pods a node drain may take at once. With neither field: one pod (maxUnavailable 1)."""

    RULES = (
        rules.Rule(
            cel="!(has(self.maxUnavailable) && has(self.minAvailable))",
            holds=lambda part: part.max_unavailable is None or part.min_available is None,
            message="maxUnavailable and minAvailable exclude each other: set one of them",
        ),
    )
    max_unavailable: NumberOrPercent | None = None
    """Pods that may be away at once."""
    min_available: NumberOrPercent | None = None
    """Pods that must stay. Beware: as many as there are replicas blocks every node drain."""

    @property
    def budget(self) -> Mapping[str, int | str]:
        """As a PodDisruptionBudget's spec has it: a minAvailable of 1 would block every drain of a service with one replica."""
        if self.min_available is not None:
            return {"minAvailable": self.min_available}
        return {"maxUnavailable": 1 if self.max_unavailable is None else self.max_unavailable}


class Offline(rules.Part):
    """For clusters that must not, or cannot, reach out."""

    strict: values.Flag = False
    """No image from anywhere but the mirror, no download of models, and a NetworkPolicy that lets pods ask nobody but DNS and
    the servers that this spec names."""
    registry_mirror: Annotated[str, values.REGISTRY] | None = None
    """Where the mirror has all images: takes the place of the registry in every image's name, the user's own included. Without
    it the cluster-wide one of the operator's configuration."""
