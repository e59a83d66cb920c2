"""Both ledgers, each as it runs in a pod: a file, and a Redis of Debian's that the tests start."""

import pathlib
import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
from cluster import binaries, requirements

from benchmarks.jobs import servers
from kubeocr_runtime.jobs import ledger, orders, redis, sqlite

RETENTION = 3600.0


class Clock:
    """Time that stands still unless a test moves it."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def _started(folder: pathlib.Path) -> servers.RedisServer:
    if shutil.which("redis-server") is None:
        try:
            requirements.ensure({"redis-server": "redis-server"})
        except binaries.Missing as e:
            pytest.skip(str(e))
    return servers.RedisServer(folder)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.RedisServer]:
    server = _started(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture
def redis_of_its_own(tmp_path: pathlib.Path) -> Iterator[servers.RedisServer]:
    """One that a test may stop."""
    server = _started(tmp_path)
    yield server
    server.stop()


@pytest.fixture
def clock() -> Clock:
    return Clock()


Opener = Callable[[], Awaitable[ledger.Ledger]]


@pytest.fixture(params=["sqlite", "redis"])
async def open_ledger(request: pytest.FixtureRequest, tmp_path: pathlib.Path, clock: Clock) -> AsyncIterator[Opener]:
    """Opens the same jobs each time, as another pod or the next start would."""
    opened: list[ledger.Ledger] = []
    if request.param == "redis":
        server, queue = request.getfixturevalue("redis_server"), secrets.token_hex(4)

    async def open_one() -> ledger.Ledger:
        if request.param == "redis":
            one: ledger.Ledger = redis.Redis(str(server.url_file), queue, RETENTION, clock)
        else:
            one = sqlite.Sqlite(tmp_path / "jobs.sqlite", RETENTION, clock)
        await one.open()
        opened.append(one)
        return one

    yield open_one
    for one in opened:
        await one.close()


@pytest.fixture
async def jobs(open_ledger: Opener) -> ledger.Ledger:
    return await open_ledger()


@pytest.fixture
def order() -> Callable[..., orders.Order]:
    """An order with changes of the test's choice."""

    def make(**changes: object) -> orders.Order:
        plain: dict[str, object] = {
            "id": orders.new_id(),
            "route": "/ocr/ppocrv6",
            "fields": {"lang": "en"},
            "file": "file",
            "digest": "ab" * 32,
            "size": 1000,
            "wait_seconds": 600.0,
            "run_seconds": 300.0,
            "attempts": 2,
        }
        return orders.Order(**(plain | changes))

    return make
