"""Whether a live object is what we want it to be, so that nothing is sent when nothing changed. Pure.

An object is as wanted when (a) all that is wanted is there and (b) our field manager owns nothing that is no longer wanted.
What others own beside that is theirs. This is what a server-side apply would decide, without asking the server.
https://kubernetes.io/docs/reference/using-api/server-side-apply/
"""

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeGuard

from kubeocr_contract import names
from kubeocr_operator import quantities

Step = str | int | tuple[tuple[str, object], ...]
"""A field's name, an index into a list that is one value, or the keys of an item of a list that is merged, by their names."""
Path = tuple[Step, ...]
Fields = Mapping[str, Any]
"""A fieldsV1 tree: `f:` a field, `k:` a list's item by its keys, `v:` a set's item, `.` the thing itself; empty for a whole."""

_MERGE_KEYS = {
    "claims": ("name",),
    "containers": ("name",),
    "env": ("name",),
    "ephemeralContainers": ("name",),
    "groups": ("name",),
    "hostAliases": ("ip",),
    "imagePullSecrets": ("name",),
    "initContainers": ("name",),
    "ownerReferences": ("uid",),
    "resourceClaims": ("name",),
    "schedulingGates": ("name",),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
    "volumeDevices": ("devicePath",),
    "volumeMounts": ("mountPath",),
    "volumes": ("name",),
}
"""Lists that the API merges by key, whose order and further items are not ours (x-kubernetes-list-map-keys in its OpenAPI)."""
_WHOLE = frozenset({"selector", "labelSelector", "nodeSelector", "podSelector", "ingress", "egress"})
"""What the API takes as one value (x-kubernetes-map-type or list-type: atomic) and where more than ours does harm: a key beside
ours in a selector, and a Service leads nowhere; one in a NetworkPolicy's peer, and it lets everybody in."""
_PORT_KEYS = (("containerPort", "protocol"), ("port", "protocol"))
_KEY_DEFAULTS = {"protocol": "TCP"}
"""Keys that an item may leave out (default in the OpenAPI)."""
_QUANTITIES = frozenset({"requests", "limits", "sizeLimit", "divisor", "overhead"})
"""Fields whose values the API server rewrites: 1000m comes back as 1."""


def paths(desired: Mapping[str, Any], live: Mapping[str, Any]) -> tuple[Path, ...]:
    """What is wanted and not there, or there by us and no longer wanted; empty where nothing is to be sent."""
    owned = owned_by_us(live)
    if owned is None:
        return (("metadata", "managedFields"),)
    return (*_lacking(desired, live, owned, ()), *_surplus(owned, desired, ()))


def label(path: Path) -> str:
    """A path as a person reads it: `spec.template.spec.containers[runtime].image`."""
    return "".join(f".{step}" if isinstance(step, str) else f"[{_item_label(step)}]" for step in path).removeprefix(".")


def owned_by_us(live: Mapping[str, Any]) -> Fields | None:
    """The fields that our server-side applies own; None where we never applied."""
    for entry in live["metadata"].get("managedFields", ()):
        if entry.get("manager") == names.FIELD_MANAGER and entry.get("operation") == "Apply" and "subresource" not in entry:
            fields: Fields = entry["fieldsV1"]
            return fields
    return None


def below(owned: Fields | None, step: Step) -> Fields | None:
    """What is owned at a step further down: all of it below what is owned as a whole, None where nothing is."""
    if not owned:
        return owned
    if isinstance(step, str):
        return owned.get(f"f:{step}")
    return next((found for text, found in owned.items() if text.startswith("k:") and _keys(text) == step), None)


def _lacking(desired: object, live: object, owned: Fields | None, path: Path) -> Iterator[Path]:
    """Goes down where both have the same shape. What is not as wanted and no longer ours was replaced by somebody as a whole.

    That cannot be of an object's first level; and nobody owns a name, which may be all that is wanted of its metadata.
    """
    taken = owned is None and len(path) > 1 and live is not None and desired != live
    whole = bool(_WHOLE & set(path[-1:])) or (taken and isinstance(desired, dict | list))
    if isinstance(desired, dict) and isinstance(live, dict) and not whole:
        for name, value in desired.items():
            yield from _lacking(value, live.get(name), below(owned, name), (*path, name))
    elif _is_list(desired) and _is_list(live) and not whole:
        yield from _lacking_items(desired, live, owned, path)
    elif not _same(desired, live, path) and not _left_out(desired, live, owned):
        yield path


def _lacking_items(desired: Sequence[Any], live: Sequence[Any], owned: Fields | None, path: Path) -> Iterator[Path]:
    keys = _merge_keys(desired, path)
    if not keys and len(desired) != len(live):
        yield path
        return
    steps: Sequence[Step] = [_identity(item, keys) for item in desired] if keys else range(len(desired))
    there: Mapping[Step, Any] = {_identity(item, keys): item for item in live} if keys else dict(enumerate(live))
    for step, item in zip(steps, desired, strict=True):
        yield from _lacking(item, there.get(step), below(owned, step), (*path, step))


def _left_out(desired: object, live: object, owned: Fields | None) -> bool:
    """Whether the API server leaves out what it was sent, as it does with much that is false or empty (Go's omitempty).

    That it is ours still tells this from what somebody took away; but an empty list of items with keys is nobody's.
    """
    return live is None and not desired and (owned is not None or desired == [])


def _surplus(owned: Fields, desired: object, path: Path) -> Iterator[Path]:
    for text, further in owned.items():
        if text == ".":
            continue
        found, step = _step(text, desired)
        if found is None:
            yield (*path, step)
        else:
            yield from _surplus(further, found, (*path, step))


def _step(text: str, desired: object) -> tuple[Any, Step]:
    """What a step of a fieldsV1 tree leads to, None where that is not wanted."""
    kind, _, rest = text.partition(":")
    if kind == "f":
        return (desired.get(rest) if isinstance(desired, dict) else None), rest
    items = desired if _is_list(desired) else ()
    if kind == "k":
        wanted = _keys(text)
        keys = tuple(name for name, _ in wanted)
        return next((item for item in items if isinstance(item, dict) and _identity(item, keys) == wanted), None), wanted
    value = json.loads(rest)
    return (value if value in items else None), (("", value),)


@functools.lru_cache(maxsize=4096)
def _keys(text: str) -> tuple[tuple[str, object], ...]:
    """The keys of a `k:` step."""
    return tuple(json.loads(text.removeprefix("k:")).items())


def _merge_keys(items: Sequence[Any], path: Path) -> tuple[str, ...]:
    name = path[-1] if path else ""
    if name == "ports":
        return next((keys for keys in _PORT_KEYS if items and keys[0] in items[0]), ())
    return _MERGE_KEYS.get(name, ()) if isinstance(name, str) else ()


def _identity(item: Mapping[str, Any], keys: tuple[str, ...]) -> tuple[tuple[str, object], ...]:
    return tuple((key, item.get(key, _KEY_DEFAULTS.get(key))) for key in keys)


def _item_label(step: int | tuple[tuple[str, object], ...]) -> str:
    return str(step) if isinstance(step, int) else "/".join(str(value) for _, value in step)


def _same(desired: object, live: object, path: Path) -> bool:
    if desired == live:
        return True
    texts = isinstance(desired, str) and isinstance(live, str)
    return texts and bool(_QUANTITIES & set(path[-2:])) and _equal_quantities(str(desired), str(live))


def _equal_quantities(one: str, other: str) -> bool:
    return quantities.valid(one) and quantities.valid(other) and quantities.parse(one) == quantities.parse(other)


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)
