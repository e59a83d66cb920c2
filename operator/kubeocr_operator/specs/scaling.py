"""How many pods, and who says so: a HorizontalPodAutoscaler or KEDA, on which figures, and how fast."""

from collections.abc import Mapping
from typing import Annotated

from kubeocr_operator import rules, values

HPA, KEDA = "hpa", "keda"
CPU, MEMORY, QUEUE, EXTERNAL = "cpu", "memory", "queue", "external"
OF_THE_PODS = (CPU, MEMORY, QUEUE)
_DEFAULT_PERCENT = 70


class ExternalMetric(rules.Part):
    """A figure of the cluster's external metrics API (external.metrics.k8s.io), which an adapter of the cluster serves."""

    RULES = (values.label_keys("selector"),)
    name: Annotated[str, values.METRIC_NAME]
    """Its name there."""
    selector: Mapping[str, values.LabelText] = values.labels()
    """Labels of the series."""
    value: values.Quantity
    """What to hold."""
    value_type: Annotated[str, values.METRIC_VALUE] = "AverageValue"
    """AverageValue holds value per pod, Value the figure itself."""


class TriggerAuthentication(rules.Part):
    """What a trigger proves itself with."""

    name: Annotated[str, values.SUBDOMAIN_NAME]
    """Name of the object."""
    kind: Annotated[str, values.TRIGGER_AUTHENTICATION] = "TriggerAuthentication"
    """TriggerAuthentication of the same namespace, or ClusterTriggerAuthentication."""


class Trigger(rules.Part):
    """A trigger of KEDA, passed on as it is: https://keda.sh/docs/latest/scalers/"""

    RULES = (
        rules.Rule(
            cel=f"!(self.type in ['{CPU}', '{MEMORY}'])",
            holds=lambda trigger: trigger.type not in {CPU, MEMORY},
            message="cpu and memory are types of metrics: set type instead of trigger",
            at=("type",),
        ),
    )
    type: Annotated[str, values.TRIGGER]
    """Its type, such as redis, cron, prometheus or kubernetes-workload."""
    metadata: Mapping[str, values.AnnotationText] = values.annotations()
    """Its parameters, what to hold among them."""
    authentication: TriggerAuthentication | None = None
    value_type: Annotated[str, values.METRIC_VALUE] = "AverageValue"
    """AverageValue holds the trigger's value per pod, Value the figure itself."""


class Metric(rules.Part):
    """One figure to scale on. Of several, the one that asks for most pods counts."""

    RULES = (
        rules.Rule(
            cel=f"!(self.type in ['{CPU}', '{MEMORY}']) || !has(self.target) || self.target <= 100",
            holds=lambda metric: metric.type not in {CPU, MEMORY} or (metric.target or 0) <= 100,
            message="target of cpu and memory is a percentage of the pods' request: 1 to 100",
            at=("target",),
        ),
        rules.Rule(
            cel=f"self.type != '{QUEUE}' || has(self.target)",
            holds=lambda metric: metric.type != QUEUE or metric.target is not None,
            message="queue needs a target: the pages that may wait per pod",
            at=("target",),
        ),
        rules.Rule(
            cel=f"self.type == '{EXTERNAL}' ? has(self.metric) != has(self.trigger) && !has(self.target) : "
            "!has(self.metric) && !has(self.trigger)",
            holds=lambda metric: metric.well_formed,
            message="external needs either metric or trigger, which say what to hold, and no target; all others take neither",
        ),
    )
    type: Annotated[str, values.METRIC] = CPU
    """cpu, memory: the pods' mean use. queue: pages that wait in the pods. external: a figure from outside of the pods."""
    target: int | None = values.between(1, 100_000, default=None)
    """What to hold: per cent of the pods' request for cpu and memory (70 if left out), waiting pages per pod for queue."""
    metric: ExternalMetric | None = None
    trigger: Trigger | None = None

    @property
    def well_formed(self) -> bool:
        """Whether it has what its type takes, and nothing else."""
        outside = [self.metric, self.trigger].count(None) == 1 and self.target is None
        return outside if self.type == EXTERNAL else self.metric is None and self.trigger is None

    @property
    def percent(self) -> int:
        """The target of cpu and memory."""
        return _DEFAULT_PERCENT if self.target is None else self.target


class Policy(rules.Part):
    """One bound on how fast the number of pods changes."""

    type: Annotated[str, values.SCALING_POLICY]
    """Pods, or Percent of those that there are."""
    value: int = values.between(1, 1000)
    """By how many at most."""
    period_seconds: int = values.between(1, 1800)
    """Within which time."""


