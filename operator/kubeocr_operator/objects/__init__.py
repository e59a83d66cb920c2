"""The objects that a plan calls for. Pure and deterministic: the same plan gives the same bytes."""

from typing import Any

from kubeocr_operator import kinds, plans
from kubeocr_operator.objects import autoscaler, deployment, disruption_budget, metadata, service, service_account

_BUILDERS = {
    kinds.SERVICE_ACCOUNT: service_account.build,
    kinds.DEPLOYMENT: deployment.build,
    kinds.SERVICE: service.build,
    kinds.DISRUPTION_BUDGET: disruption_budget.build,
    kinds.AUTOSCALER: autoscaler.build,
}


def desired(plan: plans.Plan) -> dict[kinds.Kind, dict[str, Any]]:
    """The children of a service, in the order in which they are applied."""
    return {kind: _BUILDERS[kind](plan) for kind in kinds.CHILDREN if kind != kinds.AUTOSCALER or plan.autoscaling is not None}


def unwanted(plan: plans.Plan) -> tuple[kinds.Kind, ...]:
    """The kinds of children that a service may have had and must not have any more."""
    return tuple(kind for kind in kinds.SOMETIMES if kind not in desired(plan))


def name_of(kind: kinds.Kind, owner: str) -> str:
    """The name of a service's child of a kind."""
    return metadata.name(kind, owner)


def owner_named(kind: kinds.Kind, child: str) -> str:
    """The service whose child of a kind has this name: `name_of` the other way."""
    return child.removesuffix(metadata.name(kind, ""))
