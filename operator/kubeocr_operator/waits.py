"""What has to wait, and for what: pods, for the models that a Job still bakes. Pure; called by reconcile.py."""

from collections.abc import Iterable, Mapping
from typing import Any

from kubeocr_operator import jobs, kinds, plans, store, workqueue
from kubeocr_operator.conditions import findings, pods
from kubeocr_operator.objects import bake_job, metadata

Object = Mapping[str, Any]
Pair = tuple[Object, Object | None]
"""A child as it is wanted, and as it is."""


def baking(plan: plans.Plan, known: store.Store) -> bool:
    """Whether the pods of this plan would find no models, or not all."""
    name = bake_job.name(plan)
    if name is None:
        return False
    job = known.get(kinds.JOB, workqueue.Key(plan.owner.namespace, name))
    return job is None or jobs.parse(job).state != findings.COMPLETE


def waiting(plan: plans.Plan, known: store.Store) -> bool:
    """Whether pods beside the runtime's are not yet what they should be: of the Job that bakes, of the service's servers."""
    names = (metadata.name(plan.owner.name, server.part) for server in plan.backends.servers)
    found = (known.get(kinds.DEPLOYMENT, workqueue.Key(plan.owner.namespace, name)) for name in names)
    return baking(plan, known) or any(live is not None and not pods.counted(live).settled for live in found)


def due(plan: plans.Plan, children: Iterable[Pair], known: store.Store) -> tuple[Pair, ...]:
    """The children that may be applied now: without the runtime's Deployment while models are baked.

    So the pods of the spec before run on, if there are any. Where no pods are wanted none has to wait.
    """
    if plan.replicas == 0 or not baking(plan, known):
        return tuple(children)
    return tuple(pair for pair in children if not _is_runtime(pair[0], plan))


def _is_runtime(obj: Object, plan: plans.Plan) -> bool:
    return kinds.of(obj) == kinds.DEPLOYMENT and obj["metadata"]["name"] == plan.owner.name
