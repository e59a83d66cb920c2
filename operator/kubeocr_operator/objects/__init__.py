"""The objects that a plan calls for. Pure and deterministic: the same plan gives the same bytes."""

from collections.abc import Callable, Iterable
from typing import Any

from kubeocr_operator import mirrors, plans
from kubeocr_operator.objects import (
    autoscaler,
    bake_job,
    deployment,
    disruption_budget,
    http_route,
    ingress,
    models,
    network_policy,
    ollama,
    prometheus_rule,
    redis,
    scaled_object,
    service,
    service_account,
    service_monitor,
)

Object = dict[str, Any]
_BUILDERS: tuple[Callable[[plans.Plan], Iterable[Object]], ...] = (
    service_account.build,
    models.build,
    bake_job.build,
    deployment.build,
    service.build,
    disruption_budget.build,
    autoscaler.build,
    scaled_object.build,
    network_policy.build,
    ingress.build,
    http_route.build,
    service_monitor.build,
    prometheus_rule.build,
    ollama.build,
    redis.build,
)
"""In the order in which their objects are applied. Each gives what the plan wants of its kind: nothing, one, or several."""


def desired(plan: plans.Plan) -> tuple[Object, ...]:
    """All children of a service, in the order in which they are applied."""
    return tuple(mirrors.of_workload(obj, plan.registry_mirror) for build in _BUILDERS for obj in build(plan))
