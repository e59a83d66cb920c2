"""The account that the pods run under: it may do nothing, and its token is not mounted."""

from typing import Any

from kubeocr_operator import kinds, plans
from kubeocr_operator.objects import metadata


def build(plan: plans.Plan) -> dict[str, Any]:
    """A ServiceAccount."""
    return {**metadata.build(kinds.SERVICE_ACCOUNT, plan.owner), "automountServiceAccountToken": False}
