"""From one owner of spec.replicas to the next: a fixed number, a HorizontalPodAutoscaler, KEDA. Called by reconcile.py.

Where a manifest has `replicas: 5` no more and `autoscaling` instead, the API server fills in the default of 1, whether it is
applied by the server or by the client (seen with API server 1.36.3), and an autoscaler begins with what it finds there. So
what runs is written into spec.replicas before there is an autoscaler.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from kubeocr_operator import cluster, kinds, ownership, plans, specs, store, workqueue

Object = Mapping[str, Any]


async def prepare(
    plan: plans.Plan, children: Iterable[tuple[Object, Object | None]], server: cluster.Cluster, known: store.Store
) -> bool:
    """Does the next thing that an autoscaler which is wanted and not there has to wait for; False where there is none.

    `children` are pairs of what is wanted and what is there. What is done changes the service or a child, and so leads back.
    """
    if not any(live is None and kinds.of(wanted) in kinds.SCALERS for wanted, live in children):
        return False
    key = workqueue.Key(plan.owner.namespace, plan.owner.name)
    for kind, live in known.children(key):
        # KEDA's webhook refuses what another autoscaler scales, and a ScaledObject may take long to go, which does no harm
        if kind in kinds.SCALERS and ownership.controls(plan.owner, live) and not ownership.going(live):
            await server.delete(kind, live)
            return True
    service, number = known.get(kinds.OCR_SERVICE, key), replicas(plan, known.get(kinds.DEPLOYMENT, key))
    if service is None or number is None:
        return False
    await server.scale(kinds.OCR_SERVICE, service, number)
    return True


def scaler(plan: plans.Plan | None, known: store.Store) -> Object | None:
    """The autoscaler that a plan wants, as it is; None where it wants none or there is none yet."""
    if plan is None or plan.autoscaling is None:
        return None
    kind = kinds.SCALED_OBJECT if plan.autoscaling.provider == specs.KEDA else kinds.AUTOSCALER
    found = known.get(kind, workqueue.Key(plan.owner.namespace, plan.owner.name))
    return found if found is not None and ownership.controls(plan.owner, found) else None


def replicas(plan: plans.Plan, deployment: Object | None) -> int | None:
    """The number from which an autoscaler has to begin; None where spec.replicas is as many already, or nothing ran before."""
    scaling = plan.autoscaling
    if scaling is None or deployment is None:
        return None
    running = deployment["spec"].get("replicas", 0)
    least = running if scaling.scale_to_zero else max(running, scaling.min_replicas)
    number = min(least, scaling.max_replicas)
    return number if number > plan.replicas else None
