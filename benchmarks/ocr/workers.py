"""Systems that are Python libraries: each in a process of its own, given one file at a time, in its own environment.

With several clients it still reads one file after the other, as its users would get it: neither PaddleOCR nor RapidOCR says
that one of its objects may be used by several threads at once.
"""

import json
import pathlib
import time
from collections.abc import Mapping, Sequence
from concurrent import futures

from benchmarks.ocr import processes, systems


class Worker:
    """A program that answers lines: first one when it is ready, then one of JSON for each line of JSON (peers/lines.py)."""

    def __init__(self, name: str, argv: Sequence[str], environment: Mapping[str, str], log: pathlib.Path) -> None:
        self.name = name
        self._argv = argv
        self._environment = environment
        self._log = log
        self._turns = futures.ThreadPoolExecutor(1)  # first come, first served, which a lock is not
        self._tree: processes.Tree | None = None

    @property
    def tree(self) -> processes.Tree:
        """Its processes. Raises `systems.NotThere` where it was not started."""
        if self._tree is None:
            raise systems.NotThere("it was not started")
        return self._tree

    def start(self) -> float:
        begun = time.monotonic()
        self._tree = processes.started(self._argv, self._environment, self._log, piped=True)
        if not self._line():
            raise systems.NotThere(f"it does not start: {processes.last_line(self._log)}")
        return time.monotonic() - begun

    def read(self, path: pathlib.Path) -> systems.Answer:
        return self._turns.submit(self._read, path).result()

    def usage(self) -> systems.Usage:
        return self.tree.usage()

    def pause(self) -> None:
        self.tree.pause()

    def resume(self) -> None:
        self.tree.resume()

    def close(self) -> None:
        if self._tree:
            self._tree.end()

    def _read(self, path: pathlib.Path) -> systems.Answer:
        self._say({"path": str(path)})
        line = self._line()
        if not line:
            raise systems.ReadFailed(f"{self.name} ended: {processes.last_line(self._log)}")
        found = json.loads(line)
        if "error" in found:
            raise systems.ReadFailed(f"{self.name}: {found['error']}")
        return systems.Answer(found["text"])

    def _say(self, request: Mapping[str, str]) -> None:
        stream = self.tree.process.stdin
        try:
            if stream:
                stream.write(json.dumps(request) + "\n")
                stream.flush()
        except OSError as e:
            raise systems.ReadFailed(f"{self.name} ended: {processes.last_line(self._log)}") from e

    def _line(self) -> str:
        stream = self.tree.process.stdout
        return stream.readline() if stream else ""
