"""Figures of one measurement, medians and ratios of all rounds."""

import pathlib

import pytest

from benchmarks.ocr import figures, systems, workloads

JOB = workloads.Job(pathlib.Path("page.png"), "one two")


def attempts(*seconds, inside=None):
    return [figures.Attempt(JOB, each, systems.Answer("one too", inside)) for each in seconds]


def measured(found, seconds=10.0):
    return figures.Measured(seconds, found, systems.Usage(100, 200, 5.0), systems.Usage(150, 300, 9.0))


def in_rounds(*rates):
    """Rounds of one workload, each with a system's rate."""
    return [{"pages-8": {name: {"per_second": rate} for name, rate in each.items()}} for each in rates]


def test_what_failed_counts_for_no_rate():
    failed = figures.Attempt(JOB, 0.01, None, "503")
    found = figures.of(measured([*attempts(1.0, 3.0), failed]))
    assert found["per_second"] == pytest.approx(0.2)
    assert found["p50_seconds"] == 1.0
    assert found["failed"] == 1


def test_memory_is_as_it_is_afterwards_and_cpu_time_is_for_each():
    found = figures.of(measured(attempts(1.0, 1.0)))
    assert (found["rss_mib"], found["peak_mib"], found["cpu_seconds"]) == (150, 300, 2.0)


def test_what_is_not_reading_is_the_share_of_http():
    assert figures.of(measured(attempts(1.0, 3.0, inside=1.5)))["http_share"] == pytest.approx(0.25)


def test_a_system_that_says_nothing_of_its_time_has_no_share_of_http():
    assert "http_share" not in figures.of(measured(attempts(1.0)))


def test_when_everything_fails_there_are_figures_all_the_same():
    found = figures.of(measured([figures.Attempt(JOB, 1.0, None, "503")]))
    assert (found["per_second"], found["failed"], found["error_percent"]) == (0, 1, 0)
    assert "p50_seconds" not in found


@pytest.mark.parametrize(
    ("percent", "want"),
    [
        pytest.param(50, 10, id="median"),
        pytest.param(95, 19, id="p95"),
        pytest.param(99, 20, id="p99"),
        pytest.param(1, 1, id="p1"),
    ],
)
def test_a_percentile_is_one_of_the_values(percent, want):
    assert figures.percentile([*range(20, 0, -1)], percent) == want


def test_a_ratio_is_the_median_of_the_rounds_own():
    rounds = in_rounds({"ours": 4, "slow": 1, "fast": 2}, {"ours": 1, "slow": 1, "fast": 2}, {"ours": 9, "slow": 3, "fast": 1})
    assert figures.ratio(rounds, "pages-8", "ours", ["slow", "fast"]) == 2.0


def test_others_that_were_not_measured_are_left_out():
    rounds = in_rounds({"ours": 4, "fast": 2})
    assert figures.ratio(rounds, "pages-8", "ours", ["fast", "missing"]) == 2.0


@pytest.mark.parametrize(
    ("workload", "system", "others"),
    [
        pytest.param("pages-8", "ours", ["missing"], id="nobody to compare with"),
        pytest.param("pages-8", "missing", ["ours"], id="not measured"),
        pytest.param("crops-32", "ours", ["ours"], id="no such workload"),
        pytest.param("pages-8", "ours", ["broken"], id="of nothing"),
    ],
)
def test_what_was_not_measured_has_no_ratio(workload, system, others):
    assert figures.ratio(in_rounds({"ours": 4, "broken": 0}), workload, system, others) is None


def test_each_figure_has_its_own_median():
    rounds = in_rounds({"ours": 4}, {"ours": 1}, {"ours": 3})
    rounds[1]["pages-8"]["ours"]["p50_seconds"] = 7
    assert figures.medians(rounds) == {"pages-8": {"ours": {"per_second": 3, "p50_seconds": 7}}}
