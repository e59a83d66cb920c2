"""Engines: numbers in, numbers out. `loading` opens one session a model; what the numbers mean is not known here."""

import dataclasses
import importlib
import importlib.util
from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kubeocr_contract import report, settings
from kubeocr_runtime import models

Batch = NDArray[np.float32]
Outputs = tuple[NDArray[np.generic], ...]
"""A model's outputs in the order of its file; the first axis of each is the batch's."""


LARGE = 500_000
"""Pixels of a batch from which on an engine may prepare itself for its very shape: the memory of a page is worth it."""


class Engine(Protocol):
    """A loaded model with one input. Threads may call it at the same time."""

    @property
    def about(self) -> report.Engine:
        """What runs it."""
        ...

    @property
    def batch_pixels(self) -> int:
        """Pixels of a batch of lines beyond which a larger one is no faster here."""
        ...

    def infer(self, batch: Batch) -> Outputs:
        """Run float32 NCHW through the model."""
        ...


class EngineUnavailable(RuntimeError):
    """The engine, or the device that it should run on, is not in this environment; the message says how to get it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Program:
    """What an engine loads."""

    weights: models.Weights
    onnx: bytes | None = None
    """The model in place of that in the weights' file, where it was changed."""


@dataclasses.dataclass(frozen=True, slots=True)
class Kind:
    """An engine that there may be."""

    format: str
    """Of the weights that it reads, a key of `models.FORMATS`."""
    module: str
    library: str
    """What its module imports."""
    package: str
    """What has the library."""


KINDS: Mapping[str, Kind] = {
    "openvino": Kind("onnx", "kubeocr_runtime.engines.openvino", "openvino", "openvino"),
    "onnxruntime": Kind("onnx", "kubeocr_runtime.engines.onnx", "onnxruntime", "onnxruntime"),
    "tensorrt": Kind("onnx", "kubeocr_runtime.engines.onnx", "onnxruntime", "onnxruntime-gpu"),
    "paddle": Kind("paddle", "kubeocr_runtime.engines.paddle", "paddle", "paddlepaddle"),
}
"""`settings.Settings.engine` -> what it is."""
_ANY = ("openvino", "onnxruntime", "paddle")
"""What auto chooses from: TensorRT takes minutes to build its engines, which nobody should meet unasked."""
CPU_ONLY = "openvino"
INTEGERS = "openvino"
"""What runs `models.QUANTISED` weights: they are rounded as it likes them (`quantising`)."""


def installed(name: str) -> bool:
    """Whether an engine's library can be imported; nothing is imported."""
    return importlib.util.find_spec(KINDS[name].library) is not None


def candidates(form: str, chosen: settings.Settings, has: Callable[[str], bool] = installed) -> tuple[str, ...]:
    """Names of the engines that may run weights of a format (at least one), by the settings and by what is installed.

    Raises `EngineUnavailable`.
    """
    named = _ANY if chosen.engine == "auto" else (chosen.engine,)
    able = [name for name in named if KINDS[name].format == form and not (name == CPU_ONLY and chosen.device == "gpu")]
    if not able:
        raise EngineUnavailable(f"engine {chosen.engine} runs no model in the format {form} on device {chosen.device}")
    found = tuple(name for name in able if has(name))
    if not found:
        kind = KINDS[able[-1]]
        raise EngineUnavailable(f"models in {form} need {kind.library}, which is not installed: pip install {kind.package}")
    return found


def open_session(name: str, program: Program, chosen: settings.Settings) -> Engine:
    """Load a model with an engine. Raises `EngineUnavailable`, `models.BadModels`."""
    engine: Engine = importlib.import_module(KINDS[name].module).open_session(program, chosen)
    return engine
