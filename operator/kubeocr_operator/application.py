"""How the parts are put together, and in which order they start and end. Called by __main__.py."""

import asyncio
import contextlib
import dataclasses
import datetime as dt
import functools
import logging
import pathlib
import signal
from collections.abc import AsyncIterator

from kubernetes.aio import client as api

from kubeocr_contract import names
from kubeocr_operator import (
    cluster,
    config,
    connections,
    devices,
    errors,
    handlers,
    health,
    informers,
    inspections,
    kinds,
    leadership,
    metrics,
    reconcile,
    sightings,
    store,
    triggers,
    watches,
    workers,
    workqueue,
)

_CRD_SECONDS = 5.0
_CONFIG_SECONDS = 5.0
_LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What the command line says."""

    namespaces: tuple[str, ...]
    """To be held to; empty for all."""
    config: pathlib.Path | None
    lease_namespace: str
    identity: str
    """Of this replica, unlike any other's."""
    workers: int
    host: str
    port: int
    resync_seconds: float


class Operator:
    """One replica: everything that it holds."""

    def __init__(self, options: Options, client: api.ApiClient, defaults: config.Config) -> None:
        """Nothing is sent yet."""
        self.options = options
        self.counts = metrics.Metrics()
        self.lease = leadership.Lease(client, namespace=options.lease_namespace, identity=options.identity)
        self.cluster = cluster.KubeCluster(client, self.counts, lambda: self.lease.valid)
        self.queue = workqueue.WorkQueue()
        self.triggers = triggers.Triggers(store.Store(), self.queue)
        self.ages = watches.Ages()
        self.informers = informers.Informers(self.cluster, self.triggers, self.ages, options.namespaces)
        self.world = reconcile.World(
            cluster=self.cluster,
            store=self.triggers.store,
            devices=devices.Devices(self.cluster),
            sightings=sightings.Sightings(self.cluster, _now),
            inspections=inspections.Inspections(self.queue.add),
            config=defaults,
            instance=options.identity,
            served=self.informers.served,
            now=_now,
        )
        self.counts.follow("queue_depth", "Services in line", lambda: len(self.queue))
        self.counts.follow("watch_age_seconds", "Silence of the most silent watch", lambda: self.ages.oldest)
        self.counts.follow("leader", "1 while this replica leads", lambda: float(self.lease.valid))

    async def run(self) -> None:
        """Answers probes, waits for the CRD and for the lease, and works until it is told to end. Raises `LeaseLost`."""
        async with self._serving():
            await self._crd()
            await leadership.lead(self.lease, self._work)

    async def _work(self) -> None:
        """The leader's life: know every child, then reconcile what kopf tells of, until kopf is told to end."""
        story = functools.partial(reconcile.reconcile, world=self.world)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self.informers.run())]
            await self.informers.synced()
            tasks += (group.create_task(workers.work(self.queue, story, self.counts)) for _ in range(self.options.workers))
            tasks += (group.create_task(workers.resync(self.options.resync_seconds, self._refresh)),)
            tasks += (group.create_task(self._reread()), group.create_task(self._inspect()))
            await handlers.watch(self.triggers, self.ages, self.options.namespaces)
            for task in tasks:
                task.cancel()

    async def _refresh(self) -> None:
        """Everything is looked at once until the next time; and a service of whose end kopf did not hear is forgotten."""
        for namespace in self.options.namespaces or (None,):
            await triggers.take_stock(self.cluster, cluster.Scope(kinds.OCR_SERVICE, namespace), self.triggers)
        self.triggers.remind(self.options.resync_seconds)

    async def _inspect(self) -> None:
        async with inspections.client() as ask:
            await self.world.inspections.run(ask)

    async def _crd(self) -> None:
        """Waits until the API server knows OCRServices: kopf would look but once."""
        while not await self._known():
            _LOG.warning("waiting for the CRD of %s", names.KIND)
            await asyncio.sleep(_CRD_SECONDS)

    async def _known(self) -> bool:
        try:
            return await self.cluster.served(kinds.OCR_SERVICE)
        except errors.Unavailable as error:
            _LOG.warning("the API server does not answer: %s", error)
            return False

    async def _reread(self) -> None:
        """Takes in a changed configuration; one that is wrong is logged and the old one stays."""
        path, known = self.options.config, _text(self.options.config)
        while path is not None:
            await asyncio.sleep(_CONFIG_SECONDS)
            if (text := _text(path)) != known:
                known = text
                self._configure()

    def _configure(self) -> None:
        try:
            self.world.config = _configured(self.options)
        except errors.InvalidConfig as error:
            _LOG.error("the changed configuration is not used: %s", error)
            self.counts.errors.labels(reason=type(error).__name__).inc()
            return
        _LOG.info("configuration changed")
        self.triggers.remind(0)

    @contextlib.asynccontextmanager
    async def _serving(self) -> AsyncIterator[None]:
        signs = health.Signs(
            leads=lambda: self.lease.valid,
            reachable=lambda: self.lease.reachable,
            watch_age=lambda: self.ages.oldest,
            waiting=lambda: self.queue.waiting,
        )
        application = health.app(signs, self.counts)
        try:
            runner = await health.serve(application, self.options.host, self.options.port)
        except OSError as error:
            raise errors.InvalidConfig(f"--port {self.options.port} cannot be used: {error.strerror}") from error
        try:
            yield
        finally:
            await runner.cleanup()


async def run(options: Options) -> None:
    """A replica, until SIGTERM or SIGINT. Raises one of errors.py where it cannot go on."""
    defaults = _configured(options)
    async with contextlib.AsyncExitStack() as ends:
        client = await connections.connect()
        ends.push_async_callback(client.close)
        operator = Operator(options, client, defaults)
        ends.push_async_callback(operator.cluster.close)
        await _until_told(operator)


async def _until_told(operator: Operator) -> None:
    """Kopf takes the signals over once it runs, and ends; until then they are ours."""
    running = asyncio.ensure_future(operator.run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, running.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await running


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _configured(options: Options) -> config.Config:
    """The configuration, with what the options know of where the operator is."""
    return dataclasses.replace(config.read(options.config), operator_namespace=options.lease_namespace)


def _text(path: pathlib.Path | None) -> str | None:
    """A file's text, None where it cannot be read just now: a mounted ConfigMap is replaced by renaming."""
    try:
        return None if path is None else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
