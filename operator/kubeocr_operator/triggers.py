"""What the watches bring goes into the store, and whose news it is onto the queue. Told by handlers.py and informers.py."""

import dataclasses
import random
from collections.abc import Collection

from kubeocr_operator import cluster, kinds, store, workqueue

SOON_SECONDS = 0.2
"""A child's controller reports step by step, some five times for a Deployment that comes up: one look is for all of that."""


@dataclasses.dataclass(frozen=True, slots=True)
class Triggers:
    """Where news goes."""

    store: store.Store
    queue: workqueue.WorkQueue

    def heard(self, kind: kinds.Kind, event: cluster.Event) -> None:
        """Something that was listed or that a watch told."""
        deleted = event.type == "DELETED"
        news = self.store.drop(kind, event.object) if deleted else self.store.put(kind, event.object)
        key = store.key_of(event.object) if kind == kinds.OCR_SERVICE else store.owner_of(event.object)
        if not news or key is None:
            return
        if deleted or kind == kinds.OCR_SERVICE:
            self.queue.add(key)
        else:
            self.queue.add_after(key, SOON_SECONDS)

    def listed(self, scope: cluster.Scope, there: Collection[workqueue.Key], version: int) -> None:
        """A listing of that resourceVersion is over, and these are all that there are."""
        for key in self.store.keep(scope.kind, there, version=version, namespace=scope.namespace):
            self.queue.add(key)

    def forget(self, scope: cluster.Scope) -> None:
        """An API went, and all of a kind with it."""
        for key in self.store.forget(scope.kind, scope.namespace):
            self.queue.add(key)

    def remind(self, within: float) -> None:
        """Makes every service due within so many seconds."""
        for key in self.store.keys(kinds.OCR_SERVICE):
            self.queue.add_after(key, random.uniform(0, within))  # noqa: S311 - to spread load


async def take_stock(server: cluster.Cluster, scope: cluster.Scope, triggers: Triggers) -> int:
    """Lists all of a scope, page by page; what is gone goes from the store. The resourceVersion to watch from."""
    there: list[workqueue.Key] = []
    version = 0
    async for page in server.pages(scope.kind, namespace=scope.namespace, labels=scope.labels):
        version = page.version
        for obj in page.items:
            there.append(store.key_of(obj))
            triggers.heard(scope.kind, cluster.Event("ADDED", obj))
    triggers.listed(scope, there, version)
    return version
