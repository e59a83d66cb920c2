"""What became of requests under load."""

import json

import pytest

from benchmarks.overload import outcomes, story


def answer(text="one", status=200, begun=0.0, ended=1.0, seconds=0.5):
    body = json.dumps({"text": text, "timings": {"inference_seconds": seconds}}).encode()
    return outcomes.Outcome(status, begun, ended, body)


def test_only_what_was_read_in_time_is_good():
    found = [answer(ended=101), answer(ended=109), answer(ended=111), answer(status=429, ended=101)]
    assert outcomes.goodput(found, 100, 10) == 0.2


def test_refusals_are_apart_from_failures():
    found = [answer(), answer(status=429, ended=0.01), answer(status=429, ended=0.03), answer(status=0), answer(status=503)]
    assert outcomes.refusals(found) == {"refused": 2, "refusal_p99_seconds": 0.03, "failed": 2}


def test_without_refusals_nothing_is_said_of_their_time():
    assert outcomes.refusals([answer()])["refusal_p99_seconds"] is None


def test_answers_are_equal_whatever_time_they_took():
    assert outcomes.differences([answer(seconds=1.0), answer("two")] * 2, [answer(seconds=2.0), answer("two")]) == 0


@pytest.mark.parametrize(
    "other", [pytest.param(answer("onE"), id="another text"), pytest.param(answer(status=429), id="not read")]
)
def test_a_difference_is_counted(other):
    assert outcomes.differences([answer(), other], [answer()]) == 1


def test_a_gauge_is_told_from_others_whose_names_begin_alike():
    told = "# TYPE pages gauge\npages_created 1.7e9\npages 512.0\n"
    assert outcomes.gauge(told, "pages") == 512
    with pytest.raises(ValueError, match="no metric page"):
        outcomes.gauge(told, "page")


LAST = {"status": "done"}


@pytest.mark.parametrize(
    ("lines", "want"),
    [
        pytest.param([{"total_pages": 2}, {"page": 1}, {"page": 2}, LAST], 0, id="every page once"),
        pytest.param([{"page": 1}, LAST], 1, id="one is missing"),
        pytest.param([{"page": 1}, {"page": 2}, {"page": 2}, LAST], 1, id="one came twice"),
        pytest.param([{"page": 1}, {"page": 2}], 2, id="broken off"),
        pytest.param([], 2, id="nothing"),
    ],
)
def test_every_page_has_its_line(lines, want):
    assert outcomes.unaccounted(lines, 2) == want


def test_a_part_that_found_nothing_misses_its_targets():
    verdicts = story.judged({"equal": {"differences": 0}, "stream": {}})
    assert verdicts["equal"]["differences"]["met"]
    assert not any(verdict["met"] for verdict in verdicts["stream"].values())
