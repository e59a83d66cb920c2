"""What an apply of an OCRService would lead to: the operator's own reconcile, against an API server that keeps nothing.

Called by commands/diff.py. What a reconcile writes are drafts (drafts.py), and what it reads again are their answers. It runs
until it has nothing more to write: a hand-over between autoscalers takes two runs, and pods wait for a Job that bakes.
"""

import contextlib
import dataclasses
import datetime as dt
import itertools
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol

from kubeocr_contract import names
from kubeocr_operator import (
    changes,
    cluster,
    conditions,
    config,
    devices,
    drafts,
    errors,
    inspections,
    kinds,
    objects,
    ownership,
    plans,
    reconcile,
    sightings,
    store,
    transport,
    workqueue,
)
from kubeocr_operator.objects import bake_job

Object = Mapping[str, Any]
_RUNS = 5
_UNREAL_VERSION = 2**63
"""Above any real resourceVersion: a draft is news to the store."""
_NOT_SENT = changes.SERVER_SIDE | {"uid", "deletionTimestamp"}
"""Metadata that `kubectl get -o yaml` gives and an apply is better without."""


class Server(cluster.Cluster, Protocol):
    """Nothing but its reads is used."""

    async def served(self, kind: kinds.Kind) -> bool:
        """Whether the API server knows a kind."""
        ...


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Rehearsed:
    """What would change, the OCRService itself first, and what a user should know besides."""

    changes: tuple[changes.Change, ...]
    notes: tuple[str, ...]


class Rehearsal:
    """Implements `cluster.Cluster` for one service: reads what is there, or was drafted."""

    def __init__(self, server: Server, desk: drafts.Drafts) -> None:
        self.store = store.Store()
        self.drafted: dict[tuple[kinds.Kind, workqueue.Key], changes.Change] = {}
        self.writes = 0
        self._server, self._drafts = server, desk
        self._versions = itertools.count(_UNREAL_VERSION)

    @property
    def differing(self) -> tuple[changes.Change, ...]:
        """What differs, in the order of the writes."""
        return tuple(change for change in self.drafted.values() if change.lines)

    async def begin(self, body: Object, manager: str) -> None:
        """The user's part: the OCRService is applied, by their apply's rules."""
        kind, key, sent = kinds.OCR_SERVICE, store.key_of(body), _users(body)
        live = await self._server.get(kind, key)
        last = live["metadata"].get("annotations", {}).get(store.LAST_APPLIED) if live else None
        if last is None:
            after = await self._drafts.apply(kind, sent, manager=manager)
        else:
            after = await self._drafts.merge(kind, _three_way(json.loads(last), sent))
        self.store.put(kind, self._note(kind, live, after))

    async def load(self, kind: kinds.Kind, owner: workqueue.Key) -> None:
        """Takes in the children of a kind. Jobs count as done: what waits for them comes in the end."""
        labels = f"{names.LABEL_OWNER}={owner.name}"
        async for page in self._server.pages(kind, namespace=owner.namespace, labels=labels):
            for child in page.items:
                self.store.put(kind, _done(child) if kind == kinds.JOB else child)

    async def get(self, kind: kinds.Kind, key: workqueue.Key) -> Object | None:
        """An object as it was drafted, or as it is."""
        if (kind, key) in self.drafted:
            return self.drafted[kind, key].after
        return await self._server.get(kind, key)

    def pages(
        self, kind: kinds.Kind, *, namespace: str | None = None, labels: str = "", fields: str = ""
    ) -> AsyncIterator[cluster.Page]:
        """Objects as they are: of a reconcile's, nodes and pods."""
        return self._server.pages(kind, namespace=namespace, labels=labels, fields=fields)

    def watch(self, scope: cluster.Scope, version: int) -> contextlib.AbstractAsyncContextManager[AsyncIterator[cluster.Event]]:
        """No reconcile watches."""
        raise NotImplementedError

    async def apply(self, kind: kinds.Kind, obj: Object, *, force: bool) -> Object:
        """A draft of a child, made as cluster.py would write it."""
        before = await self.get(kind, store.key_of(obj))
        try:
            after = await self._drafts.apply(kind, obj)
        except transport.Invalid:
            if not force:
                raise
            after = await self._drafts.merge(kind, obj)
        return self._note(kind, before, _done(after) if kind == kinds.JOB else after)

    async def apply_status(self, kind: kinds.Kind, obj: Object) -> Object | None:
        """Nobody asked for a status."""
        return None

    async def scale(self, kind: kinds.Kind, obj: Object, replicas: int) -> None:
        """As the scale subresource would have it."""
        before = await self.get(kind, store.key_of(obj))
        assert before is not None, "a service is drafted before it is scaled"  # noqa: S101 - for the type checker
        self.store.put(kind, self._note(kind, before, {**before, "spec": {**before["spec"], "replicas": replicas}}))

    async def delete(self, kind: kinds.Kind, obj: Object) -> None:
        """The object counts as gone."""
        key = store.key_of(obj)
        self._remember(kind, key, changes.Change(kind=kind, before=obj, after=None))
        self.store.drop(kind, obj)

    async def create(self, kind: kinds.Kind, obj: Object) -> None:
        """Events are for what happened."""

    def _note(self, kind: kinds.Kind, before: Object | None, after: Object) -> Object:
        """Remembers a draft; the object as it is to be known from now on."""
        drafted = {**after, "metadata": {**after["metadata"], "resourceVersion": str(next(self._versions))}}
        self._remember(kind, store.key_of(after), changes.Change(kind=kind, before=before, after=drafted))
        return drafted

    def _remember(self, kind: kinds.Kind, key: workqueue.Key, change: changes.Change) -> None:
        self.writes += 1
        first = self.drafted.get((kind, key), change)
        self.drafted[kind, key] = dataclasses.replace(change, before=first.before)


