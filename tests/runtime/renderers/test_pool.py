"""Renderers: started when needed, shared, replaced, and gone with whoever started them."""

import asyncio
import contextlib
import os
import pathlib
import signal
import subprocess
import sys
from collections.abc import Iterator

import hostile
import numpy as np
import pytest

from kubeocr_contract import settings
from kubeocr_runtime import admission, documents, errors
from kubeocr_runtime.renderers import children, pool

LIMITS = settings.Settings(megapixels=8, pages=1000)


@pytest.fixture
def renderers() -> Iterator[pool.Pool]:
    with contextlib.closing(_Stopped(pool.Pool(2, 20))) as held:
        yield held.pool


class _Stopped:
    def __init__(self, renderers: pool.Pool) -> None:
        self.pool = renderers

    def close(self) -> None:
        self.pool.stop()


async def draw(file: pool.Pdf, index: int = 0) -> documents.Page:
    async with admission.Budget(1).take(1) as held:
        return await file.page(index, held)


def told(pid: int, name: str) -> str:
    return pathlib.Path(f"/proc/{pid}/{name}").read_text(encoding="utf-8")


def open_files() -> int:
    return len(list(pathlib.Path("/proc/self/fd").iterdir()))


def lives(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in told(pid, "status")
    except FileNotFoundError:
        return False


async def until_ended(pid: int) -> None:
    async with asyncio.timeout(10):
        while lives(pid):
            await asyncio.sleep(0.01)


async def test_a_page_is_what_it_is_in_this_process(renderers: pool.Pool, pdf) -> None:
    data = pdf(2, size=(301, 97))
    file = await renderers.open(data, LIMITS)
    own = documents.open_document(data, LIMITS)
    for index in range(2):
        page, want = await draw(file, index), own.page(index)
        assert page.number == want.number
        assert np.array_equal(page.image, want.image)
        assert await file.pixels(index) == own.pixels(index) == want.image.size // 3
    file.close()
    own.close()


async def test_none_is_started_before_it_is_needed_and_none_too_many(renderers: pool.Pool, pdf) -> None:
    assert renderers.children == []
    first = await renderers.open(pdf(1), LIMITS)
    assert len(renderers.children) == 1
    others = [await renderers.open(pdf(1), LIMITS) for _ in range(3)]
    assert [child.files for child in renderers.children] == [2, 2]
    for file in (first, *others):
        assert (await draw(file)).number == 1
        file.close()
    await renderers.open(pdf(1), LIMITS)
    assert len(renderers.children) == 2


def test_a_server_loads_no_pdfium() -> None:
    with started("import sys, kubeocr_runtime.app; print('pypdfium2' in sys.modules)") as program:
        assert program.stdout.read() == b"False\n"


async def test_a_renderer_loads_little(renderers: pool.Pool, pdf) -> None:
    await draw(await renderers.open(pdf(1), LIMITS))
    maps = told(renderers.children[0].pid, "maps")
    assert "libpdfium" in maps
    assert not [name for name in ("numpy", "onnxruntime", "cv2", "PIL") if f"/{name}/" in maps]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSEGV], ids=["killed", "crashed"])
async def test_who_ends_between_two_pages_is_replaced_and_nobody_notices(
    renderers: pool.Pool, pdf, how: signal.Signals
) -> None:
    files = [await renderers.open(pdf(3), LIMITS) for _ in range(4)]
    for child in list(renderers.children):
        os.kill(child.pid, how)
        await until_ended(child.pid)
        child.end()
    for file in files:
        assert (await draw(file, 2)).number == 3
        file.close()


async def test_a_page_that_ends_its_renderer_is_broken_and_the_files_beside_it_are_not(pdf) -> None:
    renderers = pool.Pool(1, 20)
    bad, good = await renderers.open(hostile.forms_in_forms(), LIMITS), await renderers.open(pdf(1), LIMITS)
    drawn = await asyncio.gather(draw(bad), draw(good), return_exceptions=True)
    assert isinstance(drawn[0], errors.BrokenDocument)
    assert drawn[0].details == {"page": 1, "limit_mib": pool.heap(LIMITS) >> 20}
    assert drawn[1].number == 1
    renderers.stop()


