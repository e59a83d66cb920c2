"""What is to be reached, and whether it was."""

import pytest

from benchmarks.ocr import figures, targets


def of(rate, **more):
    return {"per_second": rate, "rss_mib": 500.0, "failed": 0, **more}


def run(ours=4.0, exact=2.4, bare=2.7, words=95.0, **more):
    """A run in which every target is met."""
    others = {"paddlex-serve": of(0.5), "paddleocr": of(2.0), "bare-exact": of(bare)}
    rates = {"ours": of(ours, **more), "ours-exact": of(exact), **others}
    alone = {"ours": of(1.0, http_share=0.03)}
    documents = {"ours": {"page": {"words_percent": words}}, "paddleocr": {"page": {"words_percent": 95.1}}}
    return figures.Found({"ours": 1.0}, documents, [{"pages-1": alone, "pages-8": rates, "crops-32": rates}])


def missed(found):
    return {name for name, verdict in targets.judged(found).items() if not verdict["met"]}


def test_a_run_that_reaches_everything():
    assert missed(run()) == set()


@pytest.mark.parametrize(
    ("found", "want"),
    [
        pytest.param(
            run(ours=3.9),
            {"pages_8_to_fastest_peer", "pages_8_to_fastest_peer_of_same_weights"},
            id="less than twice the fastest",
        ),
        pytest.param(
            run(exact=2.25, bare=2.5),
            {"pages_8_exact_to_fastest_peer", "pages_8_exact_to_fastest_float32_peer"},
            id="exact, and too slow",
        ),
        pytest.param(run(bare=3.0), {"pages_8_exact_to_bare_models"}, id="exact, and much slower than its models"),
        pytest.param(run(words=94.8), {"words_behind_paddleocr_points"}, id="words that PaddleOCR finds"),
        pytest.param(run(rss_mib=701.0), {"rss_mib"}, id="memory"),
        pytest.param(run(failed=1), {"failed"}, id="requests that fail"),
    ],
)
def test_a_target_that_is_missed(found, want):
    assert missed(found) == want


def test_what_was_not_measured_is_not_met():
    found = figures.Found({}, {}, [{"pages-8": {"paddleocr": of(2.0)}}])
    assert missed(found) == set(targets.TARGETS)


@pytest.mark.parametrize(
    ("kind", "value", "want"),
    [
        pytest.param(targets.AT_LEAST, 2.0, True, id="at least, just"),
        pytest.param(targets.AT_LEAST, 1.9, False, id="at least, not"),
        pytest.param(targets.AT_MOST, 2.0, True, id="at most, just"),
        pytest.param(targets.AT_MOST, 2.1, False, id="at most, not"),
        pytest.param(targets.AT_MOST, None, False, id="not measured"),
    ],
)
def test_a_verdict_says_the_bound_and_what_was_found(kind, value, want):
    assert targets.verdict(kind, 2.0, value) == {kind: 2.0, "found": value, "met": want}
