"""Engines: numbers in, numbers out. `pipelines` opens one session a model; what the numbers mean is not known here."""

import importlib
import importlib.util
from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kubeocr_contract import report, settings
from kubeocr_runtime import models

Batch = NDArray[np.float32]


class Engine(Protocol):
    """A loaded model with one input and one output."""

    @property
    def about(self) -> report.Engine:
        """What runs it."""
        ...

    def infer(self, batch: Batch) -> Batch:
        """Run float32 NCHW through the model; its output's first axis is the batch's."""
        ...


class EngineUnavailable(RuntimeError):
    """The engine, or the device that it should run on, is not in this environment; the message says how to get it."""


# models.Weights.format -> (the module here, the library that it needs, the package that has the library)
ENGINES: Mapping[str, tuple[str, str, str]] = {
    "onnx": ("kubeocr_runtime.engines.onnx", "onnxruntime", "onnxruntime"),
    "paddle": ("kubeocr_runtime.engines.paddle", "paddle", "paddlepaddle"),
}


def open_session(weights: models.Weights, chosen: settings.Settings) -> Engine:
    """Load a model's weights with the engine of their format. Raises `EngineUnavailable`."""
    module, library, package = ENGINES[weights.format]
    if importlib.util.find_spec(library) is None:
        raise EngineUnavailable(f"{weights.program.name} needs {library}, which is not installed: pip install {package}")
    engine: Engine = importlib.import_module(module).open_session(weights, chosen)
    return engine
