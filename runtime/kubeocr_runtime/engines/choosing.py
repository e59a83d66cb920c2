"""Which of several ways runs a model faster here: asked of the model itself, when it is warmed up."""

import time
from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

from kubeocr_runtime import engines

Way = TypeVar("Way", bound=Hashable)
_RUNS = 5
_CLEARLY = 0.85
"""A way has to take less than this part of the time of those before it: neighbours on a machine make more noise than that."""


def fastest(opened: Mapping[Way, engines.Engine], batch: engines.Batch, clock: Callable[[], float] = time.perf_counter) -> Way:
    """The first of those that no other is clearly faster than, by each one's best run.

    They run by turns, so that all meet the same noise; the first run of each, which prepares it, is not counted.
    """
    for engine in opened.values():
        engine.infer(batch)
    rounds = [{way: _timed(engine, batch, clock) for way, engine in opened.items()} for _ in range(_RUNS)]
    best = {way: min(each[way] for each in rounds) for way in opened}
    chosen, *others = opened
    for way in others:
        chosen = way if best[way] < _CLEARLY * best[chosen] else chosen
    return chosen


def _timed(engine: engines.Engine, batch: engines.Batch, clock: Callable[[], float]) -> float:
    begin = clock()
    engine.infer(batch)
    return clock() - begin