async def test_a_file_that_ends_every_renderer_has_three_chances() -> None:
    renderers = pool.Pool(1, 0.3)
    file = await renderers.open(hostile.endless(), LIMITS)
    for _ in range(5):
        with pytest.raises(errors.BrokenDocument, match="not done within"):
            await draw(file)
    assert len(renderers.children) == 1
    file.close()
    renderers.stop()


@pytest.mark.parametrize(
    ("bound", "value", "wanted"),
    [pytest.param("_FILES", 2, 2, id="opened-many-files"), pytest.param("_HELD", 2**20, 4, id="keeps-much-memory")],
)
async def test_who_is_worn_is_replaced_once_its_files_are_closed(
    renderers: pool.Pool, pdf, monkeypatch: pytest.MonkeyPatch, bound: str, value: int, wanted: int
) -> None:
    monkeypatch.setattr(pool, bound, value)
    pids = []
    for _ in range(4):
        file = await renderers.open(pdf(1), LIMITS)
        await draw(file)
        pids.append(renderers.children[-1].pid)
        file.close()
        await asyncio.sleep(0.1)
    assert len(set(pids)) == wanted
    await until_ended(pids[0])


async def test_who_does_not_start_is_an_error_of_ours(pdf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "_MODULE", "kubeocr_runtime.no_such_module")
    renderers = pool.Pool(1, 20)
    with pytest.raises(RuntimeError, match="did not start: it ended with exit code 1"):
        await renderers.open(pdf(1), LIMITS)
    renderers.stop()


async def test_who_takes_too_long_to_start_is_not_waited_for(pdf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "_MODULE", "silent")
    monkeypatch.setattr(children, "_START_SECONDS", 0.2)
    renderers = pool.Pool(1, 20)
    with pytest.raises(RuntimeError, match=r"did not start within 0\.2 s"):
        await renderers.open(pdf(1), LIMITS)
    renderers.stop()


async def test_stopped_they_are_gone_whatever_they_do(pdf) -> None:
    renderers = pool.Pool(2, 60)
    busy, idle = await renderers.open(hostile.endless(), LIMITS), await renderers.open(pdf(1), LIMITS)
    await draw(idle)
    stuck = asyncio.create_task(draw(busy))
    await asyncio.sleep(0.2)
    pids = [child.pid for child in renderers.children]
    renderers.stop()
    for pid in pids:
        await until_ended(pid)
    assert isinstance((await asyncio.gather(stuck, return_exceptions=True))[0], errors.BrokenDocument)


PARENT = """
import asyncio, sys, hostile
from kubeocr_contract import settings
from kubeocr_runtime import admission
from kubeocr_runtime.renderers import pool

async def main():
    renderers = pool.Pool(1, 600)
    file = await renderers.open(hostile.endless(), settings.Settings(megapixels=8))
    print(renderers.children[0].pid, flush=True)
    async with admission.Budget(1).take(1) as held:
        await file.page(0, held)

asyncio.run(main())
"""


def started(program: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment)


async def test_they_do_not_outlive_a_parent_that_was_killed() -> None:
    with started(PARENT) as parent:
        pid = int(parent.stdout.readline())
        await asyncio.sleep(0.3)
        assert lives(pid)
        parent.kill()
        parent.wait()
    await until_ended(pid)


async def test_a_book_takes_no_more_memory_than_its_pages(renderers: pool.Pool, pdf) -> None:
    before, file = open_files(), await renderers.open(pdf(1000), LIMITS)
    assert file.pages == 1000
    held = []
    for index in range(500):
        await draw(file, index)
        held.append(renderers.children[0].held)
    assert held[-1] < held[20] + 16 * 2**20
    file.close()
    assert open_files() <= before + 1  # the renderer's socket
