"""kopf in: it watches the OCRServices, and what it brings goes to triggers.py. The only module that imports kopf.

Only low-level handlers: they set no finalizer and keep no annotation, so nothing is written on any object and a dead operator
never blocks a deletion. https://kopf.readthedocs.io/en/stable/events/
"""

import functools
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import aiohttp
import kopf

from kubeocr_contract import images, names
from kubeocr_operator import cluster, kinds, triggers, watches


def registry(told: triggers.Triggers, ages: watches.Ages) -> kopf.OperatorRegistry:
    """The handlers, in a registry of their own."""
    found = kopf.OperatorRegistry()
    kopf.on.login(registry=found)(functools.partial(_login, ages))
    kopf.on.event(names.GROUP, names.VERSION, names.PLURAL, registry=found)(functools.partial(_on_event, told))
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
    found.watching.server_timeout = cluster.SERVER_SECONDS
    found.watching.client_timeout = cluster.CLIENT_SECONDS
    found.watching.connect_timeout = 10
    found.watching.inactivity_timeout = cluster.SILENT_SECONDS
    found.watching.chunk_size = cluster.PAGE
    return found


async def watch(told: triggers.Triggers, ages: watches.Ages, namespaces: Sequence[str]) -> None:
    """Watches until SIGTERM, SIGINT or cancellation."""
    for namespace in namespaces or (None,):
        ages.note(cluster.path(kinds.OCR_SERVICE, namespace))
    await kopf.operator(
        registry=registry(told, ages),
        settings=settings(),
        clusterwide=not namespaces,
        namespaces=tuple(namespaces),
        standalone=True,
    )


async def _on_event(told: triggers.Triggers, *, event: Mapping[str, Any], **_: Any) -> None:
    """The type is None for an object that was listed."""
    told.heard(kinds.OCR_SERVICE, cluster.Event(event["type"] or "ADDED", event["object"]))


async def _login(ages: watches.Ages, **context: Any) -> kopf.AiohttpSession | None:
    """The pod's service account or the kubeconfig, by the rules of connections.py, in a session that notes what arrives."""
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
