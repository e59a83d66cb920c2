"""What is measured, each on what the one before has left: services that come up, are changed, meddled with, left alone."""

import asyncio
import contextlib
import dataclasses
import statistics
import time
from collections.abc import AsyncIterator, Callable

import clients
import pretend
import replicas

from kubeocr_operator import cluster, conditions, kinds, workqueue

Figures = dict[str, float]
_READY_SECONDS = 1800
_SETTLED_SECONDS = 600


@dataclasses.dataclass(frozen=True, slots=True)
class Edit:
    """Of an OCRService's spec."""

    name: str
    """Of the figure."""
    spec: clients.Object
    shown: Callable[[clients.Object], bool]
    """Whether a Deployment's spec has it."""


PLAIN = Edit("change", {"rollout": {"maxSurge": 3}}, lambda spec: spec["strategy"]["rollingUpdate"]["maxSurge"] == 3)
"""What a Deployment has beside its pods."""
ROLLING = Edit(
    "rollout",
    {"limits": {"queuePages": 1234}},
    lambda spec: "1234" in {variable.get("value") for variable in spec["template"]["spec"]["containers"][0]["env"]},
)
"""What new pods are for. Each then costs the control plane as much as a new service does."""


@dataclasses.dataclass(frozen=True, slots=True)
class Harm:
    """What somebody does to a child. Pods stay as they are: what is measured is how soon it is undone."""

    kind: kinds.Kind
    spec: clients.Object
    undone: Callable[[clients.Object], bool]
    """Whether the child's spec has nothing of it any more."""


