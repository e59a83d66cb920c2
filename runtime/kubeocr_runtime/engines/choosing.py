"""Which of several engines runs a model faster here: asked of the models themselves, when they are warmed up."""

import itertools
import time
from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar

from kubeocr_runtime import engines

Way = TypeVar("Way", bound=Hashable)
_RUNS = 3


def fastest(opened: Mapping[Way, engines.Engine], batch: engines.Batch, clock: Callable[[], float] = time.perf_counter) -> Way:
    """The one whose best run took the least time; the first run of each is not counted."""
    return min(opened, key=lambda way: _best(opened[way], batch, clock))


def _best(engine: engines.Engine, batch: engines.Batch, clock: Callable[[], float]) -> float:
    engine.infer(batch)
    times = [clock()]
    for _ in range(_RUNS):
        engine.infer(batch)
        times.append(clock())
    return min(after - before for before, after in itertools.pairwise(times))
