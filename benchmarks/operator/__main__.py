"""How fast and how quiet the operator is with many OCRServices, on a real API server without nodes.

    python benchmarks/operator [--services 100] [--rate 10] [--idle-minutes 10] [--restart]

Uses the cluster that KUBECONFIG names, or starts the project's own control plane. A service counts from the answer to its
creation to the event of a watch that shows its Deployment (of no pods: there are no nodes). Idle begins when the controllers
have come to rest; nothing may be written then.
A folder and not operator.py: every script beside it would find that in place of the standard library's.
The last line is JSON: figures, targets, whether they are met.
"""

import argparse
import asyncio
import contextlib
import dataclasses
import json
import os
import pathlib
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import aiohttp
from kubernetes.aio import client as api
from kubernetes.aio import dynamic

from kubeocr_contract import names
from kubeocr_operator import cluster, errors, kinds

ROOT = pathlib.Path(__file__).parents[2]
NAMESPACE = "kubeocr-bench"
PORT = 28_099
TARGETS = {"deployment_p50_seconds": 0.3, "deployment_p99_seconds": 2.0, "idle_writes": 0, "restart_writes": 0, "rss_mib": 250}
"""At most. Of issue "the whole operator": spec to Deployment at 10 changes a second, no write without a change."""


@dataclasses.dataclass
class Bench:
    """A namespace on an API server, and when each Deployment was first seen in it."""

    server: dynamic.DynamicClient
    seen: dict[str, float] = dataclasses.field(default_factory=dict)

    async def ask(self, method: str, path: str, **options: Any) -> Any:
        """One request's answer."""
        response = await self.server.request(method, path, serialize=False, **options)
        return await response.json()

    async def create(self, name: str) -> float:
        """Creates an OCRService; when the API server had taken it."""
        body = {"apiVersion": names.API_VERSION, "kind": names.KIND, "metadata": {"name": name}, "spec": {"replicas": 0}}
        await self.ask("post", cluster.path(kinds.OCR_SERVICE, NAMESPACE), body=body)
        return time.monotonic()

    async def watch(self) -> None:
        """Notes when Deployments appear."""
        path = cluster.path(kinds.DEPLOYMENT, NAMESPACE)
        response = await self.server.request(
            "get", path, serialize=False, watch="true", _request_timeout=aiohttp.ClientTimeout(total=None)
        )
        async for line in response.content:
            event = json.loads(line)
            self.seen.setdefault(event["object"]["metadata"]["name"], time.monotonic())

    async def versions(self) -> dict[str, str]:
        """The resourceVersion of everything that the operator could have written."""
        found: dict[str, str] = {}
        for kind in (kinds.OCR_SERVICE, *kinds.CHILDREN):
            items = (await self.ask("get", cluster.path(kind, NAMESPACE)))["items"]
            found |= {f"{kind.kind}/{item['metadata']['name']}": item["metadata"]["resourceVersion"] for item in items}
        return found


def main(argv: list[str]) -> int:
    """Measures; 1 where a target is missed."""
    given = _parse(argv)
    with _kubeconfig() as path, tempfile.TemporaryDirectory() as folder:
        os.environ["KUBECONFIG"] = str(path)
        figures = asyncio.run(measure(given, pathlib.Path(folder)))
    met = all(figures[name] <= most for name, most in TARGETS.items() if name in figures)
    print(json.dumps({"figures": figures, "targets": TARGETS, "met": met}))
    return 0 if met else 1


async def measure(given: argparse.Namespace, folder: pathlib.Path) -> dict[str, float]:
    """All figures."""
    async with _bench() as bench, _operator(folder / "first.log") as pid:
        print(f"{given.services} services, {given.rate} a second")
        delays = await _apply(bench, given)
        await _rest(bench)
        figures = _delays(delays) | await _idle(bench, given.idle_minutes) | {"rss_mib": _rss(pid)}
        _show(figures)
    if given.restart:
        figures |= await _restart(folder / "second.log", given.services)
    return figures


async def _apply(bench: Bench, given: argparse.Namespace) -> list[float]:
    """Creates services at a steady rate; seconds until the Deployment of each was seen."""
    watching = asyncio.create_task(bench.watch())
    began = time.monotonic()
    created: dict[str, float] = {}
    for index in range(given.services):
        await asyncio.sleep(max(0.0, began + index / given.rate - time.monotonic()))
        name = f"bench-{index}"
        created[name] = await bench.create(name)
    async with asyncio.timeout(120):
        await _until(lambda: created.keys() <= bench.seen.keys())
    watching.cancel()
    # the watch may be told of a Deployment before the creation of its service was answered here
    return [max(0.0, bench.seen[name] - when) for name, when in created.items()]


async def _rest(bench: Bench) -> None:
    """Waits until the controllers have come to rest."""
    before: dict[str, str] = {}
    while (now := await bench.versions()) != before:
        before = now
        await asyncio.sleep(5)


