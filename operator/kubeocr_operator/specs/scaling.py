"""How many pods, and who says so."""

from typing import Annotated

from kubeocr_operator import rules, values


class Metric(rules.Part):
    """One figure to scale on."""

    type: Annotated[str, values.METRIC] = "cpu"
    """cpu: the pods' mean use of CPU."""
    target: int = values.between(1, 100, default=70)
    """Per cent of the pods' request to hold."""


class Autoscaling(rules.Part):
    """Between how many replicas to scale, and on what. A HorizontalPodAutoscaler then sets spec.replicas."""

    RULES = (
        rules.Rule(
            cel="self.minReplicas <= self.maxReplicas",
            holds=lambda scaling: scaling.min_replicas <= scaling.max_replicas,
            message="minReplicas must be at most maxReplicas",
            at=("minReplicas",),
        ),
    )
    min_replicas: int = values.between(1, 1000, default=1)
    """Never fewer."""
    max_replicas: int = values.between(1, 1000)
    """Never more."""
    metrics: tuple[Metric, ...] = values.listed(1, least=1, default=(Metric(),))
    """What to scale on."""
