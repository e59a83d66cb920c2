"""Names, labels and the owner reference of children."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from kubeocr_contract import names
from kubeocr_operator import kinds, plans


def name(owner: str, part: str = "") -> str:
    """The name of a child: the service's own, or with the part of it that the child is, such as ollama."""
    return f"{owner}-{part}" if part else owner


def labels(owner: str, component: str = names.COMPONENT) -> dict[str, str]:
    """Of every child and of the pods. No version among them: a new operator must not touch what runs."""
    return {
        **plans.labels(owner, component),
        names.LABEL_INSTANCE: owner,
        names.LABEL_COMPONENT: component,
        names.LABEL_MANAGED_BY: names.FIELD_MANAGER,
    }


def target(owner: plans.Owner) -> dict[str, str]:
    """The OCRService as that which an autoscaler scales: with one owner of the number, no hand-over can drop pods."""
    return {"apiVersion": names.API_VERSION, "kind": names.KIND, "name": owner.name}


def digest(content: object) -> str:
    """Five hexadecimal digits that differ where the content does, for the names of what cannot be changed, such as Jobs.

    More would not fit: a Job's name is a label's value, of 63 characters, and a service's may have 52 of them.
    """
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:5]


def labelled(obj: dict[str, Any], more: Mapping[str, str]) -> dict[str, Any]:
    """An object with labels that a user wants on it besides ours."""
    found = obj["metadata"]
    return {**obj, "metadata": {**found, "labels": {**more, **found["labels"]}}}


def build(
    kind: kinds.Kind,
    owner: plans.Owner,
    *,
    part: str = "",
    component: str = "",
    annotations: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """An object of a kind with its metadata. Deleting the service deletes it; it never holds that deletion up.

    `part` is empty for what makes up the runtime itself, and names any other part of the service; `component` is what its
    labels say where that differs.
    """
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
            "name": name(owner.name, part),
            "namespace": owner.namespace,
            "labels": labels(owner.name, component or part or names.COMPONENT),
            "ownerReferences": [reference],
            **({"annotations": dict(annotations)} if annotations else {}),
        },
    }
