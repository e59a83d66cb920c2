"""What would change, in words and as a unified diff. Pure; for `kubeocr diff`."""

import dataclasses
import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from kubeocr_operator import kinds, store

Object = Mapping[str, Any]
SERVER_SIDE = frozenset({"managedFields", "resourceVersion", "generation", "creationTimestamp", "selfLink"})
"""Metadata that only the API server writes."""
_RANDOM = frozenset({"uid", "controller-uid", "batch.kubernetes.io/controller-uid"})
"""Drawn anew for every dry run, wherever they stand."""
_ALLOCATED = frozenset({"clusterIP", "clusterIPs"})
"""Drawn when a Service is really created."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """An object before and after; None where it is not there."""

    kind: kinds.Kind
    before: Object | None
    after: Object | None

    @property
    def name(self) -> str:
        """'Deployment reader'."""
        return f"{self.kind.kind} {self._one['metadata']['name']}"

    @property
    def lines(self) -> tuple[str, ...]:
        """The unified diff; empty where nothing that a person wrote would differ."""
        metadata = self._one["metadata"]
        path = f"{metadata['namespace']}/{self.kind.plural}/{metadata['name']}"
        new = self.before is None
        return tuple(
            difflib.unified_diff(
                _text(self.before, new=new), _text(self.after, new=new), lineterm="",
                fromfile="/dev/null" if new else f"live/{path}",
                tofile="/dev/null" if self.after is None else f"applied/{path}",
            )
        )  # fmt: skip

    @property
    def restarts(self) -> bool:
        """Whether running pods would be replaced."""
        if self.kind != kinds.DEPLOYMENT or self.before is None or self.after is None:
            return False
        before, after = _clean(self.before), _clean(self.after)
        running = before["spec"].get("replicas", 1) and after["spec"].get("replicas", 1)
        return bool(running) and before["spec"]["template"] != after["spec"]["template"]

    @property
    def _one(self) -> Object:
        found = self.before or self.after
        assert found is not None, "a change of nothing"  # noqa: S101 - for the type checker
        return found


def verdict(found: Sequence[Change]) -> str:
    """All changes of a service in a line: how many objects, and whether pods restart."""
    if not found:
        return "no difference"
    counts = {
        "changed": sum(change.before is not None and change.after is not None for change in found),
        "created": sum(change.before is None for change in found),
        "deleted": sum(change.after is None for change in found),
    }
    objects = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    restarted = [change.name for change in found if change.restarts]
    return f"{objects}; " + (f"pods restart: {', '.join(restarted)}" if restarted else "no pod restarts")


def _text(obj: Object | None, *, new: bool) -> list[str]:
    if obj is None:
        return []
    return yaml.safe_dump(_clean(obj, new=new), allow_unicode=True, width=1000).splitlines()


def _clean(obj: Object, *, new: bool = False) -> dict[str, Any]:
    """An object without its status, and without what only the API server writes."""
    metadata = {name: value for name, value in obj["metadata"].items() if name not in SERVER_SIDE}
    annotations = {name: value for name, value in metadata.pop("annotations", {}).items() if name != store.LAST_APPLIED}
    metadata |= {"annotations": annotations} if annotations else {}
    kept = {name: value for name, value in obj.items() if name != "status"}
    found: dict[str, Any] = dict(_without({**kept, "metadata": metadata}, _RANDOM | _ALLOCATED if new else _RANDOM))
    return found


def _without(node: Any, dropped: frozenset[str]) -> Any:
    if isinstance(node, Mapping):
        return dict(_kept(node, dropped))
    return [_without(item, dropped) for item in node] if isinstance(node, list) else node


def _kept(node: Mapping[str, Any], dropped: frozenset[str]) -> Iterator[tuple[str, Any]]:
    yield from ((name, _without(value, dropped)) for name, value in node.items() if name not in dropped)
