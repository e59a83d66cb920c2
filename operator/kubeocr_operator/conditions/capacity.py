"""CapacityAvailable: whether the nodes have room for the pods, and for how a rollout goes. Pure."""

from kubeocr_operator import rollouts
from kubeocr_operator.conditions import findings


def available(found: findings.Findings) -> findings.Statement | None:
    """Whether there is room. Without a plan nothing is known of what would be asked for."""
    if found.plan is None:
        return None
    if found.pods is not None and found.pods.reason == findings.UNSCHEDULABLE:
        return findings.Statement(findings.CAPACITY, "False", findings.UNSCHEDULABLE, found.pods.message)
    spec, strategy = found.plan.spec, found.plan.replacement.strategy
    asked = f"{spec.accelerator.count} free {spec.accelerator.resource}"
    if strategy == rollouts.IN_PLACE:
        words = f"no node had {asked} when this spec came: in a rollout an old pod goes before its successor comes"
        return findings.Statement(findings.CAPACITY, "False", findings.NONE_FREE, words)
    if strategy == rollouts.SURGE:
        words = f"a node had {asked} when this spec came: in a rollout new pods come before old ones go"
        return findings.Statement(findings.CAPACITY, "True", findings.FREE, words)
    return findings.Statement(findings.CAPACITY, "True", findings.ENOUGH, "no pod waits for room")
