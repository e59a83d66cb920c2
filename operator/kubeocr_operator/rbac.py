"""What the operator may do, derived from kinds.py. `python -m kubeocr_operator.rbac` prints it as the chart has it."""

import sys
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import yaml

from kubeocr_operator import kinds

_EVERY = tuple(found for found in vars(kinds).values() if isinstance(found, kinds.Kind))


def rules() -> list[dict[str, Any]]:
    """In every namespace that is served: PolicyRules of a ClusterRole, or of a Role in each."""
    return _rules(kind for kind in _EVERY if kind.namespaced and kind != kinds.LEASE)


def cluster_rules() -> list[dict[str, Any]]:
    """Beyond namespaces: PolicyRules of a ClusterRole. An operator held to namespaces does without: auto then means cpu."""
    return _rules(kind for kind in _EVERY if not kind.namespaced)


def lease_rules() -> list[dict[str, Any]]:
    """In the operator's own namespace: PolicyRules of a Role."""
    return _rules((kinds.LEASE,))


def _rules(served: Iterable[kinds.Kind]) -> list[dict[str, Any]]:
    """One rule for each group and set of verbs."""
    found: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for kind in served:
        found[kind.group, tuple(sorted(kind.verbs))].append(kind.plural)
        for subresource, verbs in (("status", kind.status_verbs), ("scale", kind.scale_verbs)):
            if verbs:
                found[kind.group, tuple(sorted(verbs))].append(f"{kind.plural}/{subresource}")
    return [
        {"apiGroups": [group], "resources": sorted(resources), "verbs": list(verbs)}
        for (group, verbs), resources in sorted(found.items())
    ]


def main() -> None:
    """Prints the three lists as YAML."""
    every = {"rules": rules(), "clusterRules": cluster_rules(), "leaseRules": lease_rules()}
    yaml.safe_dump(every, sys.stdout, sort_keys=False)


if __name__ == "__main__":
    main()
