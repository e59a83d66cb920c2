"""What the cluster told last: OCRServices and their children, fed by the watches, by listings and by the answers to our writes.

It spares the API server a read per child and reconcile, and it tells what is news: the echo of our own write is not. Objects
lie there as compressed JSON, without what nothing here reads: thousands of services are many dicts.
"""

import collections
import dataclasses
import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from kubeocr_contract import names
from kubeocr_operator import kinds, workqueue

Object = Mapping[str, Any]
_METADATA = ("name", "namespace", "uid", "resourceVersion", "generation", "deletionTimestamp", "labels", "ownerReferences")
_SCALERS = frozenset(kind.kind for kind in kinds.SCALERS)
_ASKED_OF_SCALERS = frozenset({"ScalingActive", "Ready", "HPAActive"})
"""The conditions of an autoscaler that are read here. It writes figures every few seconds, which are nobody's news."""
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_REMEMBERED_DELETIONS = 4096
"""Enough that the answer to a write cannot bring back what a watch saw deleted meanwhile."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Entry:
    version: int
    owner: workqueue.Key | None
    """The OCRService that its label names."""
    packed: bytes


class Store:
    """The newest known state of each object."""

    def __init__(self) -> None:
        self._entries: dict[kinds.Kind, dict[workqueue.Key, _Entry]] = collections.defaultdict(dict)
        self._owned: dict[workqueue.Key, set[tuple[kinds.Kind, workqueue.Key]]] = {}
        self._deleted: collections.OrderedDict[tuple[kinds.Kind, workqueue.Key], int] = collections.OrderedDict()

    def get(self, kind: kinds.Kind, key: workqueue.Key) -> Object | None:
        """An object without what `pack` leaves out; None where none is known."""
        entry = self._entries[kind].get(key)
        return None if entry is None else unpack(entry.packed)

    def keys(self, kind: kinds.Kind) -> tuple[workqueue.Key, ...]:
        """The objects of a kind."""
        return tuple(self._entries[kind])

    def children(self, owner: workqueue.Key, only: kinds.Kind | None = None) -> tuple[tuple[kinds.Kind, Object], ...]:
        """All that carries an OCRService's label, or what of it is of one kind; in no order."""
        wanted = (entry for entry in self._owned.get(owner, ()) if only is None or entry[0] == only)
        return tuple((kind, found) for kind, key in wanted if (found := self.get(kind, key)) is not None)

    def put(self, kind: kinds.Kind, obj: Object) -> bool:
        """Takes in what is newer than what is known; whether it was, and an autoscaler said more than figures."""
        key, version = key_of(obj), version_of(obj)
        known = self._entries[kind].get(key)
        newest = max(known.version if known else -1, self._deleted.get((kind, key), -1))
        if version <= newest:
            return False
        owner = owner_of(obj)
        if known is not None and known.owner != owner:
            self._disown(kind, key, known)
        if owner is not None:
            self._owned.setdefault(owner, set()).add((kind, key))
        self._entries[kind][key] = _Entry(version, owner, pack(obj))
        return known is None or kind not in kinds.SCALERS or _told(known.packed) != _told(self._entries[kind][key].packed)

    def drop(self, kind: kinds.Kind, obj: Object) -> bool:
        """Takes note of a deletion, unless the object is known to have come back; whether it was known."""
        key, version = key_of(obj), version_of(obj)
        known = self._entries[kind].get(key)
        if known is not None and known.version > version:
            return False
        self._bury(kind, key, version)
        if known is not None:
            self._forget(kind, key)
        return known is not None

    def keep(
        self, kind: kinds.Kind, listed: Iterable[workqueue.Key], *, version: int, namespace: str | None = None
    ) -> tuple[workqueue.Key, ...]:
        """Drops what a whole listing of that resourceVersion, of one namespace or of all, did not have.

        The keys of the OCRServices that this is news to.
        """
        there = frozenset(listed)
        entries = self._entries[kind]
        within = (key for key in entries if namespace is None or key.namespace == namespace)
        gone = tuple(key for key in within if key not in there and entries[key].version <= version)
        owners = tuple(entries[key].owner or key for key in gone)
        for key in gone:
            self._bury(kind, key, version)
            self._forget(kind, key)
        return owners

    def forget(self, kind: kinds.Kind, namespace: str | None = None) -> tuple[workqueue.Key, ...]:
        """Drops all of a kind, as if there had never been any. The OCRServices that this is news to."""
        gone = tuple(key for key in self._entries[kind] if namespace is None or key.namespace == namespace)
        owners = tuple(self._entries[kind][key].owner or key for key in gone)
        for key in gone:
            self._forget(kind, key)
        return owners

    def _forget(self, kind: kinds.Kind, key: workqueue.Key) -> None:
        self._disown(kind, key, self._entries[kind].pop(key))

    def _disown(self, kind: kinds.Kind, key: workqueue.Key, entry: _Entry) -> None:
        if entry.owner is None:
            return
        owned = self._owned[entry.owner]
        owned.discard((kind, key))
        if not owned:
            del self._owned[entry.owner]

    def _bury(self, kind: kinds.Kind, key: workqueue.Key, version: int) -> None:
        self._deleted[kind, key] = version
        self._deleted.move_to_end((kind, key))
        if len(self._deleted) > _REMEMBERED_DELETIONS:
            self._deleted.popitem(last=False)


def key_of(obj: Object) -> workqueue.Key:
    """Where an object is."""
    return workqueue.Key(obj["metadata"]["namespace"], obj["metadata"]["name"])


def owner_of(obj: Object) -> workqueue.Key | None:
    """The OCRService that a child's label names; None where it has no such label."""
    name = obj["metadata"].get("labels", {}).get(names.LABEL_OWNER)
    return workqueue.Key(obj["metadata"]["namespace"], name) if name else None


def version_of(obj: Object) -> int:
    """The resourceVersion, which grows within a kind (https://kubernetes.io/docs/reference/using-api/api-concepts/)."""
    return int(obj["metadata"]["resourceVersion"])


def pack(obj: Object) -> bytes:
    """What a reconcile may need of an object, in few bytes."""
    return zlib.compress(json.dumps(slim(obj), separators=(",", ":")).encode(), level=1)


def unpack(packed: bytes) -> Object:
    """The object that was packed."""
    found: dict[str, Any] = json.loads(zlib.decompress(packed))
    return found


def slim(obj: Object) -> Object:
    """An object without what nothing here reads: of managedFields it has our own applies only."""
    metadata = obj["metadata"]
    annotations = {name: text for name, text in metadata.get("annotations", {}).items() if name != LAST_APPLIED}
    ours = [entry for entry in metadata.get("managedFields", ()) if _ours(entry)]
    kept = {name: metadata[name] for name in _METADATA if name in metadata}
    whole = {**obj, "metadata": {**kept, "annotations": annotations, "managedFields": ours}}
    return whole if obj.get("kind") not in _SCALERS or "status" not in obj else {**whole, "status": _of_scaler(obj["status"])}


def _of_scaler(status: Object) -> Object:
    asked = (said for said in status.get("conditions", ()) if said["type"] in _ASKED_OF_SCALERS)
    return {"conditions": [{name: text for name, text in said.items() if name != "lastTransitionTime"} for said in asked]}


def _told(packed: bytes) -> Object:
    """An object without what changes with every write."""
    obj = unpack(packed)
    return {**obj, "metadata": {name: value for name, value in obj["metadata"].items() if name != "resourceVersion"}}


def _ours(entry: Object) -> bool:
    return entry.get("manager") == names.FIELD_MANAGER and entry.get("operation") == "Apply" and "subresource" not in entry
