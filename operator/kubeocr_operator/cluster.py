"""The API server, as reconcile.py needs it (`Cluster`), and the one module that speaks to it (`KubeCluster`).

What goes wrong leaves here as one of errors.py. Nothing is retried here: the queue does that, later and later.
"""

import dataclasses
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Protocol

import aiohttp
from kubernetes.aio import client as api
from kubernetes.aio import config as kubeconfig
from kubernetes.aio import dynamic

from kubeocr_contract import images, names
from kubeocr_operator import errors, kinds, metrics, workqueue

Object = Mapping[str, Any]
PAGE = 200
"""Objects in an answer to a list, so that neither side has to hold all of them at once."""
_TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10)
_CONNECTIONS = 16
_UNAVAILABLE = frozenset({401, 408, 429, 500, 502, 503, 504})


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """A part of a listing, and the resourceVersion of the whole."""

    items: tuple[Object, ...]
    version: int


class Cluster(Protocol):
    """Reads and writes of the objects in kinds.py. Each may raise `Unavailable`, `Refused` or `Conflict`."""

    async def get(self, kind: kinds.Kind, key: workqueue.Key) -> Object | None:
        """An object; None where there is none."""
        ...

    def pages(self, kind: kinds.Kind, *, namespace: str | None = None, labels: str = "") -> AsyncIterator[Page]:
        """All objects of a kind, of one namespace or of all."""
        ...

    async def apply(self, kind: kinds.Kind, obj: Object, *, force: bool) -> Object:
        """Server-side apply; with `force`, what others own becomes ours. The object as it then is."""
        ...

    async def apply_status(self, kind: kinds.Kind, obj: Object) -> Object | None:
        """Server-side apply of the status subresource; None where the object is gone."""
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
        self._dynamic = dynamic.DynamicClient(client)  # type: ignore[no-untyped-call]
        self._counts, self._leads = counts, leads

    async def get(self, kind: kinds.Kind, key: workqueue.Key) -> Object | None:
        """An object; None where there is none."""
        return await self._unless_gone(kind, "get", path(kind, key.namespace, key.name))

    async def pages(self, kind: kinds.Kind, *, namespace: str | None = None, labels: str = "") -> AsyncIterator[Page]:
        """All objects of a kind, of one namespace or of all, `PAGE` at a time."""
        following: dict[str, Any] = {}
        while True:
            found = await self._ask(kind, "list", path(kind, namespace), limit=PAGE, label_selector=labels or None, **following)
            yield Page(tuple(_typed(kind, item) for item in found["items"]), int(found["metadata"]["resourceVersion"]))
            if not found["metadata"].get("continue"):
                return
            following = {"_continue": found["metadata"]["continue"]}

    async def apply(self, kind: kinds.Kind, obj: Object, *, force: bool) -> Object:
        """Server-side apply; with `force`, what others own becomes ours. The object as it then is."""
        try:
            return await self._apply(kind, obj, force=force)
        except _Invalid:
            if not force:
                raise
        await self._overwrite(kind, obj)
        return await self._apply(kind, obj, force=force)

    async def _apply(self, kind: kinds.Kind, obj: Object, *, force: bool) -> Object:
        return await self._ask(kind, "patch", path(kind, _namespace(obj), _name(obj)), body=obj, **_applying(force=force))

    async def _overwrite(self, kind: kinds.Kind, obj: Object) -> None:
        """Puts our lists in the place of the live ones, whole.

        An apply leaves the items of others beside ours, and the two can be invalid together: a port that somebody
        edited has its name still, so ours of that name could never come back. What this write makes us own is given
        up again, or a later apply that drops a field would find it owned still.
        """
        where = path(kind, _namespace(obj), _name(obj))
        written = await self._ask(kind, "patch", where, body=obj, **_merging())
        metadata = written["metadata"]
        kept = [entry for entry in metadata["managedFields"] if (entry["manager"], entry["operation"]) != _UPDATED]
        if kept != metadata["managedFields"]:
            version = {"resourceVersion": metadata["resourceVersion"]}
            await self._ask(kind, "patch", where, body={"metadata": {**version, "managedFields": kept}}, **_merging())

    async def apply_status(self, kind: kinds.Kind, obj: Object) -> Object | None:
        """Server-side apply of the status subresource; None where the object is gone."""
        where = path(kind, _namespace(obj), _name(obj)) + "/status"
        return await self._unless_gone(kind, "patch", where, body=obj, status=True, **_applying(force=True))

    async def delete(self, kind: kinds.Kind, obj: Object) -> None:
        """Deletes this very object, if it is still there; what hangs on it goes in the background."""
        options = {"preconditions": {"uid": obj["metadata"]["uid"]}, "propagationPolicy": "Background"}
        await self._unless_gone(kind, "delete", path(kind, _namespace(obj), _name(obj)), body=options)

    async def create(self, kind: kinds.Kind, obj: Object) -> None:
        """Creates an object."""
        await self._ask(kind, "create", path(kind, _namespace(obj)), body=obj, field_manager=names.FIELD_MANAGER)

    async def served(self, kind: kinds.Kind) -> bool:
        """Whether the API server knows a kind: for our own that means that its CRD is there."""
        group = await self._optional(f"/apis/{kind.group}/{kind.version}")
        return group is not None and any(resource["name"] == kind.plural for resource in group["resources"])

    async def _unless_gone(self, kind: kinds.Kind, verb: str, where: str, **options: Any) -> Object | None:
        try:
            return await self._ask(kind, verb, where, **options)
        except _Gone:
            return None

    async def _optional(self, where: str) -> Object | None:
        try:
            return await self._request("get", where)
        except _Gone:
            return None

    async def _ask(
        self,
        kind: kinds.Kind,
        verb: str,
        where: str,
        *,
        status: bool = False,
        **options: Any,
    ) -> Object:
        """One request, as declared in kinds.py and counted."""
        if verb not in (kind.status_verbs if status else kind.verbs):
            raise NotImplementedError(f"kinds.py does not let the operator {verb} {kind.plural}")
        if verb in _WRITES:
            if not self._leads():
                raise errors.LeaseLost(f"no {verb} of {kind.plural} without the lease")
            self._counts.writes.labels(kind=kind.kind, verb=verb).inc()
        return await self._request(_METHODS[verb], where, **options)

    async def _request(self, method: str, where: str, **options: Any) -> Object:
        started = time.monotonic()
        try:
            response = await self._dynamic.request(method, where, serialize=False, _request_timeout=_TIMEOUT, **options)
            found: Object = await response.json()
        except api.ApiException as error:
            raise _translated(error) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise errors.Unavailable(f"{method} {where}: {str(error) or type(error).__name__}") from error
        self._counts.requests.observe(time.monotonic() - started)
        return found


