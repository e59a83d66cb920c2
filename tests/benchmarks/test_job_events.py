"""What notes of workers say of all jobs."""

import pytest

from benchmarks.jobs import events

NUMBERS = {"req_a": "7", "req_b": "8"}


def noted(*lines: str) -> list[events.Event]:
    return events.parsed(f"{at}.0 {line}\n" for at, line in enumerate(lines))


@pytest.mark.parametrize(
    ("lines", "want"),
    [
        pytest.param(["1 read 7 1 ", "1 kept req_a 1 t", "1 read 7 2 "], 0, id="each once"),
        pytest.param(["1 read 7 1 ", "2 read 7 1 ", "2 kept req_a 1 t"], 0, id="twice before it was kept"),
        pytest.param(["1 read 7 1 ", "1 kept req_a 1 t", "2 read 7 1 "], 1, id="again"),
        pytest.param(["1 kept req_a 1 t", "2 read 8 1 "], 0, id="another job's"),
    ],
)
def test_a_page_that_was_kept_and_read_again_is_counted(lines: list[str], want: int) -> None:
    assert events.read_after_kept(noted(*lines), NUMBERS) == want


@pytest.mark.parametrize(
    ("lines", "want"),
    [
        pytest.param(["1 ended req_a 0 t", "1 ended req_a 0 t", "1 ended req_b 0 u"], 0, id="told twice by the same attempt"),
        pytest.param(["1 ended req_a 0 t", "2 ended req_a 0 u"], 1, id="by two"),
    ],
)
def test_a_job_that_two_attempts_ended_is_counted(lines: list[str], want: int) -> None:
    assert events.ended_twice(noted(*lines)) == want


def test_recovery_is_from_a_worker_s_death_to_the_next_claim_of_what_it_had() -> None:
    found = noted(
        "1 claimed req_a 0 t", "1 claimed req_b 0 u", "1 ended req_b 0 u", "2 claimed req_a 0 v", "2 claimed req_b 0 w"
    )
    assert events.recoveries(found, {1: 2.5}) == [0.5]


def test_notes_are_read_as_they_were_written(tmp_path) -> None:
    notes = events.Notes(tmp_path / "notes")
    notes.note(events.READ, "7", 3)
    notes.note(events.KEPT, "req_a", 3, "t")
    found = events.parsed((tmp_path / "notes").read_text().splitlines())
    assert [(x.what, x.job, x.page, x.token) for x in found] == [("read", "7", 3, ""), ("kept", "req_a", 3, "t")]
