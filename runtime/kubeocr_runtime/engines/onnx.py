"""Models in ONNX on onnxruntime: CPU, or CUDA where the package and the device are there."""

import dataclasses

import numpy as np
import onnxruntime

from kubeocr_contract import report, settings
from kubeocr_runtime import engines, models
from kubeocr_runtime.engines import cpus

CUDA = "CUDAExecutionProvider"
CPU = "CPUExecutionProvider"


@dataclasses.dataclass(frozen=True, slots=True)
class Session:
    """An `Engine`."""

    session: onnxruntime.InferenceSession
    input: str
    about: report.Engine

    def infer(self, batch: engines.Batch) -> engines.Batch:
        output: engines.Batch = self.session.run(None, {self.input: np.ascontiguousarray(batch)})[0]
        return output


def open_session(weights: models.Weights, chosen: settings.Settings) -> Session:
    """Load an ONNX file. Raises `models.BadModels`, and `EngineUnavailable` where a GPU is asked for and cannot be had."""
    wanted = providers(chosen.device, onnxruntime.get_available_providers())
    try:
        session = onnxruntime.InferenceSession(str(weights.program), _options(chosen.threads), providers=wanted)
    except Exception as e:  # its errors share no other base
        raise models.BadModels(f"{weights.program} cannot be loaded: {e}") from e
    if chosen.device == "gpu" and CUDA not in session.get_providers():
        raise engines.EngineUnavailable(
            "onnxruntime could not start CUDA: no GPU in this container, or its driver or CUDA libraries are missing"
        )
    return Session(session, session.get_inputs()[0].name, about(session.get_providers()[0], chosen.threads))


def about(provider: str, threads: int) -> report.Engine:
    """Of a session's first provider, which is the one that runs whatever it can."""
    device = "gpu" if provider == CUDA else "cpu"
    return report.Engine(name="onnxruntime", device=device, provider=provider, threads=threads or cpus.available())


def providers(device: str, available: list[str]) -> list[str]:
    """Execution providers, best first, for a device of the settings (auto, cpu, gpu)."""
    if device == "gpu" and CUDA not in available:
        raise engines.EngineUnavailable(
            f"device gpu: this onnxruntime has {', '.join(available)} only: pip install onnxruntime-gpu in its place"
        )
    return [CUDA, CPU] if device != "cpu" and CUDA in available else [CPU]


def _options(threads: int) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or cpus.available()
    # The arena keeps the most that any page ever took: three scans of 8 megapixels left 2.9 GB resident, 0.4 GB without it
    # (peak 3.0 and 1.8 GB), for a tenth more CPU time.
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3  # it warns of lenient shape merges in models that run well
    return options