async def _idle(bench: Bench, minutes: float) -> dict[str, float]:
    """What is written while nothing changes: by the operator's own count, and by what the API server has."""
    print(f"idle for {minutes} minutes")
    before, written = await bench.versions(), _metric("writes_total")
    await asyncio.sleep(minutes * 60)
    after = await bench.versions()
    changed = sum(after.get(name) != version for name, version in before.items())
    return {
        "idle_minutes": minutes,
        "idle_writes": _metric("writes_total") - written,
        "idle_changed_objects": changed,
        "reconcile_mean_ms": 1000 * _metric("reconcile_seconds_sum") / max(1.0, _metric("reconcile_seconds_count")),
    }


async def _restart(log: pathlib.Path, services: int) -> dict[str, float]:
    """Seconds until a new operator has looked at every service, and what it wrote."""
    began = time.monotonic()
    async with _operator(log) as pid:
        await _until(lambda: _metric("reconcile_seconds_count") >= services)
        figures = {
            "restart_seconds": time.monotonic() - began,
            "restart_writes": _metric("writes_total"),
            "restart_rss_mib": _rss(pid),
        }
    _show(figures)
    return figures


def _delays(delays: list[float]) -> dict[str, float]:
    percent = statistics.quantiles(delays, n=100, method="inclusive")
    return {
        "services": len(delays),
        "deployment_p50_seconds": percent[49],
        "deployment_p99_seconds": percent[98],
        "deployment_max_seconds": max(delays),
    }


def _show(figures: dict[str, float]) -> None:
    for name, value in figures.items():
        print(f"{name:28} {value:10.3f}")


def _metric(name: str) -> float:
    """The sum of a metric of the operator over its labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}{names.METRICS}", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(f"kubeocr_operator_{name}"))


def _rss(pid: int) -> float:
    """Resident memory in MiB."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024


@contextlib.asynccontextmanager
async def _operator(log: pathlib.Path) -> AsyncIterator[int]:
    """A leading operator; its process."""
    argv = ["-m", "kubeocr_operator", "--port", str(PORT), "--lease-namespace", NAMESPACE, "--namespace", NAMESPACE]
    with log.open("wb") as stream:
        process = await asyncio.create_subprocess_exec(sys.executable, *argv, stdout=stream, stderr=stream)
    try:
        async with asyncio.timeout(60):
            await _until(_leads)
        yield process.pid
    except BaseException:
        sys.stderr.write(_tail(log))
        raise
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _until(holds: Callable[[], bool]) -> None:
    while True:
        if holds():
            return
        await asyncio.sleep(0.1)


def _tail(log: pathlib.Path) -> str:
    return log.read_text()[-2000:]


def _leads() -> bool:
    try:
        return _metric("leader") == 1
    except OSError:
        return False


@contextlib.asynccontextmanager
async def _bench() -> AsyncIterator[Bench]:
    """The namespace, and the CRD; the namespace goes at the end, the services with it."""
    client = await cluster.connect()
    bench = Bench(dynamic.DynamicClient(client))
    run = await asyncio.create_subprocess_exec(
        "kubectl", "apply", "--server-side", "-f", str(ROOT / "crds" / "ocrservice.yaml")
    )
    if await run.wait():
        raise SystemExit("the CRD could not be applied")
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    with contextlib.suppress(api.ApiException):
        await bench.ask("post", "/api/v1/namespaces", body=namespace)
    await _served(client)
    try:
        yield bench
    finally:
        await client.close()


async def _served(client: api.ApiClient) -> None:
    async with asyncio.timeout(30):
        while True:
            with contextlib.suppress(errors.OperatorError, api.ApiException):
                response = await dynamic.DynamicClient(client).request(
                    "get", cluster.path(kinds.OCR_SERVICE, NAMESPACE), serialize=False
                )
                if response.status == 200:
                    return
            await asyncio.sleep(0.2)


@contextlib.contextmanager
def _kubeconfig() -> Iterator[pathlib.Path]:
    """What KUBECONFIG names, or a control plane of our own for as long as it takes."""
    sys.path.insert(0, str(ROOT / "tests" / "e2e"))
    from cluster import clusters, own  # noqa: PLC0415 - found only now

    running = clusters.up(own.Options(name=f"bench-{os.getpid()}", node=False))
    try:
        yield running.path
    finally:
        running.down()


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python benchmarks/operator", description=__doc__.splitlines()[0])
    parser.add_argument("--services", type=int, default=100)
    parser.add_argument("--rate", type=float, default=10.0, help="creations a second")
    parser.add_argument("--idle-minutes", type=float, default=10.0)
    parser.add_argument("--restart", action="store_true", help="end the operator and start another: what does it write?")
    return parser.parse_args(argv)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
