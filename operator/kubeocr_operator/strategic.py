"""The strategic merge of a PodTemplateSpec, as `kubectl patch --type=strategic` does it. Pure; called by objects/deployment.py.

Maps are merged key by key, a null takes a key away, the lists in `MERGE_KEYS` are merged item by item, every other list is
replaced as a whole. `$patch: delete` and `$patch: replace` say otherwise for a map or a list's item, `$retainKeys` names all
keys of a map that stay.
https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
"""

import collections
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

Object = dict[str, Any]
MERGE_KEYS: Mapping[str, str] = {
    "containers": "name",
    "env": "name",
    "ephemeralContainers": "name",
    "hostAliases": "ip",
    "imagePullSecrets": "name",
    "initContainers": "name",
    "ports": "containerPort",
    "resourceClaims": "name",
    "schedulingGates": "name",
    "topologySpreadConstraints": "topologyKey",
    "volumeDevices": "devicePath",
    "volumeMounts": "mountPath",
    "volumes": "name",
}
"""Lists of a PodTemplateSpec with patchStrategy merge, and their patchMergeKey (k8s.io/api v0.36.4, core/v1/types.go)."""
_PATCH, _RETAIN = "$patch", "$retainKeys"
_DELETE, _REPLACE = "delete", "replace"


def merge(original: Mapping[str, Any], patch: Mapping[str, Any]) -> Object:
    """A new map: `original` as `patch`, in which `problems` finds none, would have it."""
    if _PATCH in patch:
        return _clean(patch) if patch[_PATCH] == _REPLACE else {}
    retained = patch.get(_RETAIN)
    merged = {name: value for name, value in original.items() if retained is None or name in retained}
    for name, value in patch.items():
        if value is None or _dropped(name, value, merged):
            merged.pop(name, None)
        elif name != _RETAIN:
            merged[name] = _value(name, merged.get(name), value)
    return merged


def problems(patch: object, path: str = "") -> Iterator[str]:
    """What keeps a patch from being merged, each with the path of it."""
    if isinstance(patch, Mapping):
        yield from _wrong_directives(patch, path)
        for name, value in patch.items():
            below = f"{path}.{name}" if path else name
            if name in MERGE_KEYS:
                yield from _wrong_items(value, MERGE_KEYS[name], below)
            if not name.startswith("$"):
                yield from problems(value, below)
    elif isinstance(patch, list):
        for index, item in enumerate(patch):
            yield from problems(item, f"{path}[{index}]")


def _dropped(name: str, value: object, merged: Mapping[str, Any]) -> bool:
    """Whether a patch takes away what is not there."""
    return isinstance(value, Mapping) and value.get(_PATCH) == _DELETE and name not in merged


def _value(name: str, old: object, new: object) -> Any:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return merge(old, new)
    if isinstance(new, list) and name in MERGE_KEYS:
        return _items(old if isinstance(old, list) else [], new, MERGE_KEYS[name])
    return _clean(new)


def _items(old: Sequence[Object], new: Sequence[Object], key: str) -> list[Object]:
    """A list that is merged by a key which no two of the old items share."""
    wanted = [item for item in new if _PATCH not in item]
    if any(item.get(_PATCH) == _REPLACE for item in new):
        return [_clean(item) for item in wanted]
    deleted = [item[key] for item in new if item.get(_PATCH) == _DELETE]
    merged = {item[key]: item for item in old if item[key] not in deleted}
    before = list(merged)
    for item in wanted:
        merged[item[key]] = merge(merged.get(item[key], {}), item)
    return [merged[name] for name in _ordered(before, [item[key] for item in wanted])]


def _ordered(old: Sequence[object], new: Iterable[object]) -> Iterator[object]:
    """All of both, each in its order; where that leaves a choice, what is new comes first."""
    place = {name: index for index, name in enumerate(old)}
    patched = collections.deque(dict.fromkeys(new))
    rest = collections.deque(name for name in old if name not in patched)
    while patched and rest:
        later = place[rest[0]] < place.get(patched[0], 0)
        yield (rest if later else patched).popleft()
    yield from (*patched, *rest)


def _clean(value: Any) -> Any:
    """Without nulls and directives."""
    if isinstance(value, Mapping):
        return {name: _clean(found) for name, found in value.items() if found is not None and not name.startswith("$")}
    return [_clean(item) for item in value] if isinstance(value, list) else value


def _wrong_directives(patch: Mapping[str, Any], path: str) -> Iterator[str]:
    place = path or "it"
    unknown = [name for name in patch if name.startswith("$") and name not in {_PATCH, _RETAIN}]
    if unknown:
        yield f"{place} has {', '.join(unknown)}: the directives are {_PATCH} and {_RETAIN}"
    if patch.get(_PATCH, _DELETE) not in {_DELETE, _REPLACE}:
        yield f"{place}.{_PATCH} must be {_DELETE} or {_REPLACE}, not {patch[_PATCH]!r}"
    retained = patch.get(_RETAIN, [])
    given = [name for name, value in patch.items() if value is not None and not name.startswith("$")]
    if not isinstance(retained, list) or (_RETAIN in patch and not set(given) <= set(map(str, retained))):
        yield f"{place}.{_RETAIN} must be a list with at least what is given besides it: {', '.join(given)}"


def _wrong_items(items: object, key: str, path: str) -> Iterator[str]:
    if items is None:
        return
    if not isinstance(items, list):
        yield f"{path} must be a list"
        return
    for index, item in enumerate(items):
        if not isinstance(item, Mapping):
            yield f"{path}[{index}] must be an object"
        elif item.get(_PATCH) != _REPLACE and not isinstance(item.get(key), str | int):
            yield f"{path}[{index}] needs {key}, by which it is merged"
