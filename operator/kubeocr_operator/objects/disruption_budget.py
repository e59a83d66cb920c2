"""How many pods a node drain may take at once."""

from collections.abc import Iterator
from typing import Any

from kubeocr_operator import kinds, plans
from kubeocr_operator.objects import metadata


def build(plan: plans.Plan) -> Iterator[dict[str, Any]]:
    """A PodDisruptionBudget. Pods that are not ready may always go, or a broken service would block the drain of its node."""
    yield {
        **metadata.build(kinds.DISRUPTION_BUDGET, plan.owner),
        "spec": {
            "selector": {"matchLabels": plans.labels(plan.owner.name)},
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            **plan.budget,
        },
    }
