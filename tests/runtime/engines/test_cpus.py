import os
from collections.abc import Mapping

import pytest

from kubeocr_runtime.engines import cpus

V2 = "/sys/fs/cgroup/cpu.max"
QUOTA, PERIOD = "/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu/cpu.cfs_period_us"


@pytest.mark.parametrize(
    ("files", "want"),
    [
        pytest.param({}, 8, id="no cgroup"),
        pytest.param({V2: "max 100000\n"}, 8, id="v2 without a limit"),
        pytest.param({V2: "200000 100000\n"}, 2, id="v2"),
        pytest.param({V2: "150000 100000\n"}, 2, id="v2, rounded up"),
        pytest.param({V2: "10000 100000\n"}, 1, id="v2, a tenth"),
        pytest.param({V2: "3200000 100000\n"}, 8, id="v2, more than the mask"),
        pytest.param({V2: "\n"}, 8, id="v2, empty"),
        pytest.param({QUOTA: "-1\n", PERIOD: "100000\n"}, 8, id="v1 without a limit"),
        pytest.param({QUOTA: "400000\n", PERIOD: "100000\n"}, 4, id="v1"),
    ],
)
def test_limit(files: Mapping[str, str], want: int) -> None:
    assert cpus.limit(8, lambda path: files.get(path, "")) == want


@pytest.mark.parametrize(
    ("streams", "threads", "count", "want"),
    [
        pytest.param(0, 0, 1, (1, 1), id="one"),
        pytest.param(0, 0, 2, (2, 1), id="a few: each its own inference"),
        pytest.param(0, 0, 4, (4, 1), id="the most of a few"),
        pytest.param(0, 0, 16, (8, 2), id="many: two to an inference"),
        pytest.param(0, 4, 16, (4, 4), id="threads are given"),
        pytest.param(0, 8, 2, (1, 8), id="more threads than CPUs"),
        pytest.param(2, 0, 16, (2, 8), id="streams are given"),
        pytest.param(4, 0, 2, (4, 1), id="more streams than CPUs"),
        pytest.param(3, 5, 2, (3, 5), id="both are given"),
    ],
)
def test_divide(streams: int, threads: int, count: int, want: tuple[int, int]) -> None:
    assert cpus.divide(streams, threads, count) == cpus.Division(*want)


def test_available_is_within_the_mask() -> None:
    assert 1 <= cpus.available() <= len(os.sched_getaffinity(0))
