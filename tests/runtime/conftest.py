"""A service with a reader that needs no models: what HTTP does is the same whoever reads."""

import asyncio
import contextlib
import io
import pathlib
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, TypeVar

import aiohttp
import numpy as np
import PIL.Image
import PIL.ImageDraw
import pytest
from aiohttp import test_utils, web
from reportlab.pdfgen import canvas

from kubeocr_contract import languages, models, report, settings
from kubeocr_runtime import app, documents, finds, pipelines, placements, recognition, results, spoken
from kubeocr_runtime import models as store

T = TypeVar("T")


class FakeReader:
    """A `readers.Reader` that tells what it was given. It reads nothing while `gate` is closed."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self.seen: list[tuple[int, tuple[int, ...], pipelines.ReadOptions]] = []
        self.batches: list[tuple[recognition.Key, int]] = []
        self.broken: Exception | None = None
        self.streams = 1
        self.orients_pages = True
        self.orients_lines = True
        self.flattens_pages = False
        self.loaded = {"PP-OCRv6_small_rec": "ab" * 32, "PP-OCRv6_small_det": "cd" * 32}
        self.engine = report.Engine(name="onnxruntime", device="cpu", provider="CPUExecutionProvider", threads=2)

    @property
    def threads(self) -> int:
        return self.streams

    def warm(self) -> None:
        if self.broken:
            raise self.broken

    def self_test(self) -> None:
        pass

    def find(self, page: documents.Page, options: pipelines.ReadOptions) -> finds.Found:
        self.entered.set()
        self.gate.wait(20)
        self.seen.append((page.number, page.image.shape, options))
        height, width, _ = page.image.shape
        quad = np.array([[1, 2], [3, 2], [3, 4], [1, 4]], np.int32)
        strip = np.full((48, 320, 3), page.number % 256, np.uint8)
        placement = placements.Placement((width, height))
        return finds.Found(page.number, placement, (quad,), (strip,), ("x_rec", False), 1280)

    def recognise(self, key: recognition.Key, strips: Sequence[recognition.Strip]) -> list[recognition.Text]:
        self.batches.append((key, len(strips)))
        return [recognition.Text(f"page {strip[0, 0, 0]}", 0.5) for strip in strips]

    def reconsider(self, found: finds.Found, texts: Sequence[recognition.Text], options: pipelines.ReadOptions) -> finds.Found:
        return found

    def place(
        self, found: finds.Found, texts: Sequence[recognition.Text], options: pipelines.ReadOptions
    ) -> results.PageResult:
        corners = ((1, 2), (3, 2), (3, 4), (1, 4))
        words = [
            tuple(results.Word(word, each.confidence, corners) for word in each.text.split() if options.words) for each in texts
        ]
        lines = [results.Line(each.text, each.confidence, corners, own) for each, own in zip(texts, words, strict=True)]
        return spoken.told(results.PageResult(found.number, *found.placement.size, 0, (tuple(lines),)), options.candidates)


class FakeStore:
    """A `readers.Store` that carries what an image without a model hoster does."""

    def carried(self) -> frozenset[str]:
        return models.WHEELS

    def reader(self, language: languages.Language, version: str, size: str | None = None) -> models.Reader:
        found = models.choose(language, version, size or "small", self.carried())
        if found is None:
            raise store.NotCarried(language, version, "site/ocr:large")
        return found


@pytest.fixture
def reader() -> FakeReader:
    return FakeReader()


@pytest.fixture
def application(reader: FakeReader, tmp_path: pathlib.Path) -> Callable[..., web.Application]:
    """Makes the real application, with settings of the test's choice."""
    own = {"queue_dir": str(tmp_path / "queue")}
    return lambda **changes: app.create_app(settings.Settings(**(own | changes)), reader, FakeStore())


@pytest.fixture
async def service(
    reader: FakeReader, application: Callable[..., web.Application]
) -> AsyncIterator[Callable[..., Awaitable[test_utils.TestClient]]]:
    """Starts the real application, with settings of the test's choice, and hands out a client of it once it is ready."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(*, wait: bool = True, **changes: Any) -> test_utils.TestClient:
            server = test_utils.TestServer(application(**changes))
            client = await stack.enter_async_context(test_utils.TestClient(server))
            while wait and (await client.get("/readyz")).status != 200:
                pass
            return client

        yield start
        reader.gate.set()


@pytest.fixture
def settled() -> Callable[[Callable[[], T]], Awaitable[T]]:
    """Waits until a figure that was 0 does not change any more, and tells it."""

    async def wait(figure: Callable[[], T]) -> T:
        same, last = 0, figure()
        while same < 20:
            await asyncio.sleep(0.02)
            same, last = (same + 1 if last and figure() == last else 0), figure()
        return last

    return wait


@pytest.fixture(scope="session")
def picture() -> Callable[..., bytes]:
    """An image in any format: `picture("PNG", size=(60, 40))`."""

    def draw(form: str = "PNG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **save: Any) -> bytes:
        image = PIL.Image.new("RGB", size, "white")
        PIL.ImageDraw.Draw(image).rectangle((2, 2, size[0] // 2, size[1] // 2), fill="black")
        buffer = io.BytesIO()
        image.convert(mode).save(buffer, form, **save)
        return buffer.getvalue()

    return draw


@pytest.fixture(scope="session")
def pdf() -> Callable[..., bytes]:
    """A PDF of so many pages: `pdf(3)`, or encrypted: `pdf(1, encrypt="secret")`."""

    def draw(pages: int = 1, size: tuple[float, float] = (72, 72), **options: Any) -> bytes:
        buffer = io.BytesIO()
        paper = canvas.Canvas(buffer, pagesize=size, **options)
        for number in range(1, pages + 1):
            paper.drawString(5, 40, f"page {number}")
            paper.showPage()
        paper.save()
        return buffer.getvalue()

    return draw


@pytest.fixture(scope="session")
def form() -> Callable[..., aiohttp.FormData]:
    """A multipart form with a file and any further fields."""

    def fill(file: bytes | None, name: str = "page.png", **fields: str) -> aiohttp.FormData:
        data = aiohttp.FormData(default_to_multipart=True)
        for field, value in fields.items():
            data.add_field(field, value)
        if file is not None:
            data.add_field("file", io.BytesIO(file), filename=name)
        return data

    return fill
