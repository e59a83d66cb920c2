"""How long a job waits and takes, from what a ledger tells."""

import random

import pytest

from kubeocr_contract import jobs
from kubeocr_runtime.jobs import estimates, ledger, orders


@pytest.mark.parametrize(
    ("place", "pace", "want"),
    [
        pytest.param(1, ledger.Pace(2, 1, (10.0,)), 0.0, id="a slot is free"),
        pytest.param(1, ledger.Pace(2, 2, (10.0,)), 5.0, id="the next of two slots"),
        pytest.param(4, ledger.Pace(2, 2, (10.0, 30.0)), 40.0, id="behind others"),
        pytest.param(3, ledger.Pace(0, 0, (2.0,)), 4.0, id="no worker is there yet"),
        pytest.param(2, ledger.Pace(1, 1, ()), 10.0, id="nothing was done yet"),
    ],
)
def test_the_wait_is_that_of_the_line(place: int, pace: ledger.Pace, want: float) -> None:
    assert estimates.wait_seconds(place, pace) == want


def test_estimates_are_within_half_of_what_comes() -> None:
    """A line of 200 jobs of very different length, four slots, simulated: the median error, as the target has it."""
    random.seed(7)
    slots, lengths = [0.0] * 4, [random.expovariate(1 / 8) for _ in range(264)]
    begun = []
    for length in lengths:
        slots.sort()
        begun.append(slots[0])
        slots[0] += length
    pace = ledger.Pace(4, 4, tuple(lengths[:64]))
    waits = [(estimates.wait_seconds(place, pace), begun[64 + place] - begun[64]) for place in range(1, 200)]
    wrong = sorted(abs(told - true) / true for told, true in waits if true > 0)
    assert wrong[len(wrong) // 2] < 0.5


@pytest.mark.parametrize(
    ("changes", "want"),
    [
        pytest.param({"pages": 10, "pages_done": 4, "started": 92.0}, 12.0, id="by its pages"),
        pytest.param({"started": 97.0}, 7.0, id="by others"),
        pytest.param({"started": 50.0}, 0.0, id="long since"),
        pytest.param({"state": jobs.QUEUED}, 0.0, id="not begun"),
    ],
)
def test_the_rest_of_a_job(order, changes: dict, want: float) -> None:
    job = orders.Job(**({"order": order(), "state": jobs.PROCESSING, "created": 1.0, "version": 1} | changes))
    assert estimates.rest_seconds(job, ledger.Pace(1, 1, (10.0,)), 100.0) == want
