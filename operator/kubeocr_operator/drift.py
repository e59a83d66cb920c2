"""Whether a live object is what we want it to be, so that nothing is sent when nothing changed. Pure.

An object is as wanted when (a) all that is wanted is there and (b) our field manager owns nothing that is no longer wanted.
What others own beside that is theirs. This is what a server-side apply would decide, without asking the server.
https://kubernetes.io/docs/reference/using-api/server-side-apply/
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeGuard

from kubeocr_contract import names
from kubeocr_operator import quantities

_MERGE_KEYS = {
    "containers": ("name",),
    "env": ("name",),
    "groups": ("name",),
    "imagePullSecrets": ("name",),
    "ownerReferences": ("uid",),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
    "volumeMounts": ("mountPath",),
    "volumes": ("name",),
}
"""Lists that the API merges by key, whose order and further items are not ours (x-kubernetes-list-map-keys in its OpenAPI)."""
_WHOLE = frozenset({"selector", "labelSelector", "nodeSelector", "podSelector", "ingress", "egress"})
"""What the API takes as one value (x-kubernetes-map-type or list-type: atomic) and where more than ours does harm: a key beside
ours in a selector, and a Service leads nowhere; one in a NetworkPolicy's peer, and it lets everybody in."""
_PORT_KEYS = (("containerPort", "protocol"), ("port", "protocol"))
_QUANTITIES = frozenset({"requests", "limits", "sizeLimit"})
"""Fields whose values the API server rewrites: 1000m comes back as 1."""


def differences(desired: Mapping[str, Any], live: Mapping[str, Any]) -> tuple[str, ...]:
    """Paths of what is wanted and not there, or there by us and no longer wanted; empty where nothing is to be sent."""
    owned = _owned(live)
    if owned is None:
        return ("metadata.managedFields",)
    return (*_lacking(desired, live, ()), *_surplus(owned, desired, ()))


def _owned(live: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The fields that our server-side applies own, as a fieldsV1 tree; None where we never applied."""
    for entry in live["metadata"].get("managedFields", ()):
        if entry.get("manager") == names.FIELD_MANAGER and entry.get("operation") == "Apply" and "subresource" not in entry:
            fields: Mapping[str, Any] = entry["fieldsV1"]
            return fields
    return None


def _lacking(desired: object, live: object, path: tuple[str, ...]) -> Iterator[str]:
    whole = bool(_WHOLE & set(path[-1:]))
    if isinstance(desired, dict) and isinstance(live, dict) and not whole:
        for name, value in desired.items():
            yield from _lacking(value, live.get(name), (*path, name))
    elif _is_list(desired) and _is_list(live) and not whole:
        yield from _lacking_items(desired, live, path)
    elif not _same(desired, live, path):
        yield ".".join(path)


def _lacking_items(desired: Sequence[Any], live: Sequence[Any], path: tuple[str, ...]) -> Iterator[str]:
    keys = _merge_keys(desired, path)
    if not keys and len(desired) != len(live):
        yield ".".join(path)
        return
    for index, item in enumerate(desired):
        found = next((x for x in live if _identity(x, keys) == _identity(item, keys)), None) if keys else live[index]
        label = "/".join(str(part) for part in _identity(item, keys)) if keys else str(index)
        yield from _lacking(item, found, (*path[:-1], f"{path[-1]}[{label}]"))


def _surplus(owned: Mapping[str, Any], desired: object, path: tuple[str, ...]) -> Iterator[str]:
    """Walks a fieldsV1 tree: `f:` a field, `k:` a list's item by its keys, `v:` a set's item, `.` the thing itself."""
    for step, below in owned.items():
        if step == ".":
            continue
        found, label = _step(step, desired)
        below_path = (*path, label) if step.startswith("f:") else (*path[:-1], f"{path[-1]}[{label}]")
        if found is None:
            yield ".".join(below_path)
        else:
            yield from _surplus(below, found, below_path)


def _step(step: str, desired: object) -> tuple[Any, str]:
    """What a step of a fieldsV1 tree leads to, None where that is not wanted; and a name for it."""
    kind, _, text = step.partition(":")
    if kind == "f":
        return (desired.get(text) if isinstance(desired, dict) else None), text
    wanted = json.loads(text)
    items = desired if _is_list(desired) else ()
    if kind == "k":
        found = next((x for x in items if isinstance(x, dict) and all(x.get(k) == v for k, v in wanted.items())), None)
        return found, "/".join(str(value) for value in wanted.values())
    return (wanted if wanted in items else None), str(wanted)


def _merge_keys(items: Sequence[Any], path: tuple[str, ...]) -> tuple[str, ...]:
    name = path[-1] if path else ""
    if name == "ports":
        return next((keys for keys in _PORT_KEYS if items and keys[0] in items[0]), ())
    return _MERGE_KEYS.get(name, ())


def _identity(item: object, keys: tuple[str, ...]) -> tuple[object, ...]:
    return tuple(item.get(key) for key in keys) if isinstance(item, dict) else (item,)


def _same(desired: object, live: object, path: tuple[str, ...]) -> bool:
    if desired == live:
        return True
    texts = isinstance(desired, str) and isinstance(live, str)
    return texts and bool(_QUANTITIES & set(path[-2:])) and _equal_quantities(str(desired), str(live))


def _equal_quantities(one: str, other: str) -> bool:
    return quantities.valid(one) and quantities.valid(other) and quantities.parse(one) == quantities.parse(other)


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)
