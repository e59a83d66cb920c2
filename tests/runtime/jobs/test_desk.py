"""Where jobs are kept, by the settings."""

import pathlib
import sqlite3
import stat

import pytest

from kubeocr_contract import settings
from kubeocr_runtime import errors
from kubeocr_runtime.jobs import desk, redis, sqlite


@pytest.mark.parametrize(
    ("chosen", "want"),
    [
        pytest.param({}, sqlite.Sqlite, id="nothing"),
        pytest.param({"queue_redis_url_file": "/etc/url"}, sqlite.Sqlite, id="a Redis, and no store that all pods reach"),
        pytest.param({"queue_store_url": "/shared"}, sqlite.Sqlite, id="a store, and no Redis"),
        pytest.param({"queue_redis_url_file": "/etc/url", "queue_store_url": "/shared"}, redis.Redis, id="both"),
    ],
)
async def test_jobs_outlive_the_pod_where_ledger_and_files_do(chosen: dict, want: type, tmp_path) -> None:
    jobs, files = desk.places(settings.Settings(queue_dir=str(tmp_path), **chosen))
    assert isinstance(jobs, want)
    await jobs.close()
    files.close()


async def test_queues_that_share_a_store_have_a_folder_each(tmp_path) -> None:
    shared = {"queue_redis_url_file": "/etc/url", "queue_store_url": str(tmp_path)}
    for name in ("office.one", "office.two"):
        _, files = desk.places(settings.Settings(queue_name=name, **shared))
        await files.put("req_1", "file", name.encode())
        files.close()
    assert (tmp_path / "office.one" / "req_1" / "file").read_bytes() == b"office.one"
    assert (tmp_path / "office.two" / "req_1" / "file").read_bytes() == b"office.two"


async def test_the_folder_is_the_user_s_alone(tmp_path) -> None:
    jobs, _ = desk.places(settings.Settings(queue_dir=str(tmp_path / "a" / "b")))
    await jobs.counts("")
    assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700
    await jobs.close()


async def test_a_folder_that_somebody_else_put_there_is_not_used(tmp_path: pathlib.Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "ours").symlink_to(tmp_path / "theirs")
    jobs, files = desk.places(settings.Settings(queue_dir=str(tmp_path / "ours")))
    with pytest.raises(errors.QueueUnavailable, match="is another user's"):
        await jobs.counts("")
    with pytest.raises(errors.QueueUnavailable, match="PermissionError"):
        await files.put("req_1", "file", b"x")
    await jobs.close()
    assert list((tmp_path / "theirs").iterdir()) == []


async def test_what_is_wrong_is_logged_once_and_that_it_is_over(tmp_path: pathlib.Path, caplog) -> None:
    caplog.set_level("INFO", "kubeocr.jobs")
    (tmp_path / "queue").write_text("no folder")
    jobs, _ = desk.places(settings.Settings(queue_dir=str(tmp_path / "queue")))
    for _ in range(3):
        with pytest.raises(errors.QueueUnavailable):
            await jobs.counts("")
    (tmp_path / "queue").unlink()
    for _ in range(3):
        await jobs.counts("")
    await jobs.close()
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


async def test_a_file_of_a_later_release_is_left_as_it_is(tmp_path: pathlib.Path) -> None:

    with sqlite3.connect(tmp_path / "jobs.sqlite") as later:
        later.execute("PRAGMA user_version = 99")
    later.close()
    jobs, _ = desk.places(settings.Settings(queue_dir=str(tmp_path)))
    with pytest.raises(errors.QueueUnavailable, match="of version 99, and this release knows 1"):
        await jobs.counts("")
    await jobs.close()
