import numpy as np
import pytest

from kubeocr_contract import report
from kubeocr_runtime import engines
from kubeocr_runtime.engines import choosing


class Clock:
    """A clock that engines set forward."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Timed:
    """An `engines.Engine` whose runs take these seconds, the last of them from then on."""

    about = report.Engine()
    batch_pixels = 0

    def __init__(self, clock: Clock, *seconds: float) -> None:
        self.clock = clock
        self.seconds = [*seconds]

    def infer(self, batch: engines.Batch) -> engines.Outputs:
        self.clock.now += self.seconds.pop(0) if len(self.seconds) > 1 else self.seconds[0]
        return (batch,)


@pytest.mark.parametrize(
    ("seconds", "want"),
    [
        pytest.param({"a": (0.2,), "b": (0.1,)}, "b", id="the faster"),
        pytest.param({"a": (0.2,), "b": (0.18,)}, "a", id="one that is hardly faster is noise"),
        pytest.param({"a": (0.2,), "b": (0.18,), "c": (0.16,)}, "c", id="compared with the one that is chosen so far"),
        pytest.param({"a": (0.2,), "b": (9.0, 0.3, 0.3, 0.1, 0.3)}, "b", id="the best run counts, not the first"),
        pytest.param({"a": (0.2,), "b": (0.0, 0.4)}, "a", id="nor is the first counted for it"),
        pytest.param({"a": (0.2,)}, "a", id="nothing to choose from"),
    ],
)
def test_fastest(seconds: dict[str, tuple[float, ...]], want: str) -> None:
    clock = Clock()
    opened = {name: Timed(clock, *runs) for name, runs in seconds.items()}
    assert choosing.fastest(opened, np.zeros((1, 3, 48, 320), np.float32), clock) == want
