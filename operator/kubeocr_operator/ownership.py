"""Whose a child is that already has the wanted name. Pure; nothing is ever taken from somebody else."""

from collections.abc import Mapping
from typing import Any

from kubeocr_contract import names
from kubeocr_operator import plans


def objection(live: Mapping[str, Any], owner: plans.Owner) -> str | None:
    """Why an object is not ours to write, None where it is: we control it, or nobody does and it has our label."""
    metadata = live["metadata"]
    what = f"{live['kind']} {metadata['namespace']}/{metadata['name']}"
    controller = next((ref for ref in metadata.get("ownerReferences", ()) if ref.get("controller")), None)
    if controller is not None:
        return None if controller["uid"] == owner.uid else _controlled(what, controller, owner)
    if metadata.get("labels", {}).get(names.LABEL_OWNER) == owner.name:
        return None
    return f"{what} is there already and is not of this {names.KIND}: rename one of the two, or delete it"


def controls(owner: plans.Owner, live: Mapping[str, Any]) -> bool:
    """Whether the service made an object, and so may delete it: a label alone anybody can set."""
    return any(ref.get("controller") and ref["uid"] == owner.uid for ref in live["metadata"].get("ownerReferences", ()))


def going(live: Mapping[str, Any]) -> bool:
    """Whether an object is on its way out; its deletion will bring us back."""
    return "deletionTimestamp" in live["metadata"]


def _controlled(what: str, controller: Mapping[str, Any], owner: plans.Owner) -> str:
    if (controller["kind"], controller["name"]) == (names.KIND, owner.name):
        return f"{what} is still of an earlier {names.KIND} {owner.name}, and goes with it"
    return f"{what} belongs to {controller['kind']} {controller['name']}: rename one of the two, or delete it"
