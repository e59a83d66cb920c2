"""The API server, as reconcile.py and informers.py need it (`Cluster`), and as it is (`KubeCluster`).

What goes wrong leaves here as one of errors.py. Nothing is retried here: the queue does that, later and later. What was made,
scaled and deleted is logged here, and what was changed in repairs.py, which knows in what; statuses and events are not logged.
"""

import contextlib
import dataclasses
import http
import json
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Protocol

import aiohttp
from kubernetes.aio import client as api

from kubeocr_contract import names
from kubeocr_operator import errors, kinds, metrics, transport, workqueue

Object = Mapping[str, Any]
PAGE = 200
"""Objects in an answer to a list, so that neither side has to hold all of them at once."""
SERVER_SECONDS = 300
"""After which the API server ends a watch."""
CLIENT_SECONDS = 310
SILENT_SECONDS = 70
"""The API server sends a bookmark a minute; a stream without one is dead."""
_BEGIN_SECONDS = 10.0
"""A watch begins at once. Where packets are swallowed, other connections that were kept are as dead as the one that was silent:
several have to be found out before a service has waited for two minutes."""
_LOG = logging.getLogger(__name__)
_WATCHING = aiohttp.ClientTimeout(total=CLIENT_SECONDS, sock_connect=10, sock_read=SILENT_SECONDS)


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """A part of a listing, and the resourceVersion of the whole."""

    items: tuple[Object, ...]
    version: int


@dataclasses.dataclass(frozen=True, slots=True)
class Scope:
    """Objects that are listed and watched together: a kind's, of one namespace or of all, with a label or with any."""

    kind: kinds.Kind
    namespace: str | None = None
    labels: str = ""

    @property
    def path(self) -> str:
        """The URL's path."""
        return path(self.kind, self.namespace)


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    """What a watch tells: type ADDED, MODIFIED, DELETED or BOOKMARK, of which the last has no more than its version."""

    type: str
    object: Object


class Cluster(Protocol):
    """Reads and writes of the objects in kinds.py. Each may raise `Unavailable`, `Refused` or `Conflict`."""

    async def get(self, kind: kinds.Kind, key: workqueue.Key) -> Object | None:
        """An object; None where there is none."""
        ...

    def pages(
        self, kind: kinds.Kind, *, namespace: str | None = None, labels: str = "", fields: str = ""
    ) -> AsyncIterator[Page]:
        """All objects of a kind, of one namespace or of all. Raises `Missing` where the API is not there."""
        ...

    def watch(self, scope: Scope, version: int) -> contextlib.AbstractAsyncContextManager[AsyncIterator[Event]]:
        """What happens after that resourceVersion, entered when the server begins to tell. Raises `Expired` and `Missing`."""
        ...

    async def apply(self, kind: kinds.Kind, obj: Object, *, force: bool) -> Object:
        """Server-side apply; with `force`, what others own becomes ours. The object as it then is."""
        ...

    async def apply_status(self, kind: kinds.Kind, obj: Object) -> Object | None:
        """Server-side apply of the status subresource; None where the object is gone."""
        ...

    async def scale(self, kind: kinds.Kind, obj: Object, replicas: int) -> None:
        """Sets the number of an object's replicas. Raises `Conflict` where the object is no longer this one."""
        ...

    async def delete(self, kind: kinds.Kind, obj: Object) -> None:
        """Deletes this very object, if it is still there."""
        ...

    async def create(self, kind: kinds.Kind, obj: Object) -> None:
        """Creates an object."""
        ...


