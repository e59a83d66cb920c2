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


def test_available_is_within_the_mask() -> None:
    assert 1 <= cpus.available() <= len(os.sched_getaffinity(0))
