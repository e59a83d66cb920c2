"""A service with a reader that needs no models: what HTTP does is the same whoever reads."""

import contextlib
import io
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import PIL.Image
import PIL.ImageDraw
import pytest
from aiohttp import test_utils
from reportlab.pdfgen import canvas

from kubeocr_contract import languages, models, report, settings
from kubeocr_runtime import app, documents, pipelines, results
from kubeocr_runtime import models as store


class FakeReader:
    """A `worker.Reader` that tells what it was given. It reads nothing while `gate` is closed."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self.seen: list[tuple[int, tuple[int, ...], pipelines.ReadOptions]] = []
        self.broken: Exception | None = None
        self.orients_pages = True
        self.orients_lines = True
        self.loaded = {"PP-OCRv6_small_rec": "ab" * 32, "PP-OCRv6_small_det": "cd" * 32}
        self.engine = report.Engine(name="onnxruntime", device="cpu", provider="CPUExecutionProvider", threads=2)

    def warm(self) -> None:
        if self.broken:
            raise self.broken

    def self_test(self) -> None:
        pass

    def read(self, page: documents.Page, options: pipelines.ReadOptions) -> results.PageResult:
        self.entered.set()
        self.gate.wait(20)
        self.seen.append((page.number, page.image.shape, options))
        height, width, _ = page.image.shape
        line = results.Line(f"page {page.number}", 0.5, ((1, 2), (3, 2), (3, 4), (1, 4)))
        return results.PageResult(page.number, width, height, 0, ((line,),))


class FakeStore:
    """A `worker.Store` that carries what an image without a model hoster does."""

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
async def service(reader: FakeReader) -> AsyncIterator[Callable[..., Awaitable[test_utils.TestClient]]]:
    """Starts the real application, with settings of the test's choice, and hands out a client of it once it is ready."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(*, wait: bool = True, **changes: Any) -> test_utils.TestClient:
            server = test_utils.TestServer(app.create_app(settings.Settings(**changes), reader, FakeStore()))
            client = await stack.enter_async_context(test_utils.TestClient(server))
            while wait and (await client.get("/readyz")).status != 200:
                pass
            return client

        yield start
        reader.gate.set()


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
