"""Models in ONNX on OpenVINO, on CPUs."""

import dataclasses
import sys
import threading
from typing import Any, cast

# On import OpenVINO would tell Google Analytics so, through a package that it does without:
# https://docs.openvino.ai/2025/about-openvino/additional-resources/telemetry.html
cast("dict[str, Any]", sys.modules)["openvino_telemetry"] = None

import openvino  # noqa: E402

from kubeocr_contract import report, settings  # noqa: E402
from kubeocr_runtime import engines, models  # noqa: E402
from kubeocr_runtime.engines import cpus  # noqa: E402

_DEVICE = "CPU"
_HINTS = {"fp32": "f32", "fp16": "f16", "bf16": "bf16"}
"""Precision of the settings -> OpenVINO's name of it."""
_BATCH = 4 * 48 * 320
"""Pixels; four lines of the narrowest bucket took 0.8 times as long as one by one, eight no less (docs/PERFORMANCE.md)."""


@dataclasses.dataclass(frozen=True, slots=True)
class Session:
    """An `Engine`. Results do not depend on who shares a batch: a test holds them equal to the last bit."""

    model: openvino.CompiledModel
    about: report.Engine
    batch_pixels: int = _BATCH
    _requests: threading.local = dataclasses.field(default_factory=threading.local)
    """Each thread's own: a request holds its input and outputs."""

    def infer(self, batch: engines.Batch) -> engines.Outputs:
        if not hasattr(self._requests, "own"):
            self._requests.own = self.model.create_infer_request()
        request: openvino.InferRequest = self._requests.own
        request.infer([batch], share_inputs=True)
        return tuple(request.get_output_tensor(i).data.copy() for i in range(len(self.model.outputs)))


def open_session(program: engines.Program, chosen: settings.Settings) -> Session:
    """Load an ONNX model. Raises `models.BadModels`, and `EngineUnavailable` for a precision that this CPU does not have."""
    core = openvino.Core()
    division = cpus.divide(chosen.streams, chosen.threads, cpus.available())
    hint = precision(chosen.precision, core.get_property(_DEVICE, "OPTIMIZATION_CAPABILITIES"))
    properties = {
        "INFERENCE_PRECISION_HINT": hint,
        "INFERENCE_NUM_THREADS": division.streams * division.threads,
        "NUM_STREAMS": division.streams,
        "ENABLE_CPU_PINNING": False,  # two pods on a node would be pinned to the same CPUs
        **({"CACHE_DIR": chosen.engine_cache_dir} if chosen.engine_cache_dir else {}),
    }
    try:
        model = core.compile_model(core.read_model(program.onnx or str(program.weights.program)), _DEVICE, properties)
    except RuntimeError as e:
        raise models.BadModels(f"{program.weights.program} cannot be loaded: {e}") from e
    return Session(model, report.Engine(name="openvino", device="cpu", provider=f"CPU {hint}", threads=division.threads))


def precision(wanted: str, capabilities: list[str]) -> str:
    """OpenVINO's name of the precision to compute in, by what the CPU is capable of; auto is bfloat16 where it can be had.

    Raises `EngineUnavailable`.
    """
    able = {"fp32", *(name for name in ("bf16", "fp16") if name.upper() in capabilities)}
    if wanted in {"auto", "int8"}:  # what is not in integers is computed in the fastest of the others
        return _HINTS["bf16" if "bf16" in able else "fp32"]
    if wanted not in able:
        raise engines.EngineUnavailable(f"precision {wanted}: OpenVINO computes in {', '.join(sorted(able))} on this CPU")
    return _HINTS[wanted]
