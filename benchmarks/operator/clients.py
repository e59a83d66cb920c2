"""Who uses the cluster: creates and edits OCRServices as fast as the API server takes them, and watches what comes of it."""

import asyncio
import contextlib
import dataclasses
import http
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp

from kubeocr_contract import names
from kubeocr_operator import cluster, connections, kinds, workqueue

NAMESPACES = 100
"""As KubeRay's own benchmark, whose figures stand beside ours: ray-project/kuberay, benchmark/perf-tests/5000-raycluster."""
_AT_ONCE = 16
Object = dict[str, Any]
Seen = Callable[[Object], None]


@dataclasses.dataclass(frozen=True, slots=True)
class Client:
    """An API server."""

    session: aiohttp.ClientSession
    server: str

    async def ask(self, method: str, path: str, body: Object | None = None, kind: str = "application/json") -> Object:
        """One request's answer. Raises `aiohttp.ClientResponseError`."""
        data = None if body is None else json.dumps(body)
        async with self.session.request(method, self.server + path, data=data, headers={"Content-Type": kind}) as response:
            response.raise_for_status()
            found: Object = await response.json()
            return found

    async def merge(self, kind: kinds.Kind, key: workqueue.Key, change: Object) -> None:
        """A merge patch, as somebody other than the operator."""
        await self.ask("patch", cluster.path(kind, key.namespace, key.name), change, "application/merge-patch+json")

    async def now(self, kind: kinds.Kind) -> str:
        """The resourceVersion that a kind's collection has."""
        found: str = (await self.ask("get", f"{cluster.path(kind)}?limit=1"))["metadata"]["resourceVersion"]
        return found

    async def watch(self, kind: kinds.Kind, since: str, seen: Seen) -> None:
        """Tells `seen` of each object as it changes; of all there are where the server no longer knows what changed since."""
        while True:
            url = f"{self.server}{cluster.path(kind)}?watch=true&resourceVersion={since}"
            async with self.session.get(url, timeout=aiohttp.ClientTimeout(total=None)) as stream:
                async for line in stream.content:
                    event = json.loads(line)
                    if stream.status != http.HTTPStatus.OK or event["type"] == "ERROR":
                        since = ""
                        break
                    since = event["object"]["metadata"]["resourceVersion"]
                    seen(event["object"])
            await asyncio.sleep(1)

    async def listed(self, kind: kinds.Kind) -> AsyncIterator[Object]:
        """All objects of a kind, page by page."""
        more = ""
        while True:
            found = await self.ask("get", f"{cluster.path(kind)}?limit=500&continue={more}")
            for item in found["items"]:
                yield item
            more = found["metadata"].get("continue")
            if not more:
                return

    async def each(self, work: Callable[[int], Any], count: int) -> None:
        """Does something for 0 to `count`, a bounded number at once."""
        numbers = iter(range(count))

        async def drain() -> None:
            for number in numbers:
                await work(number)

        await asyncio.gather(*(drain() for _ in range(_AT_ONCE)))


@contextlib.asynccontextmanager
async def connect() -> AsyncIterator[Client]:
    """A client of the cluster that KUBECONFIG names."""
    library = await connections.connect()
    connector = aiohttp.TCPConnector(ssl=library.rest_client.ssl_context, limit=0)
    try:
        async with aiohttp.ClientSession(connector=connector, read_bufsize=2**21) as session:
            yield Client(session, library.configuration.host)
    finally:
        await library.close()


def key(number: int) -> workqueue.Key:
    """Where a service is."""
    return workqueue.Key(f"bench-{number % NAMESPACES}", f"ocr-{number}")


def service(number: int) -> Object:
    """A service of the default spec."""
    where = key(number)
    metadata = {"namespace": where.namespace, "name": where.name}
    return {"apiVersion": names.API_VERSION, "kind": names.KIND, "metadata": metadata, "spec": {}}


@dataclasses.dataclass(frozen=True, slots=True)
class Pace:
    """How many of something, and how many a second."""

    count: int
    rate: float


async def paced(work: Callable[[int], Any], pace: Pace) -> None:
    """Does something for 0 to `count`."""
    began = time.monotonic()
    running = []
    for number in range(pace.count):
        await asyncio.sleep(max(0.0, began + number / pace.rate - time.monotonic()))
        running.append(asyncio.create_task(work(number)))
    await asyncio.gather(*running)