class _Gone(errors.Refused):
    """404."""


class _Invalid(errors.Refused):
    """422."""


_METHODS = {"get": "get", "list": "get", "create": "post", "patch": "patch", "delete": "delete"}
_WRITES = frozenset({"create", "patch", "delete"})
_UPDATED = (names.FIELD_MANAGER, "Update")
"""Manager and operation of what a write of ours that is no apply comes to own."""


async def connect() -> api.ApiClient:
    """A client with the pod's service account or, outside of a pod, the kubeconfig. Raises `Unavailable` without either."""
    configuration = api.Configuration()
    configuration.connection_pool_maxsize = _CONNECTIONS
    try:
        if "KUBECONFIG" not in os.environ and "KUBERNETES_SERVICE_HOST" in os.environ:
            kubeconfig.load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
        else:
            # read now: the library looks at the environment once, when it is imported
            file = os.environ.get("KUBECONFIG")
            await kubeconfig.load_kube_config(file, client_configuration=configuration)  # type: ignore[no-untyped-call]
    except kubeconfig.ConfigException as error:
        raise errors.Unavailable(f"no cluster: {error}; run in a pod, or set KUBECONFIG") from error
    client = api.ApiClient(configuration)
    client.user_agent = f"{names.FIELD_MANAGER}/{images.PROJECT_VERSION}"
    return client


def path(kind: kinds.Kind, namespace: str | None = None, name: str | None = None) -> str:
    """The URL's path of an object, of a namespace's objects or of all."""
    root = f"/apis/{kind.group}/{kind.version}" if kind.group else f"/api/{kind.version}"
    within = f"/namespaces/{namespace}" if namespace else ""
    return f"{root}{within}/{kind.plural}" + (f"/{name}" if name else "")


def _applying(*, force: bool) -> dict[str, Any]:
    return {"content_type": "application/apply-patch+yaml", "field_manager": names.FIELD_MANAGER, "force_conflicts": force}


def _merging() -> dict[str, Any]:
    return {"content_type": "application/merge-patch+json", "field_manager": names.FIELD_MANAGER}


def _typed(kind: kinds.Kind, item: Object) -> Object:
    """The items of a list do not say what they are."""
    return {**item, "apiVersion": kind.api_version, "kind": kind.kind}


def _namespace(obj: Object) -> str:
    return str(obj["metadata"]["namespace"])


def _name(obj: Object) -> str:
    return str(obj["metadata"]["name"])


def _translated(error: api.ApiException) -> errors.OperatorError:
    message = _message(error)
    if error.status == 404:
        return _Gone(message)
    if error.status == 409:
        return errors.Conflict(message)
    if error.status == 422:
        return _Invalid(message)
    if error.status in _UNAVAILABLE or not error.status:
        return errors.Unavailable(message, retry_after=_retry_after(error))
    return errors.Refused(message)


def _message(error: api.ApiException) -> str:
    """What the server said: the message of a Status object, or the first words of something else."""
    try:
        return str(json.loads(error.body or "")["message"])
    except (KeyError, TypeError, ValueError):
        return f"{error.status} {error.reason}: {str(error.body or '')[:200]}"


def _retry_after(error: api.ApiException) -> float:
    try:
        return float((error.headers or {}).get("Retry-After", 0))
    except ValueError:
        return 0.0
