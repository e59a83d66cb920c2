"""Documents and results of jobs: in a folder, and in a file system of fsspec's that is none."""

import asyncio
import pathlib
import secrets

import pytest

from kubeocr_runtime import errors
from kubeocr_runtime.jobs import files


@pytest.fixture(params=["folder", "memory"])
def url(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> str:
    return str(tmp_path / "not" / "there") if request.param == "folder" else f"memory://{secrets.token_hex(4)}/jobs"


@pytest.fixture
def store(url: str) -> files.Files:
    return files.Files(url)


async def test_what_is_put_is_there_for_whoever_opens_the_same(store, url) -> None:
    await store.put("req_1", "file", b"one")
    await store.put("req_1", "result", b"two")
    await store.put("req_1", "file", b"three")
    again = files.Files(url)
    assert (await again.get("req_1", "file"), await again.get("req_1", "result")) == (b"three", b"two")


@pytest.mark.parametrize("name", [("req_1", "other"), ("req_2", "file")])
async def test_what_is_not_there_is_gone(store, name) -> None:
    await store.put("req_1", "file", b"one")
    with pytest.raises(errors.RequestGone):
        await store.get(*name)


@pytest.mark.parametrize(
    "name", [("..", "x"), ("req_1", "../../etc/passwd"), ("/etc", "passwd"), ("req_1", ".."), ("a/b", "c")]
)
async def test_no_name_leads_elsewhere(store, name) -> None:
    for ask in (store.get(*name), store.put(*name, b"x"), store.accept(*name, b"x")):
        with pytest.raises(errors.RequestNotFound):
            await ask


async def test_a_folder_goes_but_for_what_is_kept(store) -> None:
    for job_id in ("req_1", "req_2"):
        for name in ("file", "page-1.ab", "result"):
            await store.put(job_id, name, b"x")
    await store.drop("req_1", keep="result")
    assert await store.get("req_1", "result") == b"x"
    for name in ("file", "page-1.ab"):
        with pytest.raises(errors.RequestGone):
            await store.get("req_1", name)
    await store.drop("req_1")
    await store.drop("req_1")
    with pytest.raises(errors.RequestGone):
        await store.get("req_1", "result")
    assert await store.get("req_2", "file") == b"x"


async def test_what_nobody_wrote_to_for_long_is_found(store) -> None:
    assert await store.older_than(0) == ()
    await store.put("req_1", "file", b"x")
    await store.put("req_2", "file", b"x")
    await asyncio.sleep(0.05)
    assert set(await store.older_than(0.01)) == {"req_1", "req_2"}
    await store.put("req_2", "page-1", b"x")
    assert await store.older_than(3600) == ()
    assert "req_2" not in await store.older_than(0.04)


async def test_who_is_killed_while_writing_leaves_no_half_of_a_file(tmp_path) -> None:
    store = files.Files(str(tmp_path))
    await store.put("req_1", "file", b"x")
    (tmp_path / "req_1" / ".result.1a2b3c4d").write_bytes(b"half of")
    with pytest.raises(errors.RequestGone):
        await store.get("req_1", "result")
    await store.drop("req_1")
    assert list(tmp_path.iterdir()) == []


async def test_a_full_folder_takes_no_new_document_and_lets_work_go_on(tmp_path) -> None:
    first = files.Files(str(tmp_path))
    await first.put("req_1", "file", bytes(600))
    store = files.Files(str(tmp_path), most_bytes=1000)
    await store.accept("req_2", "file", bytes(400))
    with pytest.raises(errors.Overloaded, match=r"MiB of jobs' documents and results lie here") as full:
        await store.accept("req_3", "file", bytes(1))
    assert full.value.headers == {"Retry-After": "60"}
    await store.put("req_1", "page-1", bytes(100))
    await store.drop("req_1", keep="page-1")
    await store.accept("req_3", "file", bytes(500))
    with pytest.raises(errors.Overloaded):
        await store.accept("req_4", "file", bytes(1))


async def test_a_folder_that_cannot_be_written_is_away(tmp_path) -> None:
    (tmp_path / "jobs").write_text("no folder")
    store = files.Files(str(tmp_path / "jobs"))
    for ask in (lambda: store.put("req_1", "file", b"x"), lambda: store.older_than(1)):
        with pytest.raises(errors.QueueUnavailable) as away:
            await ask()
        assert away.value.headers == {"Retry-After": "2"}
    (tmp_path / "jobs").unlink()
    await store.put("req_1", "file", b"x")
