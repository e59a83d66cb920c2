"""The claim for the models that the pods do not have in their own image, where the operator makes it. Pure."""

from collections.abc import Iterator
from typing import Any

from kubeocr_operator import kinds, model_plans, plans
from kubeocr_operator.objects import metadata


def build(plan: plans.Plan) -> Iterator[dict[str, Any]]:
    """A PersistentVolumeClaim. It stays when the spec no longer wants it."""
    made = plan.models.made
    if made is None:
        return
    chosen = {} if made.storage_class_name is None else {"storageClassName": made.storage_class_name}
    yield {
        **metadata.build(kinds.CLAIM, plan.owner, part=model_plans.CLAIM),
        "spec": {"accessModes": [made.access_mode], "resources": {"requests": {"storage": made.size}}, **chosen},
    }