class KubeCluster:
    """A real API server. Writes only while `leads` says that this process may."""

    def __init__(self, client: api.ApiClient, counts: metrics.Metrics, leads: Callable[[], bool]) -> None:
        """Needs a running event loop; the caller owes a `close`."""
        self._transport = transport.Transport(client)
        self._counts, self._leads = counts, leads

    async def close(self) -> None:
        """Ends all connections."""
        await self._transport.close()

    async def get(self, kind: kinds.Kind, key: workqueue.Key) -> Object | None:
        """An object; None where there is none."""
        return await self._unless_gone(kind, "get", path(kind, key.namespace, key.name))

    async def pages(
        self, kind: kinds.Kind, *, namespace: str | None = None, labels: str = "", fields: str = ""
    ) -> AsyncIterator[Page]:
        """All objects of a kind, of one namespace or of all, `PAGE` at a time."""
        query = (
            {"limit": str(PAGE)} | ({"labelSelector": labels} if labels else {}) | ({"fieldSelector": fields} if fields else {})
        )
        while True:
            found = await self._ask(kind, "list", path(kind, namespace), query=query)
            yield Page(tuple(_typed(kind, item) for item in found["items"]), int(found["metadata"]["resourceVersion"]))
            if not found["metadata"].get("continue"):
                return
            query = {**query, "continue": found["metadata"]["continue"]}

    @contextlib.asynccontextmanager
    async def watch(self, scope: Scope, version: int) -> AsyncIterator[AsyncIterator[Event]]:
        """What happens after that resourceVersion, entered when the server begins to tell. Raises `Expired` and `Missing`."""
        query = {"watch": "true", "allowWatchBookmarks": "true", "timeoutSeconds": str(SERVER_SECONDS)}
        query |= {"resourceVersion": str(version)} | ({"labelSelector": scope.labels} if scope.labels else {})
        request = transport.Request(method="get", path=scope.path, query=query, timeout=_WATCHING, begin_seconds=_BEGIN_SECONDS)
        async with self._transport.lines(request) as lines:
            yield (_event(line) async for line in lines)

    async def apply(self, kind: kinds.Kind, obj: Object, *, force: bool) -> Object:
        """Server-side apply; with `force`, what others own becomes ours. The object as it then is."""
        if not force:
            made = await self._apply(kind, obj, force=False)
            _log("create", kind, obj)
            return made
        with contextlib.suppress(transport.Invalid):
            return await self._apply(kind, obj, force=True)
        await self._overwrite(kind, obj)
        return await self._apply(kind, obj, force=True)

    async def _apply(self, kind: kinds.Kind, obj: Object, *, force: bool) -> Object:
        where = path(kind, _namespace(obj), _name(obj))
        return await self._ask(kind, "patch", where, body=obj, query=_applying(force=force), content_type=APPLY)

    async def _overwrite(self, kind: kinds.Kind, obj: Object) -> None:
        """Puts our lists in the place of the live ones, whole.

        An apply leaves the items of others beside ours, and the two can be invalid together: a port that somebody
        edited has its name still, so ours of that name could never come back. What this write makes us own is given
        up again, or a later apply that drops a field would find it owned still.
        """
        where = path(kind, _namespace(obj), _name(obj))
        written = await self._ask(kind, "patch", where, body=obj, query=_OURS, content_type=MERGE)
        metadata = written["metadata"]
        kept = [entry for entry in metadata["managedFields"] if (entry["manager"], entry["operation"]) != _UPDATED]
        if kept != metadata["managedFields"]:
            version = {"resourceVersion": metadata["resourceVersion"]}
            ceded = {"metadata": {**version, "managedFields": kept}}
            await self._ask(kind, "patch", where, body=ceded, query=_OURS, content_type=MERGE)

    async def apply_status(self, kind: kinds.Kind, obj: Object) -> Object | None:
        """Server-side apply of the status subresource; None where the object is gone."""
        where = path(kind, _namespace(obj), _name(obj)) + "/status"
        options = {"body": obj, "query": _applying(force=True), "content_type": APPLY}
        return await self._unless_gone(kind, "patch", where, verbs=kind.status_verbs, **options)

    async def scale(self, kind: kinds.Kind, obj: Object, replicas: int) -> None:
        """Sets the number of an object's replicas. Raises `Conflict` where the object is no longer this one."""
        where = path(kind, _namespace(obj), _name(obj)) + "/scale"
        body = {"metadata": {"resourceVersion": obj["metadata"]["resourceVersion"]}, "spec": {"replicas": replicas}}
        await self._ask(kind, "patch", where, verbs=kind.scale_verbs, body=body, query=_OURS, content_type=MERGE)
        _log("scale", kind, obj, f" replicas={replicas}")

    async def delete(self, kind: kinds.Kind, obj: Object) -> None:
        """Deletes this very object, if it is still there; what hangs on it goes in the background."""
        options = {"preconditions": {"uid": obj["metadata"]["uid"]}, "propagationPolicy": "Background"}
        if await self._unless_gone(kind, "delete", path(kind, _namespace(obj), _name(obj)), body=options) is not None:
            _log("delete", kind, obj)

    async def create(self, kind: kinds.Kind, obj: Object) -> None:
        """Creates an object."""
        await self._ask(kind, "create", path(kind, _namespace(obj)), body=obj, query=_OURS)

    async def served(self, kind: kinds.Kind) -> bool:
        """Whether the API server knows a kind: for our own that means that its CRD is there."""
        group = await self._optional(f"/apis/{kind.group}/{kind.version}")
        return group is not None and any(resource["name"] == kind.plural for resource in group["resources"])

    async def _unless_gone(self, kind: kinds.Kind, verb: str, where: str, **options: Any) -> Object | None:
        try:
            return await self._ask(kind, verb, where, **options)
        except transport.Missing:
            return None

    async def _optional(self, where: str) -> Object | None:
        try:
            return await self._request("get", where)
        except transport.Missing:
            return None

    async def _ask(
        self,
        kind: kinds.Kind,
        verb: str,
        where: str,
        *,
        verbs: frozenset[str] | None = None,
        **options: Any,
    ) -> Object:
        """One request, as declared in kinds.py and counted; `verbs` are a subresource's."""
        if verb not in (kind.verbs if verbs is None else verbs):
            raise NotImplementedError(f"kinds.py does not let the operator {verb} {kind.plural}")
        if verb in _WRITES:
            if not self._leads():
                raise errors.LeaseLost(f"no {verb} of {kind.plural} without the lease")
            self._counts.writes.labels(kind=kind.kind, verb=verb).inc()
        try:
            return await self._request(_METHODS[verb], where, **options)
        except errors.Conflict:
            self._counts.conflicts.labels(kind=kind.kind).inc()
            raise

    async def _request(self, method: str, where: str, **options: Any) -> Object:
        started = time.monotonic()
        found = await self._transport.ask(transport.Request(method=method, path=where, **options))
        self._counts.requests.observe(time.monotonic() - started)
        return found


