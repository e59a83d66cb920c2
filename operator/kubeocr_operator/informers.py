"""The watches of an OCRService's children: each kind is listed in pages and watched from there. Run by application.py.

kopf watches the OCRServices (handlers.py). It would keep a task and a memory for each child too, and an API that is not there,
comes or goes is an error to it; here it is a state, which reconcile.py asks for. The rules are those of client-go's reflector.
https://pkg.go.dev/k8s.io/client-go/tools/cache#Reflector
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Iterator, Sequence

from kubeocr_contract import names
from kubeocr_operator import cluster, errors, kinds, transport, triggers, watches

ASK_AGAIN_SECONDS = 30.0
"""When to look again for an API that is not there."""
_WELL_SECONDS = 10.0
"""A watch that lived so long has not failed at once: the next one need not wait."""
_SPREAD_SECONDS = 10.0
_LOG = logging.getLogger(__name__)


class Informer:
    """Follows one kind in one namespace or in all."""

    def __init__(self, scope: cluster.Scope, server: cluster.Cluster, told: triggers.Triggers, ages: watches.Ages) -> None:
        """Nothing is asked yet."""
        self.scope = scope
        self.served = True
        """Whether the API was there when it was last asked for."""
        self.synced = asyncio.Event()
        """Once all was listed, or the API was found not to be there."""
        self._server, self._told, self._ages = server, told, ages
        self._version: int | None = None

    async def run(self, listing: asyncio.Lock, clock: Callable[[], float] = time.monotonic) -> None:
        """Lists and watches for as long as the process lives. With the lock, one lists at a time: a page is megabytes."""
        pauses = _pauses()
        while True:
            began = clock()
            pause = await self._once(listing)
            if clock() - began > _WELL_SECONDS:
                pauses = _pauses()
            await asyncio.sleep(next(pauses) if pause is None else pause)

    async def _once(self, listing: asyncio.Lock) -> float | None:
        """Lists where it has to, and watches until that ends; seconds to wait before the next time, if not as usual."""
        try:
            if self._version is None:
                async with listing:
                    await self._list()
            await self._watch()
        except transport.Expired:
            self._version = None
        except errors.Refused as error:
            return self._refused(error)
        except errors.OperatorError as error:
            _LOG.warning("watch of %s: %s", self.scope.path, error)
        return None

    async def _list(self) -> None:
        self._ages.note(self.scope.path)
        self._version = await triggers.take_stock(self._server, self.scope, self._told)
        self._turn(served=True)

    async def _watch(self) -> None:
        assert self._version is not None  # noqa: S101 - _once lists first
        async with self._server.watch(self.scope, self._version) as events:
            self._ages.note(self.scope.path)
            async for event in events:
                self._ages.note(self.scope.path)
                if event.type != "BOOKMARK":
                    self._told.heard(self.scope.kind, event)
                self._version = int(event.object["metadata"]["resourceVersion"])

    def _refused(self, error: errors.Refused) -> float | None:
        """An optional API is not there: 404 or, for who has no right to what is not there, 403."""
        if not self.scope.kind.optional:
            _LOG.warning("watch of %s: %s", self.scope.path, error)
            return None
        self._version = None
        self._ages.forget(self.scope.path)
        self._told.forget(self.scope)
        self._turn(served=False)
        return ASK_AGAIN_SECONDS

    def _turn(self, *, served: bool) -> None:
        turned = self.synced.is_set() and self.served != served
        self.served = served
        self.synced.set()
        if turned:
            _LOG.info("the API of %s is %s", self.scope.path, "there" if served else "gone")
            self._told.remind(_SPREAD_SECONDS)


class Informers:
    """All of them."""

    def __init__(
        self, server: cluster.Cluster, told: triggers.Triggers, ages: watches.Ages, namespaces: Sequence[str] = ()
    ) -> None:
        """Of these namespaces, or of all."""
        scopes = [cluster.Scope(k, namespace, names.LABEL_OWNER) for k in kinds.OWNED for namespace in namespaces or (None,)]
        self.each = tuple(Informer(scope, server, told, ages) for scope in scopes)

    def served(self, kind: kinds.Kind) -> bool:
        """Whether the cluster has the API of a kind."""
        return all(informer.served for informer in self.each if informer.scope.kind == kind)

    async def synced(self) -> None:
        """Waits until everything was listed once."""
        for informer in self.each:
            await informer.synced.wait()

    async def run(self) -> None:
        """Follows everything for as long as the process lives."""
        listing = asyncio.Lock()
        async with asyncio.TaskGroup() as tasks:
            for informer in self.each:
                tasks.create_task(informer.run(listing), name=f"informer of {informer.scope.path}")


def _pauses() -> Iterator[float]:
    """Without end: a watch must outlive its API server. With jitter: all watches fail at once."""
    delay = 0.5
    while True:
        yield delay * random.uniform(0.5, 1.0)  # noqa: S311 - to spread load
        delay = min(30.0, delay * 2)
