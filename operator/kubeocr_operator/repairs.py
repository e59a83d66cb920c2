"""Children brought to what is wanted, and who had made them something else. Called by reconcile.py."""

import dataclasses
import logging
from collections.abc import Iterator, Mapping
from typing import Any

from kubeocr_contract import names
from kubeocr_operator import cluster, conditions, drift, jobs, kinds, ownership, statuses, store

Object = Mapping[str, Any]
_NAMED_FIELDS = 5
_LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """A field that somebody had changed."""

    field: str
    manager: str | None = None
    """Its owner by managedFields; None where it was taken away, which leaves no owner."""
    at: str | None = None
    """When that manager last wrote, RFC 3339."""


@dataclasses.dataclass(frozen=True, slots=True)
class Repair:
    """A child that somebody had changed or deleted, and that is as wanted again."""

    object: str
    """Its kind, '/' and its name."""
    changes: tuple[Change, ...] = ()
    """Empty where it had been deleted."""

    def drift(self, now: str) -> tuple[statuses.Drift, ...]:
        """For the status; `now` is RFC 3339."""
        if not self.changes:
            return (statuses.Drift(object=self.object, at=now),)
        return tuple(statuses.Drift(object=self.object, field=x.field, manager=x.manager, at=x.at or now) for x in self.changes)

    def __str__(self) -> str:
        """A sentence for people."""
        child = self.object.replace("/", " ")
        if not self.changes:
            return f"{child} had been deleted and is back"
        named = (x.field + (f" (by {x.manager})" if x.manager else "") for x in self.changes[:_NAMED_FIELDS])
        more = f" and {len(self.changes) - _NAMED_FIELDS} more" if len(self.changes) > _NAMED_FIELDS else ""
        return f"{child} had been changed and is put back: {', '.join(named)}{more}"


@dataclasses.dataclass(frozen=True, slots=True)
class Writer:
    """Writes the children of one reconcile."""

    cluster: cluster.Cluster
    store: store.Store
    settled: bool
    """Whether the very same was made the last time: then somebody else made the difference."""

    async def apply(self, obj: Object, live: Object | None) -> Repair | None:
        """Sends a child if it is not as wanted; what was wrong with it, if somebody else had done that."""
        kind = kinds.of(obj)
        if live is None:
            self.store.put(kind, await self.cluster.apply(kind, obj, force=False))
            return Repair(_label(obj)) if self.settled else None
        if not _differs(obj, live):
            return None
        if kind == kinds.JOB:
            await self._renew(live)
            return None
        found = await self._whole(obj) if self.settled else live
        if found is None or not _differs(obj, found):
            return None
        return await self._put_back(obj, found)

    async def _put_back(self, obj: Object, live: Object) -> Repair | None:
        kind, where = kinds.of(obj), obj["metadata"]
        changes = tuple(changed(obj, live))
        fields = [(change.field, change.manager) for change in changes]
        self.store.put(kind, await self.cluster.apply(kind, obj, force=True))
        _LOG.info("apply kind=%s object=%s/%s paths=%s", kind.kind, where["namespace"], where["name"], fields)
        return Repair(_label(obj), changes) if self.settled else None

    async def _whole(self, obj: Object) -> Object | None:
        """A child as it is now, with what others own of it: the store keeps our part alone."""
        kind = kinds.of(obj)
        found = await self.cluster.get(kind, store.key_of(obj))
        if found is not None:
            self.store.put(kind, found)
        return found

    async def _renew(self, live: Object) -> None:
        """A Job cannot be changed. One that is not done goes, and comes again as it is wanted; what is done is done."""
        if jobs.parse(live).state != conditions.COMPLETE:
            await self.cluster.delete(kinds.JOB, live)


def changed(obj: Object, live: Object) -> Iterator[Change]:
    """The fields that are not as wanted, each with the last of those that own it, where that is not us."""
    for path in drift.paths(obj, live):
        owners = [entry for entry in live["metadata"].get("managedFields", ()) if _owns(entry, path)]
        last: Mapping[str, Any] = max(owners, key=lambda entry: str(entry.get("time", "")), default={})
        yield Change(drift.label(path), last.get("manager"), last.get("time"))


def _differs(obj: Object, live: Object) -> bool:
    return not ownership.going(live) and bool(drift.paths(obj, live))


def _owns(entry: Mapping[str, Any], path: drift.Path) -> bool:
    if entry.get("manager") == names.FIELD_MANAGER:
        return False
    fields: drift.Fields | None = entry["fieldsV1"]
    for step in path:
        fields = drift.below(fields, step)
    return fields is not None


def _label(obj: Object) -> str:
    return f"{obj['kind']}/{obj['metadata']['name']}"
