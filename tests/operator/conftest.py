"""Builders, a clock that a test turns, and an API server in memory that keeps the rules of server-side apply."""

import asyncio
import copy
import dataclasses
import datetime as dt
import itertools
import json
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from typing import Any

import pytest

from kubeocr_contract import names
from kubeocr_operator import (
    cluster,
    config,
    devices,
    errors,
    events,
    inspections,
    kinds,
    reconcile,
    sightings,
    store,
    workqueue,
)
from kubeocr_operator.objects import metadata

_KEYS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "containers": (("name",),),
    "env": (("name",),),
    "imagePullSecrets": (("name",),),
    "initContainers": (("name",),),
    "ownerReferences": (("uid",),),
    "ports": (("containerPort", "protocol"), ("port", "protocol")),
    "topologySpreadConstraints": (("topologyKey", "whenUnsatisfiable"),),
    "volumeMounts": (("mountPath",),),
    "volumes": (("name",),),
}


@dataclasses.dataclass
class Clock:
    """Seconds that pass when a test says so."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


@dataclasses.dataclass
class FakeCluster:
    """Implements `cluster.Cluster` on dicts. `calls` has every (verb, kind) in order, `trouble` what the next ones meet."""

    known: store.Store
    items: dict[tuple[kinds.Kind, workqueue.Key], dict[str, Any]] = dataclasses.field(default_factory=dict)
    calls: list[tuple[str, kinds.Kind]] = dataclasses.field(default_factory=list)
    trouble: dict[tuple[str, kinds.Kind], errors.OperatorError] = dataclasses.field(default_factory=dict)
    posted: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    versions: Iterator[int] = dataclasses.field(default_factory=lambda: itertools.count(100))
    absent: Collection[kinds.Kind] = ()

    @property
    def writes(self) -> list[tuple[str, kinds.Kind]]:
        """The calls that changed something."""
        return [call for call in self.calls if call[0] not in {"get", "list"}]

    async def get(self, kind: kinds.Kind, key: workqueue.Key) -> dict[str, Any] | None:
        self._call("get", kind)
        return copy.deepcopy(self.items.get((kind, key)))

    async def pages(
        self, kind: kinds.Kind, *, namespace: str | None = None, labels: str = "", fields: str = ""
    ) -> AsyncIterator[cluster.Page]:
        self._call("list", kind)
        fitting = [
            obj
            for (of, key), obj in self.items.items()
            if of == kind and namespace in {None, key.namespace} and _selected(obj, labels)
        ]
        version = next(self.versions)
        for half in (fitting[: len(fitting) // 2], fitting[len(fitting) // 2 :]):
            yield cluster.Page(tuple(copy.deepcopy(half)), version)

    async def served(self, kind: kinds.Kind) -> bool:
        return kind not in self.absent

    async def apply(self, kind: kinds.Kind, obj: Mapping[str, Any], *, force: bool) -> dict[str, Any]:
        self._call("patch", kind)
        if "managedFields" in obj["metadata"]:
            raise errors.Refused("metadata.managedFields must be nil")
        key = store.key_of(obj)
        if (kind, key) in self.items and not force:
            raise errors.Conflict(f"{kind.kind} {key} is there")
        return copy.deepcopy(self.put(kind, _applied(self.items.get((kind, key)), obj)))

    async def apply_status(self, kind: kinds.Kind, obj: Mapping[str, Any]) -> dict[str, Any] | None:
        self._call("patch-status", kind)
        live = self.items.get((kind, store.key_of(obj)))
        if live is None:
            return None
        return copy.deepcopy(self.put(kind, {**live, "status": copy.deepcopy(obj["status"])}))

    async def scale(self, kind: kinds.Kind, obj: Mapping[str, Any], replicas: int) -> None:
        self._call("patch-scale", kind)
        live = self.items[kind, store.key_of(obj)]
        if live["metadata"]["resourceVersion"] != obj["metadata"]["resourceVersion"]:
            raise errors.Conflict("the object has been modified")
        self.put(kind, {**live, "spec": {**live["spec"], "replicas": replicas}})

    async def delete(self, kind: kinds.Kind, obj: Mapping[str, Any]) -> None:
        self._call("delete", kind)
        self.remove(kind, store.key_of(obj))

    async def create(self, kind: kinds.Kind, obj: Mapping[str, Any]) -> None:
        self._call("create", kind)
        self.posted.append(dict(obj))

    def put(self, kind: kinds.Kind, obj: Mapping[str, Any]) -> dict[str, Any]:
        """Stores an object as the API server does, and lets the watches tell."""
        key = store.key_of(obj)
        before = self.items.get((kind, key))
        metadata = {"uid": f"uid-{kind.plural}-{key.name}", **obj["metadata"], "resourceVersion": str(next(self.versions))}
        changed = before is None or before.get("spec") != obj.get("spec")
        metadata["generation"] = (before["metadata"]["generation"] if before else 0) + changed
        self.items[kind, key] = {**copy.deepcopy(dict(obj)), "metadata": copy.deepcopy(metadata)}
        if kind == kinds.OCR_SERVICE or names.LABEL_OWNER in metadata.get("labels", {}):
            self.known.put(kind, self.items[kind, key])
        return self.items[kind, key]

    def edit(self, kind: kinds.Kind, key: workqueue.Key, change: Callable[[dict[str, Any]], None]) -> None:
        """Somebody else changes an object: what they change is no longer ours."""
        before, after = self.items[kind, key], copy.deepcopy(self.items[kind, key])
        change(after)
        for entry in after["metadata"]["managedFields"]:
            entry["fieldsV1"] = _still_owned(entry["fieldsV1"], before, after)
        self.put(kind, after)

    def remove(self, kind: kinds.Kind, key: workqueue.Key) -> None:
        """An object goes, and the watches tell."""
        gone = self.items.pop((kind, key))
        gone["metadata"]["resourceVersion"] = str(next(self.versions))
        self.known.drop(kind, gone)

    def _call(self, verb: str, kind: kinds.Kind) -> None:
        self.calls.append((verb, kind))
        if error := self.trouble.get((verb, kind)):
            raise error


def _selected(obj: Mapping[str, Any], selector: str) -> bool:
    """Whether an object has a label, `name` or `name=value`."""
    name, _, value = selector.partition("=")
    found = obj["metadata"].get("labels", {})
    return not selector or (name in found and value in {"", found[name]})


def _applied(live: Mapping[str, Any] | None, obj: Mapping[str, Any]) -> dict[str, Any]:
    """What server-side apply makes of an object: merged, what we owned and no longer send removed, ownership noted."""
    owned = live["metadata"]["managedFields"][0]["fieldsV1"] if live and live["metadata"].get("managedFields") else {}
    fields = _fields({key: value for key, value in obj.items() if key not in {"apiVersion", "kind"}}, "")
    merged = _merged(_without(live or {}, owned, fields), obj, "")
    entry = {
        "manager": names.FIELD_MANAGER,
        "operation": "Apply",
        "apiVersion": "v1",
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
    }
    merged["metadata"]["managedFields"] = [entry]
    return dict(merged)


def _keys(items: Any, name: str) -> tuple[str, ...]:
    first = items[0] if isinstance(items, list) and items and isinstance(items[0], dict) else {}
    return next((keys for keys in _KEYS.get(name, ()) if set(keys) <= set(first)), ())


def _fields(value: Any, name: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return {f"f:{key}": _fields(below, key) for key, below in value.items() if (name, key) not in {("metadata", "name")}}
    keys = _keys(value, name)
    return {_label(item, keys): {".": {}, **_fields(item, "")} for item in value} if keys else {}


def _label(item: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    return "k:" + json.dumps({key: item[key] for key in keys}, separators=(",", ":"))


def _merged(live: Any, wanted: Any, name: str) -> Any:
    if isinstance(wanted, dict) and isinstance(live, dict):
        return {**live, **{key: _merged(live.get(key), value, key) for key, value in wanted.items()}}
    keys = _keys(wanted, name)
    if not keys or not isinstance(live, list):
        return copy.deepcopy(wanted)
    there = {_label(item, keys): item for item in live}
    sent = {_label(item, keys): item for item in wanted}
    return [_merged(there.get(label), item, "") for label, item in {**there, **sent}.items()]


def _without(live: Any, owned: Mapping[str, Any], fields: Mapping[str, Any]) -> Any:
    """An object without what we owned and send no more."""
    kept = copy.deepcopy(live)
    for step, below in owned.items():
        if step == "." or not step.startswith(("f:", "k:")):
            continue
        if step.startswith("f:") and isinstance(kept, dict) and step[2:] in kept:
            if step not in fields:
                del kept[step[2:]]
            else:
                kept[step[2:]] = _without(kept[step[2:]], below, fields[step])
        elif step.startswith("k:") and isinstance(kept, list) and step not in fields:
            kept = [item for item in kept if _label(item, tuple(json.loads(step[2:]))) != step]
    return kept


def _still_owned(owned: Mapping[str, Any], before: Any, after: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for step, below in owned.items():
        if step == ".":
            found[step] = {}
            continue
        old, new = _at(before, step), _at(after, step)
        if below and new is not None:
            found[step] = _still_owned(below, old, new)
        elif old == new:
            found[step] = below
    return found


def _at(value: Any, step: str) -> Any:
    if step.startswith("f:"):
        return value.get(step[2:]) if isinstance(value, dict) else None
    return next((item for item in value or () if _label(item, tuple(json.loads(step[2:]))) == step), None)


@dataclasses.dataclass
class Scene:
    """An API server with one service on it, and what reconciles it."""

    server: FakeCluster
    world: reconcile.World
    clock: Clock
    key: workqueue.Key

    async def settle(self) -> reconcile.Outcome:
        """One reconcile."""
        return await reconcile.reconcile(self.key, self.world)

    def child(self, kind: kinds.Kind) -> dict[str, Any]:
        """A child as it is."""
        return self.server.items[kind, self.where(kind)]

    def where(self, kind: kinds.Kind) -> workqueue.Key:
        """Where a child is."""
        part = names.COMPONENT if kind == kinds.SERVICE_ACCOUNT else ""
        return workqueue.Key(self.key.namespace, metadata.name(self.key.name, part))

    def there(self, kind: kinds.Kind) -> bool:
        """Whether a child is there."""
        return (kind, self.where(kind)) in self.server.items

    @property
    def status(self) -> dict[str, Any]:
        """The service's status."""
        return dict(self.server.items[kinds.OCR_SERVICE, self.key].get("status", {}))

    def condition(self, kind: str) -> tuple[str, str, str]:
        """Status, reason and message of a condition."""
        found = next(x for x in self.status["conditions"] if x["type"] == kind)
        return found["status"], found["reason"], found["message"]

    def spec(self, **changes: Any) -> None:
        """The user edits the spec."""
        body = self.server.items[kinds.OCR_SERVICE, self.key]
        self.server.put(kinds.OCR_SERVICE, {**body, "spec": {**body["spec"], **changes}})

    def pods(self, *, ready: int, updated: int | None = None) -> None:
        """The Deployment's controller reports."""
        live = self.child(kinds.DEPLOYMENT)
        counts = {"replicas": ready, "updatedReplicas": ready if updated is None else updated, "readyReplicas": ready}
        status = {**counts, "availableReplicas": ready, "observedGeneration": live["metadata"]["generation"]}
        self.server.put(kinds.DEPLOYMENT, {**live, "status": status})

    def told(self) -> list[str]:
        """Reasons of the events so far."""
        return [event["reason"] for event in self.server.posted]


