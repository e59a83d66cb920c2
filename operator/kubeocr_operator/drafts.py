"""Writes that the API server checks, defaults and answers as any other, and does not keep. Called by rehearsals.py only.

https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run
"""

from collections.abc import Mapping
from typing import Any, Protocol

from kubernetes.aio import client as api

from kubeocr_contract import names
from kubeocr_operator import cluster, kinds, transport

Object = Mapping[str, Any]


class Drafts(Protocol):
    """Each gives the object as it would then be, and may raise `Unavailable`, `Refused` or `Conflict`."""

    async def apply(self, kind: kinds.Kind, obj: Object, *, manager: str = names.FIELD_MANAGER) -> Object:
        """Server-side apply, by force."""
        ...

    async def merge(self, kind: kinds.Kind, obj: Object) -> Object:
        """Merge patch."""
        ...


class KubeDrafts:
    """Of a real API server. There is no other way to write in here than as a dry run."""

    def __init__(self, client: api.ApiClient) -> None:
        """Needs a running event loop; the caller owes a `close`."""
        self._transport = transport.Transport(client)

    async def close(self) -> None:
        """Ends all connections."""
        await self._transport.close()

    async def apply(self, kind: kinds.Kind, obj: Object, *, manager: str = names.FIELD_MANAGER) -> Object:
        """Server-side apply, by force."""
        return await self._patch(kind, obj, cluster.APPLY, {"fieldManager": manager, "force": "true"})

    async def merge(self, kind: kinds.Kind, obj: Object) -> Object:
        """Merge patch."""
        return await self._patch(kind, obj, cluster.MERGE, {"fieldManager": names.FIELD_MANAGER})

    async def _patch(self, kind: kinds.Kind, obj: Object, content_type: str, query: Mapping[str, str]) -> Object:
        where = cluster.path(kind, obj["metadata"]["namespace"], obj["metadata"]["name"])
        return await self._transport.ask(
            transport.Request(method="patch", path=where, query={**query, "dryRun": "All"}, body=obj, content_type=content_type)
        )
