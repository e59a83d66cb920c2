"""Workers are killed and Redis is restarted while there is work: `make bench-jobs` in small."""

import pathlib
import shutil

import pytest

from benchmarks.jobs import kills, story

EFFORT = kills.Effort(jobs=60, kill_seconds=1.2, most_kills=8, page_seconds=0.1, lease_seconds=2.0)


@pytest.mark.parametrize("fsync", [pytest.param(None, id="sqlite"), pytest.param("everysec", id="redis")])
async def test_no_accepted_job_is_lost_or_done_twice(tmp_path: pathlib.Path, fsync: str | None, request) -> None:
    if fsync:
        request.getfixturevalue("redis_server")  # which sees to it that there is one
        assert shutil.which("redis-server")
    figures = await kills.measure(tmp_path, fsync, EFFORT)
    assert figures["accepted"] == EFFORT.jobs
    assert figures["kills"] > 1
    verdicts = story.judged({"sqlite": figures})["sqlite"]
    assert all(verdict["met"] for verdict in verdicts.values()), figures