HARMS = (
    Harm(kinds.DEPLOYMENT, {"progressDeadlineSeconds": 4321}, lambda spec: spec["progressDeadlineSeconds"] != 4321),
    Harm(kinds.SERVICE, {"selector": {"meddled": "yes"}}, lambda spec: "meddled" not in spec["selector"]),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Bench:
    """A cluster with so many services, and the operator that serves them."""

    client: clients.Client
    services: int

    def each(self, number: int, count: int) -> workqueue.Key:
        """One of `count` services from all over, another for each number."""
        return clients.key(number * self.services // count)


async def prepare(bench: Bench) -> None:
    """Nodes and namespaces."""
    ask = bench.client.ask
    await bench.client.each(lambda i: ask("post", "/api/v1/nodes", pretend.node(i)), bench.services // pretend.PODS_A_NODE + 1)
    for number in range(clients.NAMESPACES):
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": clients.key(number).namespace}}
        await ask("post", "/api/v1/namespaces", namespace)


async def ready(bench: Bench, operator: replicas.Replica) -> Figures:
    """All are created at once: seconds from the first request until the last is Ready."""
    done: set[str] = set()

    def seen(obj: clients.Object) -> None:
        if conditions.holds(obj.get("status", {}), conditions.READY) == "True":
            done.add(obj["metadata"]["name"])

    async def create(number: int) -> None:
        path = cluster.path(kinds.OCR_SERVICE, clients.key(number).namespace)
        await bench.client.ask("post", path, clients.service(number))

    cpu = operator.cpu_seconds
    async with _watching(bench.client, kinds.OCR_SERVICE, seen):
        began = time.monotonic()
        await bench.client.each(create, bench.services)
        sent = time.monotonic() - began
        await replicas.until(lambda: len(done) == bench.services, seconds=_READY_SECONDS)
        seconds = time.monotonic() - began
    return {"ready_seconds": seconds, "sent_seconds": sent, "ready_cpu_seconds": operator.cpu_seconds - cpu}


async def changes(bench: Bench, operator: replicas.Replica, edit: Edit, pace: clients.Pace) -> Figures:
    """Specs are edited so many times a second, each once: from the answer until a watch shows the edit in the Deployment."""
    await rest(operator)
    asked: dict[str, float] = {}
    shown: dict[str, float] = {}

    def seen(obj: clients.Object) -> None:
        if edit.shown(obj["spec"]):
            shown.setdefault(obj["metadata"]["name"], time.monotonic())

    async def change(number: int) -> None:
        where = bench.each(number, pace.count)
        await bench.client.merge(kinds.OCR_SERVICE, where, {"spec": edit.spec})
        asked[where.name] = time.monotonic()

    async with _watching(bench.client, kinds.DEPLOYMENT, seen):
        await clients.paced(change, pace)
        await replicas.until(lambda: asked.keys() <= shown.keys(), seconds=_SETTLED_SECONDS)
    return _delays(edit.name, [shown[name] - when for name, when in asked.items()])


async def drift(bench: Bench, operator: replicas.Replica, pace: clients.Pace) -> Figures:
    """Somebody edits a child, a Deployment's or a Service's in turn: from the answer to the edit until it is undone."""
    await rest(operator)
    asked: dict[tuple[str, str], float] = {}
    undone: dict[tuple[str, str], float] = {}

    harms = {harm.kind.kind: harm for harm in HARMS}

    def seen(obj: clients.Object) -> None:
        found = obj["kind"], obj["metadata"]["name"]
        if found in asked and harms[obj["kind"]].undone(obj["spec"]):
            undone[found] = time.monotonic()

    async def meddle(number: int) -> None:
        harm, where = HARMS[number % len(HARMS)], bench.each(number, pace.count)
        await bench.client.merge(harm.kind, where, {"spec": harm.spec})
        asked[harm.kind.kind, where.name] = time.monotonic()

    async with _watching(bench.client, kinds.DEPLOYMENT, seen), _watching(bench.client, kinds.SERVICE, seen):
        await clients.paced(meddle, pace)
        await replicas.until(lambda: asked.keys() <= undone.keys(), seconds=_SETTLED_SECONDS)
    return _delays("drift", [undone[name] - when for name, when in asked.items()])


async def idle(bench: Bench, operator: replicas.Replica, minutes: float) -> Figures:
    """What is written while nothing changes, by the operator's own count and by what the API server has."""
    await rest(operator)
    before, written, cpu = await versions(bench), operator.metric("writes_total"), operator.cpu_seconds
    await asyncio.sleep(minutes * 60)
    after = await versions(bench)
    return {
        "idle_writes": operator.metric("writes_total") - written,
        "idle_changed_objects": float(sum(after.get(name) != version for name, version in before.items())),
        "idle_cpu_seconds": operator.cpu_seconds - cpu,
    }


async def restart(bench: Bench, operator: replicas.Replica, began: float) -> Figures:
    """Seconds until a new operator has looked at every service, and what it wrote."""
    seen = "reconcile_seconds_count"
    await replicas.until(lambda: operator.metric(seen) >= bench.services, seconds=_SETTLED_SECONDS, every=0.5)
    seconds = time.monotonic() - began
    await asyncio.sleep(10)
    return {
        "restart_seconds": seconds,
        "restart_writes": operator.metric("writes_total"),
        "restart_rss_mib": operator.rss_mib,
        "restart_peak_mib": operator.peak_mib,
    }


async def rest(operator: replicas.Replica) -> None:
    """Waits until the rollouts are over and nothing was written for a while."""
    written = -1.0
    while (now := operator.metric("writes_total")) != written:
        written = now
        await asyncio.sleep(15)


async def versions(bench: Bench) -> dict[tuple[str, workqueue.Key], str]:
    """The resourceVersion of everything that the operator could have written."""
    found = {}
    for kind in (kinds.OCR_SERVICE, *kinds.CHILDREN):
        async for item in bench.client.listed(kind):
            metadata = item["metadata"]
            found[kind.kind, workqueue.Key(metadata["namespace"], metadata["name"])] = metadata["resourceVersion"]
    return found


@contextlib.asynccontextmanager
async def _watching(client: clients.Client, kind: kinds.Kind, seen: clients.Seen) -> AsyncIterator[None]:
    # from now on: to tell of 5,000 Deployments that are there already keeps the API server from answering for seconds
    watching = asyncio.create_task(client.watch(kind, await client.now(kind), seen))
    watching.add_done_callback(
        lambda task: None if task.cancelled() else print("a watch of the benchmark ended:", task.exception())
    )
    try:
        yield
    finally:
        watching.cancel()


def _delays(name: str, seconds: list[float]) -> Figures:
    # a watch may tell of what came of an edit before its answer is here
    percent = statistics.quantiles((max(0.0, each) for each in seconds), n=100, method="inclusive")
    return {f"{name}_p50_seconds": percent[49], f"{name}_p99_seconds": percent[98], f"{name}_max_seconds": max(seconds)}
