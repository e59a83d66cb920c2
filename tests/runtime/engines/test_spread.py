import collections
import concurrent.futures
import threading

import numpy as np

from kubeocr_contract import report
from kubeocr_runtime import engines
from kubeocr_runtime.engines import spread


class Counting:
    """An `engines.Engine` that notes who called it."""

    about = report.Engine(name="onnxruntime", device="gpu")
    batch_pixels = 7

    def __init__(self) -> None:
        self.callers: collections.Counter[int] = collections.Counter()

    def infer(self, batch: engines.Batch) -> engines.Outputs:
        self.callers[threading.get_ident()] += 1
        return (batch,)


def test_each_thread_keeps_to_one_device_and_all_get_as_many() -> None:
    sessions = [Counting(), Counting()]
    several = spread.Spread(sessions)
    begun = threading.Barrier(4)

    def call(_: int) -> None:
        begun.wait(10)
        for _ in range(5):
            several.infer(np.zeros((1, 3, 48, 320), np.float32))

    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        list(threads.map(call, range(4)))
    assert [sorted(session.callers.values()) for session in sessions] == [[5, 5], [5, 5]]
    assert sessions[0].callers.keys().isdisjoint(sessions[1].callers)


def test_it_tells_of_itself_what_each_would() -> None:
    several = spread.Spread([Counting(), Counting()])
    assert (several.about.device, several.batch_pixels) == ("gpu", 7)
