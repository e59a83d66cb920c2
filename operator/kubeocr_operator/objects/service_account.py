"""The account that the pods run under: it may do nothing, and its token is not mounted."""

from collections.abc import Iterator
from typing import Any

from kubeocr_contract import names
from kubeocr_operator import kinds, plans
from kubeocr_operator.objects import metadata


def build(plan: plans.Plan) -> Iterator[dict[str, Any]]:
    """A ServiceAccount. Not by the service's own name: an account of an application's name is likely to be there."""
    account = metadata.build(kinds.SERVICE_ACCOUNT, plan.owner, part=names.COMPONENT)
    yield {**account, "automountServiceAccountToken": False}
