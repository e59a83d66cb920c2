"""The story of one OCRService: what is wanted, what is there, what to do about it, and what to say. Called by workers.py.

It reads what the watches brought (store.py), writes only what differs, and can be run at any time and any number of times.
"""

import asyncio
import dataclasses
import datetime as dt
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from kubeocr_contract import names
from kubeocr_operator import (
    accelerators,
    cluster,
    conditions,
    config,
    devices,
    errors,
    events,
    handover,
    inspections,
    jobs,
    kinds,
    objects,
    ocrservices,
    ownership,
    plans,
    repairs,
    rollouts,
    sightings,
    store,
    waits,
    workqueue,
)

Object = Mapping[str, Any]
TAKEN_SECONDS = 60.0
"""When to look again whether a name is free: what is not ours is not watched."""
_ROUTES = (kinds.INGRESS, kinds.HTTP_ROUTE)
_LOG = logging.getLogger(__name__)


@dataclasses.dataclass(kw_only=True, slots=True)
class World:
    """What a reconcile works with."""

    cluster: cluster.Cluster
    store: store.Store
    devices: devices.Devices
    sightings: sightings.Sightings
    inspections: inspections.Inspections
    config: config.Config
    """Replaced when its file changes."""
    instance: str
    """Names this process in events."""
    served: Callable[[kinds.Kind], bool]
    """Whether the cluster has an optional API."""
    now: Callable[[], dt.datetime]
    said: events.Memory = dataclasses.field(default_factory=events.Memory)
    made: dict[workqueue.Key, int] = dataclasses.field(default_factory=dict)
    """A digest of the children that were last made, once all were: one that differs since was changed by somebody else."""


@dataclasses.dataclass(frozen=True, slots=True)
class Decision:
    """The plan, or why there is none: then nothing is touched, and what runs runs on."""

    plan: plans.Plan | None
    refusal: conditions.Trouble | None = None


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What became of the children."""

    repaired: tuple[repairs.Repair, ...] = ()
    missing: tuple[kinds.Kind, ...] = ()
    """Optional APIs that the spec needs and the cluster lacks."""
    obstacle: conditions.Trouble | None = None
    refused: errors.Refused | None = None


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """All that there is to say, but for the plan."""

    done: Done
    pods: conditions.Trouble | None
    """What pods that do not get on say of themselves."""
    jobs: tuple[conditions.Job, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """A reconcile that came to its end. `again`: seconds after which to look once more without a reason from outside."""

    status: Object | None = None
    """None where the service is gone or going."""
    again: float | None = None


async def reconcile(key: workqueue.Key, world: World) -> Outcome:
    """Brings the children and the status of one service to what its spec says. Raises one of errors.py to be called again."""
    body = world.store.get(kinds.OCR_SERVICE, key)
    if body is None or ownership.going(body):
        world.made.pop(key, None)
        world.sightings.forget(key)
        world.inspections.forget(key)
        return Outcome()
    decision = await decide(body, world)
    done = Done() if decision.plan is None else await make_so(decision.plan, key, world)
    if done is None:
        return Outcome()
    sighting = await _look_at_pods(body, decision.plan, key, world)
    _inspect(body, decision.plan, key, world)
    seen = Seen(done=done, pods=sighting.trouble, jobs=await jobs.look(key, world.store, world.cluster))
    status = _observe(body, decision, seen, world)
    await _report(body, status, done, world)
    if done.refused is not None:
        raise done.refused
    return Outcome(status, TAKEN_SECONDS if done.obstacle is not None else sighting.again)


async def decide(body: Object, world: World) -> Decision:
    try:
        service = ocrservices.parse(body)
        place = devices.Place(service.spec.accelerator.resource, frozenset(service.spec.node_selector.items()))
        offered = accelerators.undecided(service) and await world.devices.offered(place)
        device = accelerators.choose(service, offered=offered)
        waiting = conditions.condition(service.status, conditions.CAPACITY).get("reason") == conditions.UNSCHEDULABLE
        room = await world.devices.room(place) if rollouts.undecided(service, device, waiting=waiting) else None
        return Decision(plans.resolve(service, world.config, device, room))
    except ocrservices.InvalidService as error:
        return Decision(None, conditions.Trouble(conditions.INVALID, str(error)))
    except errors.NotCarried as error:
        return Decision(None, conditions.Trouble(conditions.NOT_CARRIED, str(error)))


async def make_so(plan: plans.Plan, key: workqueue.Key, world: World) -> Done | None:
    """Applies what differs and deletes what is no longer wanted; None where the service went or changed meanwhile."""
    wanted = objects.desired(plan)
    missing = tuple(sorted({kinds.of(obj) for obj in wanted if not _can_be(kinds.of(obj), world)}, key=lambda k: k.kind))
    possible = tuple(obj for obj in wanted if kinds.of(obj) not in missing)
    live = await asyncio.gather(*(_look(obj, world) for obj in possible))
    objections = [said for found in live if found is not None and (said := ownership.objection(found, plan.owner))]
    if objections:
        return Done(obstacle=conditions.Trouble(conditions.NAME_TAKEN, "; ".join(objections)), missing=missing)
    if None in live and not await _still_there(plan.owner, world):
        return None
    pairs = tuple(zip(possible, live, strict=True))
    try:
        if await handover.prepare(plan, pairs, world.cluster, world.store):
            return None
        due = waits.due(plan, pairs, world.store)
        digest = hash(json.dumps([obj for obj, _ in due], sort_keys=True))
        writer = repairs.Writer(world.cluster, world.store, settled=world.made.get(key) == digest)
        repaired = [await writer.apply(obj, found) for obj, found in due]
        world.made[key] = digest
        await _prune(plan.owner, wanted, world)
    except errors.Refused as error:
        return Done(obstacle=conditions.Trouble(conditions.WRITE_REFUSED, str(error)), refused=error, missing=missing)
    return Done(repaired=tuple(filter(None, repaired)), missing=missing)


def _can_be(kind: kinds.Kind, world: World) -> bool:
    return not kind.optional or world.served(kind)


async def _look(obj: Object, world: World) -> Object | None:
    """A child as it is. One that no watch told of is asked for: it may be somebody else's, who has none of our labels."""
    kind, key = kinds.of(obj), store.key_of(obj)
    return world.store.get(kind, key) or await world.cluster.get(kind, key)


