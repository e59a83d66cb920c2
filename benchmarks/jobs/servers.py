"""A real redis-server with its append-only file, that may be killed and started anew."""

import pathlib
import socket
import subprocess
import time


class RedisServer:
    """On a free port, with all its files in a folder that is there."""

    def __init__(self, folder: pathlib.Path, fsync: str = "everysec") -> None:
        """`fsync` as Redis's `appendfsync` has it."""
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
        command = ["redis-server", *words, "--save", "", *further]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)  # noqa: S603
        while wait not in self.answers():
            if self.process.poll() is not None:
                raise RuntimeError(f"redis-server ended with {self.process.returncode}")
            time.sleep(0.02)

    def stop(self, *, kill: bool = False) -> None:
        """By SIGTERM or SIGKILL."""
        (self.process.kill if kill else self.process.terminate)()
        self.process.wait(20)

    def command(self, *words: str) -> str:
        """What redis-cli prints of it."""
        command = ["redis-cli", "-p", str(self.port), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603

    def answers(self) -> str:
        """To PING; nothing where it does not."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(100).decode()
        except OSError:
            return ""
