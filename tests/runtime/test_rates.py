"""What the rate says of traces whose truth is known, by a clock that the test turns."""

import contextlib
import itertools
import random
from collections.abc import Callable, Iterable, Iterator

import pytest

from kubeocr_runtime import rates

Trace = Iterable[tuple[float, float, int]]
"""When each page began and ended, in seconds, and its pixels; in any order."""


class Clock:
    """Stands still until it is told what time it is."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def play(trace: Trace) -> rates.Rate:
    """The rate after a trace."""
    clock = Clock()
    rate = rates.Rate(clock)
    begun = clock.now
    reading: dict[int, contextlib.AbstractContextManager[None]] = {}
    pages = list(trace)
    events = [(begin, 1, n) for n, (begin, _, _) in enumerate(pages)] + [(end, 0, n) for n, (_, end, _) in enumerate(pages)]
    for at, begins, number in sorted(events):
        clock.now = begun + at
        if begins:
            reading[number] = rate.reading(pages[number][2])
            reading[number].__enter__()
        else:
            reading.pop(number).__exit__(None, None, None)
    return rate


def steady(seconds: float, pixels: int, pages: int) -> Trace:
    return [(n * seconds, (n + 1) * seconds, pixels) for n in range(pages)]


def streams(count: int, seconds: float, pixels: int, pages: int) -> Trace:
    """So many at once, each a little after the one before."""
    step = seconds / count
    return [(n * step, n * step + seconds, pixels) for n in range(pages)]


def batches(size: int, seconds: float, pixels: int, rounds: int) -> Trace:
    return [(r * seconds, (r + 1) * seconds, pixels) for r in range(rounds) for _ in range(size)]


def with_pauses(trace: Trace, pause: float, every: int) -> Trace:
    """Nothing is read for a while after every so many pages."""
    return [(b + pause * (n // every), e + pause * (n // every), p) for n, (b, e, p) in enumerate(trace)]


def then(first: Trace, second: Trace) -> Trace:
    end = max(e for _, e, _ in first)
    return [*first, *((b + end, e + end, p) for b, e, p in second)]


def uneven(mean: float, pages: int) -> Iterator[tuple[float, float, int]]:
    """Letters and newspapers: pages take what their pixels take."""
    dice = random.Random(5)
    sizes = [dice.choice((300_000, 4_000_000, 12_000_000)) for _ in range(pages)]
    ends = list(itertools.accumulate(size * mean for size in sizes))
    yield from zip([0.0, *ends[:-1]], ends, sizes, strict=True)


@pytest.mark.parametrize(
    ("trace", "want"),
    [
        pytest.param(lambda: steady(0.25, 4_000_000, 100), 16e6, id="steady"),
        pytest.param(lambda: steady(0.005, 60_000, 5000), 12e6, id="lines of text"),
        pytest.param(lambda: steady(60, 8_000_000, 9), 8e6 / 60, id="a minute a page"),
        pytest.param(lambda: streams(8, 2.0, 4_000_000, 200), 16e6, id="eight at once"),
        pytest.param(lambda: batches(8, 4.0, 1_000_000, 6), 2e6, id="batches"),
        pytest.param(lambda: batches(32, 15.0, 1_000_000, 3), 32e6 / 15, id="large batches"),
        pytest.param(lambda: with_pauses(steady(0.5, 4_000_000, 60), pause=30, every=5), 8e6, id="bursts with pauses"),
        pytest.param(lambda: then(steady(0.1, 4_000_000, 300), steady(2.0, 4_000_000, 12)), 2e6, id="a slow-down"),
        pytest.param(lambda: then(steady(2.0, 4_000_000, 50), steady(0.1, 4_000_000, 100)), 40e6, id="a speed-up"),
        pytest.param(lambda: uneven(1e-7, 200), 10e6, id="pages of all sizes"),
    ],
)
def test_it_is_within_half_of_the_truth(trace: Callable[[], Trace], want: float) -> None:
    assert play(trace()).pixels_per_second == pytest.approx(want, rel=0.5)


def test_before_the_first_page_it_is_a_page_a_second() -> None:
    rate = rates.Rate(Clock())
    assert rate.page_pixels == pytest.approx(rate.pixels_per_second)


def test_a_page_that_takes_long_slows_it_before_it_ends() -> None:
    clock = Clock()
    rate = rates.Rate(clock)
    with rate.reading(4_000_000):
        clock.now += 99
        assert rate.pixels_per_second == pytest.approx(4_000_000 / 100)


def test_time_in_which_nothing_is_read_does_not_count() -> None:
    clock = Clock()
    rate = rates.Rate(clock)
    before = rate.pixels_per_second
    clock.now += 3600
    assert rate.pixels_per_second == before


def test_what_failed_was_not_completed() -> None:
    rate = rates.Rate(Clock())
    before = rate.pixels_per_second
    with pytest.raises(ValueError, match="broken"), rate.reading(50_000_000):
        raise ValueError("broken")
    assert rate.pixels_per_second == before


def test_the_mean_page_is_that_of_the_latest() -> None:
    assert play(then(steady(0.1, 4_000_000, 300), steady(0.5, 100_000, 40))).page_pixels == 100_000


def test_it_remembers_little_however_long_it_runs() -> None:
    assert len(play(steady(0.001, 60_000, 20_000))._marks) < 300