async def _still_there(owner: plans.Owner, world: World) -> bool:
    """Whether the service is still there when a child is about to be created: its deletion may not have been told yet."""
    body = await world.cluster.get(kinds.OCR_SERVICE, workqueue.Key(owner.namespace, owner.name))
    return body is not None and body["metadata"]["uid"] == owner.uid and not ownership.going(body)


async def _prune(owner: plans.Owner, wanted: tuple[Object, ...], world: World) -> None:
    """Deletes what the service owns and no longer wants."""
    kept = {(kinds.of(obj), store.key_of(obj)) for obj in wanted}
    for kind, found in world.store.children(workqueue.Key(owner.namespace, owner.name)):
        unwanted = "delete" in kind.verbs and (kind, store.key_of(found)) not in kept
        if unwanted and ownership.controls(owner, found) and not ownership.going(found):
            await world.cluster.delete(kind, found)


async def _look_at_pods(body: Object, plan: plans.Plan | None, key: workqueue.Key, world: World) -> sightings.Sighting:
    """What pods say that are not what they should be: at once where they were before, or where that was the state of things."""
    deployment = _deployment(body, world)
    settled = deployment is None or conditions.settled(deployment)
    if settled and (plan is None or not waits.waiting(plan, world.store)):
        world.sightings.forget(key)
        return sightings.Sighting()
    status = body.get("status", {})
    known = status.get("observedGeneration") == body["metadata"]["generation"]
    fell = known and not settled and conditions.condition(status, conditions.PROGRESSING).get("reason") == conditions.ROLLED_OUT
    return await world.sightings.look(key, urgent=fell or conditions.holds(status, conditions.DEGRADED) == "True")


def _inspect(body: Object, plan: plans.Plan | None, key: workqueue.Key, world: World) -> None:
    """Says whom to ask what the pods loaded; whoever was asked before the spec became impossible still is."""
    if plan is None:
        world.inspections.follow_on(key, _deployment(body, world))
    else:
        world.inspections.follow(key, inspections.subject(plan, _deployment(body, world)))


def _observe(body: Object, decision: Decision, seen: Seen, world: World) -> dict[str, Any]:
    now = _timestamp(world.now(), "seconds")
    findings = conditions.Findings(
        generation=body["metadata"]["generation"],
        previous=body.get("status", {}),
        plan=decision.plan,
        refusal=decision.refusal,
        obstacle=seen.done.obstacle,
        missing=seen.done.missing,
        deployment=_deployment(body, world),
        scaler=handover.scaler(decision.plan, world.store),
        routes=tuple(found for kind in _ROUTES if (found := _child(kind, body, world)) is not None),
        pods=seen.pods,
        report=world.inspections.report(store.key_of(body)),
        wish=world.inspections.wish(store.key_of(body)),
        jobs=seen.jobs,
        drift=tuple(entry for repair in seen.done.repaired for entry in repair.drift(now)),
    )
    return conditions.observe(findings, now)


def _deployment(body: Object, world: World) -> Object | None:
    return _child(kinds.DEPLOYMENT, body, world)


def _child(kind: kinds.Kind, body: Object, world: World) -> Object | None:
    """The child of the service's own name; None where there is none, or it is somebody else's."""
    metadata = body["metadata"]
    owner = plans.Owner(name=metadata["name"], namespace=metadata["namespace"], uid=metadata["uid"])
    found = world.store.get(kind, workqueue.Key(owner.namespace, owner.name))
    return found if found is not None and ownership.objection(found, owner) is None else None


async def _report(body: Object, status: Object, done: Done, world: World) -> None:
    """Writes the status if it changed, and says what a person should know."""
    before = body.get("status", {})
    if status != before:
        metadata = {name: body["metadata"][name] for name in ("name", "namespace", "uid")}
        obj = {"apiVersion": names.API_VERSION, "kind": names.KIND, "metadata": metadata, "status": status}
        written = await world.cluster.apply_status(kinds.OCR_SERVICE, obj)
        if written is None:
            return
        world.store.put(kinds.OCR_SERVICE, written)
    for turn in events.turns(before, status, [str(repair) for repair in done.repaired]):
        if world.said.fresh(store.key_of(body), turn):
            await _say(turn, body, world)


async def _say(turn: events.Turn, body: Object, world: World) -> None:
    """Events are a courtesy: a service must not wait for them."""
    now = _timestamp(world.now(), "microseconds")
    try:
        await world.cluster.create(kinds.EVENT, events.build(turn, body, now=now, instance=world.instance))
    except errors.OperatorError as error:
        _LOG.warning("event %s of %s was not taken: %s", turn.reason, store.key_of(body), error)


def _timestamp(now: dt.datetime, precision: str) -> str:
    return now.astimezone(dt.UTC).isoformat(timespec=precision).replace("+00:00", "Z")
