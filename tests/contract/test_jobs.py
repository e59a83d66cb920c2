"""A job as its callers see it, in each of its states."""

import pytest

from kubeocr_contract import jobs

PLAIN = {"id": "req_1", "created": 1_700_000_000.0}
FAULT = {"code": "broken_document", "message": "m", "details": {}}
CASES = [
    pytest.param(
        {"status": jobs.QUEUED, "position": 3, "wait": 44.6},
        {
            "queue_position": 3,
            "estimated_wait_time": 45,
            "started_at": None,
            "completed_at": None,
            "result": None,
            "error": None,
        },
        id="queued",
    ),
    pytest.param(
        {"status": jobs.PROCESSING, "started": 1_700_000_001.5, "pages": 3, "pages_done": 2},
        {"progress": 66, "pages_done": 2, "total_pages": 3, "started_at": "2023-11-14T22:13:21.500Z", "completed_at": None},
        id="processing",
    ),
    pytest.param(
        {"status": jobs.PROCESSING, "started": 1_700_000_001.0}, {"progress": 0, "total_pages": None}, id="not opened yet"
    ),
    pytest.param(
        {
            "status": jobs.COMPLETED,
            "started": 1_700_000_001.0,
            "ended": 1_700_000_005.0,
            "pages": 1,
            "pages_done": 1,
            "result": {"a": 1},
        },
        {"progress": 100, "processing_time_seconds": 4.0, "completed_at": "2023-11-14T22:13:25.000Z", "result": {"a": 1}},
        id="completed",
    ),
    pytest.param(
        {"status": jobs.FAILED, "started": 1_700_000_001.0, "ended": 1_700_000_003.0, "error": FAULT},
        {"processing_time_seconds": 2.0, "error": FAULT, "result": None},
        id="failed",
    ),
    pytest.param(
        {"status": jobs.CANCELLED, "ended": 1_700_000_003.0, "reason": "manual"}, {"reason": "manual"}, id="cancelled in line"
    ),
]


@pytest.mark.parametrize(("given", "want"), CASES)
def test_each_state_has_its_keys(given: dict, want: dict) -> None:
    told = jobs.Request(**PLAIN, **given).json()
    assert {key: told.get(key, "is not there") for key in want} == want
    assert (told["request_id"], told["status"], told["created_at"]) == ("req_1", given["status"], "2023-11-14T22:13:20.000Z")


def test_a_position_is_told_of_what_waits_and_of_nothing_else() -> None:
    keys = {state: set(jobs.Request(**PLAIN, status=state).json()) for state in jobs.STATES}
    assert {state for state in jobs.STATES if "queue_position" in keys[state]} == {jobs.QUEUED}
    assert {state for state in jobs.STATES if "reason" in keys[state]} == {jobs.CANCELLED}


def test_an_entry_of_a_list_has_no_result() -> None:
    entry = jobs.Request(**PLAIN, status=jobs.COMPLETED, started=1.0, ended=3.0, result={"a": 1}).entry()
    assert entry["processing_time_seconds"] == 2.0
    assert not {"result", "error"} & set(entry)