_OURS = {"fieldManager": names.FIELD_MANAGER}
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
_METHODS = {"get": "get", "list": "get", "create": "post", "patch": "patch", "delete": "delete"}
_WRITES = frozenset({"create", "patch", "delete"})
_UPDATED = (names.FIELD_MANAGER, "Update")
"""Manager and operation of what a write of ours that is no apply comes to own."""


def path(kind: kinds.Kind, namespace: str | None = None, name: str | None = None) -> str:
    """The URL's path of an object, of a namespace's objects or of all."""
    root = f"/apis/{kind.group}/{kind.version}" if kind.group else f"/api/{kind.version}"
    within = f"/namespaces/{namespace}" if namespace else ""
    return f"{root}{within}/{kind.plural}" + (f"/{name}" if name else "")


def _applying(*, force: bool) -> dict[str, str]:
    return {**_OURS, "force": str(force).lower()}


def _event(line: bytes) -> Event:
    """One line of a watch. Raises `Expired`, or `Unavailable` where the server could not go on."""
    found = json.loads(line)
    if found["type"] == "ERROR":
        status = found["object"]
        message = str(status.get("message", status))
        raise transport.Expired(message) if status.get("code") == http.HTTPStatus.GONE else errors.Unavailable(message)
    return Event(found["type"], found["object"])


def _log(verb: str, kind: kinds.Kind, obj: Object, more: str = "") -> None:
    _LOG.info("%s kind=%s object=%s/%s%s", verb, kind.kind, _namespace(obj), _name(obj), more)


def _typed(kind: kinds.Kind, item: Object) -> Object:
    """The items of a list do not say what they are."""
    return {**item, "apiVersion": kind.api_version, "kind": kind.kind}


def _namespace(obj: Object) -> str:
    return str(obj["metadata"]["namespace"])


def _name(obj: Object) -> str:
    return str(obj["metadata"]["name"])