def service(name: str = "docs", **spec: Any) -> dict[str, Any]:
    """An OCRService's body."""
    metadata = {"name": name, "namespace": "office", "uid": f"uid-{name}", "generation": 1, "resourceVersion": "1"}
    return {"apiVersion": names.API_VERSION, "kind": names.KIND, "metadata": metadata, "spec": spec}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def scene(clock: Clock) -> Callable[..., Scene]:
    """Makes a scene of a spec."""

    def make(*, defaults: config.Config | None = None, absent: Collection[kinds.Kind] = (), **spec: Any) -> Scene:
        known = store.Store()
        server = FakeCluster(known, absent=absent)
        body = server.put(kinds.OCR_SERVICE, service(**spec))

        def now() -> dt.datetime:
            return dt.datetime.fromtimestamp(clock.seconds, dt.UTC)

        world = reconcile.World(
            cluster=server,
            store=known,
            devices=devices.Devices(server, clock),
            sightings=sightings.Sightings(server, now),
            inspections=inspections.Inspections(lambda key: None),
            config=defaults or config.Config(),
            instance="test",
            served=lambda kind: kind not in absent,
            now=now,
            said=events.Memory(clock),
        )
        return Scene(server, world, clock, store.key_of(body))

    return make


@pytest.fixture
def body() -> Callable[..., dict[str, Any]]:
    """Makes the body of an OCRService."""
    return service


async def soon(holds: Callable[[], bool], seconds: float = 5.0) -> None:
    """Waits until something holds."""
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.01)
