"""kopf in: what the watches bring goes into the store, and whose news it is onto the queue. The only module that imports kopf.

Only low-level handlers: they set no finalizer and keep no annotation, so nothing is written on any object and a dead operator
never blocks a deletion. https://kopf.readthedocs.io/en/stable/events/
"""

import dataclasses
import functools
import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import aiohttp
import kopf

from kubeocr_contract import images, names
from kubeocr_operator import cluster, kinds, store, watches, workqueue

CHUNK = cluster.PAGE
_SERVER_SECONDS = 300
_CLIENT_SECONDS = 310
_SILENT_SECONDS = 70
"""The API server sends a bookmark a minute; a stream without one is dead."""


@dataclasses.dataclass(frozen=True, slots=True)
class Triggers:
    """Where news goes."""

    store: store.Store
    queue: workqueue.WorkQueue

    async def heard(self, kind: kinds.Kind, event: Mapping[str, Any]) -> None:
        """An event of a watch: type None for an object that was listed, ADDED, MODIFIED or DELETED."""
        obj = event["object"]
        news = self.store.drop(kind, obj) if event["type"] == "DELETED" else self.store.put(kind, obj)
        key = store.key_of(obj) if kind == kinds.OCR_SERVICE else store.owner_of(obj)
        if news and key is not None:
            self.queue.add(key)

    async def fill(self, server: cluster.Cluster, namespaces: Sequence[str]) -> None:
        """Lists everything: before the first reconcile, and now and then for what a watch missed. News is due at once."""
        for kind in (*kinds.CHILDREN, kinds.OCR_SERVICE):
            for namespace in namespaces or (None,):
                await self._list(kind, server, namespace)

    def remind(self, within: float) -> None:
        """Makes every service due within so many seconds."""
        for key in self.store.keys(kinds.OCR_SERVICE):
            self.queue.add_after(key, random.uniform(0, within))  # noqa: S311 - to spread load

    async def _list(self, kind: kinds.Kind, server: cluster.Cluster, namespace: str | None) -> None:
        selector = "" if kind == kinds.OCR_SERVICE else names.LABEL_OWNER
        listed: list[workqueue.Key] = []
        version = 0
        async for page in server.pages(kind, namespace=namespace, labels=selector):
            version = page.version
            for obj in page.items:
                listed.append(store.key_of(obj))
                await self.heard(kind, {"type": None, "object": obj})
        for key in self.store.keep(kind, listed, version=version, namespace=namespace):
            self.queue.add(key)


def registry(triggers: Triggers, ages: watches.Ages) -> kopf.OperatorRegistry:
    """The handlers, in a registry of their own."""
    found = kopf.OperatorRegistry()
    kopf.on.login(registry=found)(functools.partial(_login, ages))
    for kind in (kinds.OCR_SERVICE, *kinds.CHILDREN):
        on_event = kopf.on.event(kind.group, kind.version, kind.plural, id=kind.plural, registry=found)
        on_event(functools.partial(_on_event, triggers, kind))
    return found


def settings() -> kopf.OperatorSettings:
    """How kopf behaves: it watches, and that is all."""
    found = kopf.OperatorSettings()
    found.posting.enabled = False
    found.peering.standalone = True
    found.scanning.disabled = True
    found.persistence.finalizer = f"{names.GROUP}/none"
    found.persistence.diffbase_storage = _Nothing()
    found.networking.request_timeout = 30
    found.networking.connect_timeout = 10
    found.networking.error_backoffs = _Backoffs()
    found.queueing.idle_timeout = 0.5
    found.watching.server_timeout = _SERVER_SECONDS
    found.watching.client_timeout = _CLIENT_SECONDS
    found.watching.connect_timeout = 10
    found.watching.inactivity_timeout = _SILENT_SECONDS
    found.watching.chunk_size = CHUNK
    for kind in kinds.CHILDREN:
        found.watching.label_selectors[kind.group, kind.version, kind.plural] = names.LABEL_OWNER
    return found


async def watch(triggers: Triggers, ages: watches.Ages, namespaces: Sequence[str]) -> None:
    """Watches until SIGTERM, SIGINT or cancellation."""
    for kind, namespace in itertools.product((kinds.OCR_SERVICE, *kinds.CHILDREN), namespaces or (None,)):
        ages.note(cluster.path(kind, namespace))
    await kopf.operator(
        registry=registry(triggers, ages),
        settings=settings(),
        clusterwide=not namespaces,
        namespaces=tuple(namespaces),
        standalone=True,
    )


async def _on_event(triggers: Triggers, kind: kinds.Kind, *, event: Mapping[str, Any], **_: Any) -> None:
    await triggers.heard(kind, event)


async def _login(ages: watches.Ages, **context: Any) -> kopf.AiohttpSession | None:
    """The pod's service account or the kubeconfig, by the rules of cluster.py, in a session that notes what arrives."""
    info = kopf.login_with_service_account(**context) or kopf.login_with_kubeconfig(**context)
    if info is None:
        return None
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, ssl=info.as_ssl_context()),
        headers={**info.as_http_headers(), "User-Agent": f"{names.FIELD_MANAGER}/{images.PROJECT_VERSION}"},
        response_class=ages.response_class(),
    )
    return kopf.AiohttpSession(server=info.server, aiohttp_session=session)


class _Nothing(kopf.DiffBaseStorage):
    """Keeps no copy of objects on the objects, and spares the making of one for each event."""

    def build(self, **_: Any) -> Any:
        return {}

    def fetch(self, **_: Any) -> Any:
        return None

    def store(self, **_: Any) -> None:
        return None


class _Backoffs:
    """Without end: a watch must outlive its API server. With jitter: all watches fail at once."""

    def __iter__(self) -> Iterator[float]:
        delay = 1.0
        while True:
            yield delay * random.uniform(0.5, 1.0)  # noqa: S311 - to spread load
            delay = min(30.0, delay * 2)
