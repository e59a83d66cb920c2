"""Names, labels and the owner reference of children."""

from typing import Any

from kubeocr_contract import names
from kubeocr_operator import kinds, plans


def name(kind: kinds.Kind, owner: str) -> str:
    """As the service is called; but for the ServiceAccount, for an account of an application's own name is likely."""
    return f"{owner}-{names.COMPONENT}" if kind == kinds.SERVICE_ACCOUNT else owner


def labels(owner: str) -> dict[str, str]:
    """Of every child and of the pods. No version among them: a new operator must not touch what runs."""
    return {
        **plans.labels(owner),
        names.LABEL_INSTANCE: owner,
        names.LABEL_COMPONENT: names.COMPONENT,
        names.LABEL_MANAGED_BY: names.FIELD_MANAGER,
    }


def build(kind: kinds.Kind, owner: plans.Owner, annotations: dict[str, str] | None = None) -> dict[str, Any]:
    """An object of a kind with its metadata. Deleting the service deletes it; it never holds that deletion up."""
    reference = {
        "apiVersion": names.API_VERSION,
        "kind": names.KIND,
        "name": owner.name,
        "uid": owner.uid,
        "controller": True,
        "blockOwnerDeletion": False,
    }
    return {
        "apiVersion": kind.api_version,
        "kind": kind.kind,
        "metadata": {
            "name": name(kind, owner.name),
            "namespace": owner.namespace,
            "labels": labels(owner.name),
            "ownerReferences": [reference],
            **({"annotations": annotations} if annotations else {}),
        },
    }
