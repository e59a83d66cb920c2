"""Formats made while others are served: what a process of its own gives back, and that none is left."""

import asyncio
import dataclasses
import os
import pathlib
import sys

import pytest
import read_pages

from kubeocr_contract import outputs
from kubeocr_runtime import errors
from kubeocr_runtime.formats import content, press, text

PDF, TEXT = outputs.OUTPUTS["pdf"], outputs.OUTPUTS["text"]
BROKEN = dataclasses.replace(read_pages.FOUND, file=b"%PDF-1.4 and nothing else")


def children() -> set[str]:
    return set(pathlib.Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split())


async def test_a_format_is_what_its_module_makes() -> None:
    assert await press.Press().printed(TEXT, read_pages.FOUND) == text.render(read_pages.FOUND)


async def test_a_pdf_comes_from_a_process_of_its_own() -> None:
    before = children()
    making = asyncio.create_task(press.Press().printed(PDF, read_pages.HEBREW))
    while not children() - before:
        await asyncio.sleep(0.01)
    assert (await making).startswith(b"%PDF-")
    assert children() == before


async def test_what_it_refuses_is_told() -> None:
    with pytest.raises(errors.BrokenDocument, match="no searchable PDF can be made of it"):
        await press.Press().printed(PDF, BROKEN)


@pytest.mark.parametrize(
    ("program", "how"),
    [
        pytest.param("import os; os.kill(os.getpid(), 11)", "SIGSEGV", id="it-crashes"),
        pytest.param("raise SystemExit(3)", "exit code 3", id="it-gives-up"),
        pytest.param("print('nonsense')", "exit code 0", id="it-talks-nonsense"),
    ],
)
async def test_a_process_that_ends_is_the_files_fault(tmp_path: pathlib.Path, monkeypatch, program: str, how: str) -> None:
    (tmp_path / "crashes.py").write_text(program)
    monkeypatch.setattr(press, "_MODULE", "crashes")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with pytest.raises(errors.BrokenDocument, match=how):
        await press.Press().printed(PDF, read_pages.FOUND)


async def test_whoever_leaves_takes_the_process_along(tmp_path: pathlib.Path, monkeypatch) -> None:
    (tmp_path / "hangs.py").write_text("import sys, time; sys.stdin.buffer.read(); time.sleep(600)")
    monkeypatch.setattr(press, "_MODULE", "hangs")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    before = children()
    making = asyncio.create_task(press.Press().printed(PDF, read_pages.FOUND))
    while not children() - before:
        await asyncio.sleep(0.01)
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making
    assert children() == before


async def test_it_has_no_more_memory_than_it_may(monkeypatch) -> None:
    monkeypatch.setattr(press, "_HEAP", 64 * 2**20)
    big = dataclasses.replace(read_pages.FOUND, pages=(_many(200_000),))
    with pytest.raises(errors.BrokenDocument, match=r"gave up|MiB"):
        await press.Press().printed(PDF, big)


def _many(lines: int) -> object:
    return dataclasses.replace(read_pages.FOUND.pages[0], rows=((read_pages.line("word " * 20, 0, 0),),) * lines)


async def test_no_more_are_made_at_a_time_than_there_is_room_for(monkeypatch) -> None:
    going, most = 0, 0

    async def making(_: content.Content) -> bytes:
        nonlocal going, most
        going += 1
        most = max(most, going)
        await asyncio.sleep(0.01)
        going -= 1
        return b"%PDF-"

    monkeypatch.setattr(press, "_apart", making)
    small = press.Press(asyncio.Semaphore(2))
    await asyncio.gather(*(small.printed(PDF, read_pages.FOUND) for _ in range(6)))
    assert most == 2