async def rehearse(
    body: Object, server: Server, desk: drafts.Drafts, defaults: config.Config, manager: str = "kubectl"
) -> Rehearsed:
    """What applying `body` would lead to. Raises one of errors.py, also for what the operator would leave alone."""
    rehearsal, key = Rehearsal(server, desk), store.key_of(body)
    await rehearsal.begin(body, manager)
    for kind in kinds.CHILDREN:
        await rehearsal.load(kind, key)
    served = frozenset([kind for kind in kinds.OPTIONAL if await server.served(kind)])
    hidden = [note async for note in _load_optional(served, key, rehearsal)]
    world = _world(rehearsal, defaults, served)
    for _ in range(_RUNS):
        before = rehearsal.writes
        notes = await _run(key, world, rehearsal)
        if rehearsal.writes == before:
            break
    return Rehearsed(changes=rehearsal.differing, notes=(*hidden, *notes))


async def _load_optional(served: frozenset[kinds.Kind], key: workqueue.Key, rehearsal: Rehearsal) -> AsyncIterator[str]:
    """Whoever may edit Deployments need not be allowed to see these: then it is not known whether one would go."""
    for kind in sorted(served, key=lambda kind: kind.kind):
        try:
            await rehearsal.load(kind, key)
        except errors.Refused as error:
            yield f"{kind.kind}s are not looked at: {error}"


async def _run(key: workqueue.Key, world: reconcile.World, rehearsal: Rehearsal) -> tuple[str, ...]:
    """One reconcile; what there is to say about it."""
    body = rehearsal.store.get(kinds.OCR_SERVICE, key)
    if body is None or ownership.going(body):
        raise errors.Refused(f"{names.KIND} {key} is being deleted")
    decision = await reconcile.decide(body, world)
    if decision.plan is None:
        raise _stopped(key, decision.refusal)
    done = await reconcile.make_so(decision.plan, key, world) or reconcile.Done()
    if done.obstacle is not None:
        raise _stopped(key, done.obstacle)
    return (*_missing(decision.plan, done.missing), *_waiting(decision.plan, rehearsal))


def _missing(plan: plans.Plan, missing: tuple[kinds.Kind, ...]) -> tuple[str, ...]:
    left_out = (obj for obj in objects.desired(plan) if kinds.of(obj) in missing)
    return tuple(
        f"{obj['kind']} {obj['metadata']['name']}: left out, the cluster has no API {obj['apiVersion']}" for obj in left_out
    )


def _waiting(plan: plans.Plan, rehearsal: Rehearsal) -> tuple[str, ...]:
    name = bake_job.name(plan)
    new = name is not None and (kinds.JOB, workqueue.Key(plan.owner.namespace, name)) in rehearsal.drafted
    return (f"Deployment {plan.owner.name}: applied when Job {name} is done",) if new and plan.replicas else ()


def _stopped(key: workqueue.Key, trouble: conditions.Trouble | None) -> errors.Refused:
    """What keeps the operator from touching anything of a service."""
    return errors.Refused(f"{names.KIND} {key}: {trouble.message if trouble else 'there is no plan'}")


def _world(rehearsal: Rehearsal, defaults: config.Config, served: frozenset[kinds.Kind]) -> reconcile.World:
    def now() -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    return reconcile.World(
        cluster=rehearsal,
        store=rehearsal.store,
        devices=devices.Devices(rehearsal),
        sightings=sightings.Sightings(rehearsal, now),
        inspections=inspections.Inspections(lambda key: None),
        config=defaults,
        instance="rehearsal",
        served=lambda kind: kind in served,
        now=now,
    )


def _users(body: Object) -> dict[str, Any]:
    """An OCRService as its user sends it."""
    metadata = {name: value for name, value in body["metadata"].items() if name not in _NOT_SENT}
    annotations = {name: value for name, value in (metadata.get("annotations") or {}).items() if name != store.LAST_APPLIED}
    return {
        "apiVersion": body["apiVersion"],
        "kind": body["kind"],
        "metadata": {**metadata, "annotations": annotations},
        "spec": body.get("spec") or {},
    }


def _three_way(last: Object, sent: Object) -> dict[str, Any]:
    """The merge patch of a client-side `kubectl apply`: what was applied the last time and is no longer sent goes."""
    gone = {name: None for name in last if name not in sent and name != "status"}
    inner = {name: _three_way(last[name], value) for name, value in sent.items() if _are_maps(last.get(name), value)}
    return {**sent, **inner, **gone}


def _are_maps(one: object, other: object) -> bool:
    return isinstance(one, Mapping) and isinstance(other, Mapping)


def _done(job: Object) -> Object:
    return {**job, "status": {"conditions": [{"type": conditions.COMPLETE, "status": "True"}]}}
