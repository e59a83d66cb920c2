"""Both ledgers, each as it runs in a pod: a file, and a Redis of Debian's that the tests start."""

import pathlib
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
from cluster import binaries, requirements

from kubeocr_runtime.jobs import ledger, orders, redis, sqlite

RETENTION = 3600.0


class Clock:
    """Time that stands still unless a test moves it."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class Server:
    """A redis-server with its append-only file in a folder."""

    def __init__(self, folder: pathlib.Path, fsync: str = "everysec") -> None:
        self.folder, self.fsync = folder, fsync
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url_file = folder / "url"
        self.url_file.write_text(f"redis://127.0.0.1:{self.port}/0\n")
        self.start()

    def start(self, *further: str, wait: str = "PONG") -> None:
        """Returns once it answers so: PONG once it has read its file."""
        options = {"port": self.port, "bind": "127.0.0.1", "dir": self.folder, "appendonly": "yes", "appendfsync": self.fsync}
        words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
        self.process = subprocess.Popen([_redis_server(), *words, *further, "--save", ""], stdout=subprocess.DEVNULL)
        while wait not in self.answers():
            assert self.process.poll() is None, "redis-server ended"
            time.sleep(0.02)

    def stop(self, *, kill: bool = False) -> None:
        (self.process.kill if kill else self.process.terminate)()
        self.process.wait(20)

    def command(self, *words: str) -> str:
        """What redis-cli prints of it."""
        done = subprocess.run(["redis-cli", "-p", str(self.port), *words], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def answers(self) -> str:
        """To PING; nothing where it does not."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(100).decode()
        except OSError:
            return ""


def _redis_server() -> str:
    if shutil.which("redis-server") is None:
        try:
            requirements.ensure({"redis-server": "redis-server"})
        except binaries.Missing as e:
            pytest.skip(str(e))
    return shutil.which("redis-server") or "redis-server"


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture
def redis_of_its_own(tmp_path: pathlib.Path) -> Iterator[Server]:
    """One that a test may stop."""
    server = Server(tmp_path)
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
