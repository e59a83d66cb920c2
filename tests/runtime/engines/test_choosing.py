import numpy as np

from kubeocr_contract import report
from kubeocr_runtime import engines
from kubeocr_runtime.engines import choosing


class Clock:
    """A clock that engines set forward."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Slow:
    """An `engines.Engine` whose runs take these seconds, the last of them from then on."""

    about = report.Engine()
    batch_pixels = 0

    def __init__(self, clock: Clock, *seconds: float) -> None:
        self.clock = clock
        self.seconds = [*seconds]

    def infer(self, batch: engines.Batch) -> engines.Outputs:
        self.clock.now += self.seconds.pop(0) if len(self.seconds) > 1 else self.seconds[0]
        return (batch,)


def test_the_best_run_counts_and_not_the_first() -> None:
    clock = Clock()
    opened = {"steady": Slow(clock, 0.2), "cold": Slow(clock, 9.0, 0.3, 0.1, 0.3), "quick at first": Slow(clock, 0.0, 0.4)}
    assert choosing.fastest(opened, np.zeros((1, 3, 48, 320), np.float32), clock) == "cold"
