"""Systems that are servers: each a process of its own that is asked over HTTP, by connections that stay open."""

import base64
import dataclasses
import http.client
import json
import pathlib
import socket
import threading
import time
import typing
import urllib.parse
from collections.abc import Callable, Mapping, Sequence

import requests

from benchmarks.ocr import processes, systems
from kubeocr_contract import names, wire

Json = Mapping[str, typing.Any]
_SECONDS = 900
"""A peer that reads one page at a time lets the last of 32 clients wait that long."""


@dataclasses.dataclass(frozen=True, slots=True)
class Api:
    """How a server is spoken to."""

    ready: str
    """Path that answers 200 once it can read."""
    path: str
    request: Callable[[bytes], Json]
    """A file as arguments of `requests.post`."""
    answer: Callable[[Json], systems.Answer]


@dataclasses.dataclass(frozen=True, slots=True)
class Program:
    """What is started; `{port}` in its words is where it listens."""

    argv: Sequence[str]
    environment: Mapping[str, str]


class Server:
    """A program that speaks an API."""

    def __init__(self, name: str, program: Program, api: Api, log: pathlib.Path) -> None:
        self.name = name
        self.url = ""
        self._program = program
        self._api = api
        self._log = log
        self._own = threading.local()
        self._requests: dict[pathlib.Path, requests.PreparedRequest] = {}
        self._tree: processes.Tree | None = None

    @property
    def tree(self) -> processes.Tree:
        """Its processes. Raises `systems.NotThere` where it was not started."""
        if self._tree is None:
            raise systems.NotThere("it was not started")
        return self._tree

    def start(self) -> float:
        port = free_port()
        self._requests.clear()
        self._own = threading.local()
        self.url = f"http://127.0.0.1:{port}"
        argv = [word.format(port=port) for word in self._program.argv]
        begun = time.monotonic()
        self._tree = processes.started(argv, self._program.environment, self._log)
        processes.wait(self._tree, self._ready, self._log)
        return time.monotonic() - begun

    def read(self, path: pathlib.Path) -> systems.Answer:
        made = self._prepared(path)
        connection = self._connection()
        try:
            connection.request("POST", self._api.path, made.body, {"Content-Type": made.headers["Content-Type"]})
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as e:
            connection.close()
            raise systems.ReadFailed(f"{self.name}: {e}") from e
        if response.status != requests.codes.ok:
            raise systems.ReadFailed(f"{self.name}: {response.status} {body[:200].decode(errors='replace')}")
        return self._api.answer(json.loads(body))

    def _prepared(self, path: pathlib.Path) -> requests.PreparedRequest:
        """Made once a file: what clients do is no server's time, and they share its CPUs."""
        if path not in self._requests:
            arguments = self._api.request(path.read_bytes())
            self._requests[path] = requests.Request("POST", self.url + self._api.path, **arguments).prepare()
        return self._requests[path]

    def usage(self) -> systems.Usage:
        return self.tree.usage()

    def pause(self) -> None:
        self.tree.pause()

    def resume(self) -> None:
        self.tree.resume()

    def close(self) -> None:
        if self._tree:
            self._tree.end()

    def _ready(self) -> bool:
        try:
            return requests.get(self.url + self._api.ready, timeout=5).status_code == requests.codes.ok
        except requests.RequestException:
            return False

    def _connection(self) -> http.client.HTTPConnection:
        """One a thread, which stays open; `requests` took some 4 ms of CPU time for each crop from the server."""
        if not hasattr(self._own, "connection"):
            parts = urllib.parse.urlsplit(self.url)
            self._own.connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=_SECONDS)
        connection: http.client.HTTPConnection = self._own.connection
        return connection


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def form(data: bytes) -> Json:
    """A file as a form of our API."""
    fields = {wire.LANGUAGE_FIELD: "en", wire.PAGE_ORIENTATION: "false"}
    return {"files": {wire.FILE_FIELD: ("file", data)}, "data": fields}


def _ours(body: Json) -> systems.Answer:
    return systems.Answer(str(body["text"]), body["timings"]["inference_seconds"])


def _visualised_not(data: bytes) -> Json:
    """Pictures of what was found would be a large part of the answer, and of the time."""
    return {"json": {"file": base64.b64encode(data).decode(), "fileType": 1, "visualize": False}}


def _paddlex(body: Json) -> systems.Answer:
    pages = body["result"]["ocrResults"]
    return systems.Answer("\n".join(text for page in pages for text in page["prunedResult"]["rec_texts"]))


OURS = Api(names.READYZ, wire.OCR_ROUTES[0].path, form, _ours)
PADDLEX = Api("/health", "/ocr", _visualised_not, _paddlex)