class Pace(rules.Part):
    """How fast the number of pods changes in one direction. What is left out is as Kubernetes has it."""

    stabilization_window_seconds: int | None = values.between(0, 3600, default=None)
    """How far back to look for the most cautious number."""
    select_policy: Annotated[str, values.SELECT_POLICY] | None = None
    """Which of several policies counts; Disabled: this direction is not scaled."""
    policies: tuple[Policy, ...] | None = values.listed(8, least=1, default=None)
    """Bounds on the change."""


class Behavior(rules.Part):
    """How fast the number of pods changes."""

    scale_up: Pace | None = None
    """Towards more."""
    scale_down: Pace | None = None
    """Towards fewer. Pods that end finish what they have accepted (rollout.drainSeconds)."""


class Autoscaling(rules.Part):
    """Between how many replicas to scale, on what, and by whom. The autoscaler then sets spec.replicas."""

    RULES = (
        rules.Rule(
            cel="self.minReplicas <= self.maxReplicas",
            holds=lambda scaling: scaling.min_replicas <= scaling.max_replicas,
            message="minReplicas must be at most maxReplicas",
            at=("minReplicas",),
        ),
        rules.Rule(
            cel=f"[{', '.join(map(repr, OF_THE_PODS))}].all(x, self.metrics.filter(m, m.type == x).size() <= 1)",
            holds=lambda scaling: all([m.type for m in scaling.metrics].count(x) <= 1 for x in OF_THE_PODS),
            message="cpu, memory and queue must not be there twice",
            at=("metrics",),
        ),
        rules.Rule(
            cel=f"self.provider == '{KEDA}' ? !self.metrics.exists(m, has(m.metric)) : !self.metrics.exists(m, has(m.trigger))",
            holds=lambda scaling: not scaling.foreign,
            message="external takes metric with provider hpa and trigger with provider keda",
            at=("metrics",),
        ),
        rules.Rule(
            cel=f"!self.scaleToZero || self.provider == '{KEDA}'",
            holds=lambda scaling: not scaling.scale_to_zero or scaling.provider == KEDA,
            message="scaleToZero needs provider keda: a HorizontalPodAutoscaler never goes below one pod",
            at=("scaleToZero",),
        ),
        rules.Rule(
            cel=f"!self.scaleToZero || self.metrics.exists(m, m.type == '{EXTERNAL}')",
            holds=lambda scaling: not scaling.scale_to_zero or scaling.measures(EXTERNAL),
            message="scaleToZero needs a metric of type external: without pods there is no cpu, memory or queue to measure",
            at=("scaleToZero",),
        ),
        rules.Rule(
            cel="self.scaleToZero || (!has(self.pollingSeconds) && !has(self.cooldownSeconds))",
            holds=lambda scaling: scaling.scale_to_zero or (scaling.polling_seconds, scaling.cooldown_seconds) == (None, None),
            message="pollingSeconds and cooldownSeconds need scaleToZero: elsewhere behavior says how fast",
        ),
    )
    provider: Annotated[str, values.SCALING_PROVIDER] = HPA
    """hpa: a HorizontalPodAutoscaler. keda: a ScaledObject, where KEDA is installed."""
    min_replicas: int = values.between(1, 1000, default=1)
    """Never fewer, but for scaleToZero."""
    max_replicas: int = values.between(1, 1000)
    """Never more."""
    metrics: tuple[Metric, ...] = values.listed(8, least=1, default=(Metric(target=_DEFAULT_PERCENT),))
    """What to scale on."""
    behavior: Behavior | None = None
    scale_to_zero: bool = False
    """No pod while no metric of type external is active, minReplicas or more once one is."""
    polling_seconds: int | None = values.between(1, 3600, default=None)
    """How often KEDA looks whether a metric is active; 30 if left out."""
    cooldown_seconds: int | None = values.between(0, 86_400, default=None)
    """How long after a metric was active the last pods go; 300 if left out."""

    def measures(self, kind: str) -> bool:
        """Whether it scales on this type of metric."""
        return any(metric.type == kind for metric in self.metrics)

    @property
    def foreign(self) -> bool:
        """Whether a metric is one that the provider does not know."""
        other = "metric" if self.provider == KEDA else "trigger"
        return any(getattr(metric, other) is not None for metric in self.metrics)
