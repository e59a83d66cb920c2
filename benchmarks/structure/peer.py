"""PPStructureV3 in a process of its own environment, which answers page by page."""

import contextlib
import json
import os
import pathlib
import subprocess
from collections.abc import Iterator
from typing import Any


class Peer:
    """One that has loaded its models."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def read(self, page: pathlib.Path) -> dict[str, Any]:
        """What it makes of a page: markdown, tables, seconds, cpu_seconds. Raises `RuntimeError` where it has ended."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("it has no pipes")
        print(page, file=self._process.stdin, flush=True)
        return self.next()

    def next(self) -> dict[str, Any]:
        """Its next line."""
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise RuntimeError(f"PPStructureV3 ended with {self._process.wait()}; --verbose shows what it said")
        found: dict[str, Any] = json.loads(line)
        return found


@contextlib.contextmanager
def started(python: str, models: pathlib.Path, *, orient_lines: bool, verbose: bool) -> Iterator[Peer]:
    """The peer, ended with the block. `python` has paddleocr 3.7, `models` all folders that reference.py names."""
    script = pathlib.Path(__file__).with_name("reference.py")
    # without it PaddleX asks the hosters which of them answers before it loads a model from disk
    env = {**os.environ, "PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK": "True", "PYTHONPATH": ""}
    with subprocess.Popen(  # noqa: S603 (the caller says which python)
        [python, str(script), str(models), *(["--orient-lines"] if orient_lines else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=None if verbose else subprocess.DEVNULL,
        text=True,
        env=env,
    ) as process:
        peer = Peer(process)
        try:
            peer.next()
            yield peer
        finally:
            process.kill()
