"""Models in ONNX on onnxruntime: CPU, or CUDA and TensorRT where the package and the device are there."""

import contextlib
import dataclasses
import logging
import sys
from collections.abc import Mapping

import numpy as np
import onnxruntime

from kubeocr_contract import report, settings
from kubeocr_runtime import engines, models
from kubeocr_runtime.engines import cpus, gpus, spread

LOG = logging.getLogger("kubeocr.engines")
TENSORRT = "TensorrtExecutionProvider"
CUDA = "CUDAExecutionProvider"
CPU = "CPUExecutionProvider"
Provider = tuple[str, Mapping[str, object]]
_GPU_BATCH = 64 * 48 * 320  # pixels; 64 lines of the narrowest bucket

# precision of the settings -> providers that do it; auto is each one's own
_PRECISIONS: Mapping[str, frozenset[str]] = {
    "auto": frozenset({TENSORRT, CUDA, CPU}),
    "fp32": frozenset({TENSORRT, CUDA, CPU}),
    "fp16": frozenset({TENSORRT}),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Session:
    """An `Engine`."""

    session: onnxruntime.InferenceSession
    input: str
    about: report.Engine
    batch_pixels: int

    def infer(self, batch: engines.Batch) -> engines.Outputs:
        return tuple(self.session.run(None, {self.input: np.ascontiguousarray(batch)}))


def open_session(program: engines.Program, chosen: settings.Settings) -> engines.Engine:
    """Load an ONNX model, on each GPU where several are at hand.

    Raises `models.BadModels`, and `EngineUnavailable` for a GPU or a precision that cannot be had.
    """
    first = _open(program, chosen, device=0)
    devices = gpus.visible() if first.about.device == "gpu" else 1
    others = [_open(program, chosen, device=number) for number in range(1, devices)]
    return spread.Spread([first, *others]) if others else first


def _open(program: engines.Program, chosen: settings.Settings, *, device: int) -> Session:
    wanted = providers(chosen, onnxruntime.get_available_providers(), device)
    division = cpus.divide(chosen.streams, chosen.threads, cpus.available())
    model = program.onnx or str(program.weights.program)
    if wanted[0][0] != CPU:
        _load_cuda()
    try:
        session = onnxruntime.InferenceSession(model, _options(division.threads), providers=wanted)
    except Exception as e:  # its errors share no other base
        raise models.BadModels(f"{program.weights.program} cannot be loaded: {e}") from e
    first = session.get_providers()[0]
    if chosen.device == "gpu" and first == CPU:
        raise engines.EngineUnavailable(
            "onnxruntime could not start CUDA: no GPU in this container, or its driver or CUDA libraries are missing"
        )
    if first != wanted[0][0]:
        LOG.warning("%s could not be started, %s runs the models: is there a GPU, and its driver?", wanted[0][0], first)
    # On CPUs a batch is no faster than its lines one by one, and its last digits depend on who shares it
    return Session(session, session.get_inputs()[0].name, about(first, division.threads), _GPU_BATCH if first != CPU else 0)


def _load_cuda() -> None:
    """The libraries of CUDA and cuDNN that came as Python packages: the system's loader does not look there."""
    with contextlib.redirect_stdout(sys.stderr):  # it prints what it does not find
        onnxruntime.preload_dlls()


def about(provider: str, threads: int) -> report.Engine:
    """Of a session's first provider, which is the one that runs whatever it can."""
    name = "tensorrt" if provider == TENSORRT else "onnxruntime"
    return report.Engine(name=name, device="cpu" if provider == CPU else "gpu", provider=provider, threads=threads)


def providers(chosen: settings.Settings, available: list[str], device: int = 0) -> list[Provider]:
    """Execution providers with their options, best first, on the GPU of this number. Raises `EngineUnavailable`."""
    wanted = {"tensorrt": TENSORRT}.get(chosen.engine, CUDA if chosen.device == "gpu" else None)
    if wanted and wanted not in available:
        raise engines.EngineUnavailable(
            f"engine {chosen.engine} on device {chosen.device}: this onnxruntime has {', '.join(available)} only: "
            "pip install onnxruntime-gpu in its place"
        )
    gpu = [name for name in (wanted, CUDA) if name and name in available] if chosen.device != "cpu" else []
    found = [*dict.fromkeys(gpu), CPU]
    if found[0] not in _PRECISIONS.get(chosen.precision, frozenset()):
        raise engines.EngineUnavailable(f"precision {chosen.precision}: onnxruntime's {found[0]} computes in fp32 only")
    return [(name, _provider_options(name, chosen, device)) for name in found]


def _provider_options(name: str, chosen: settings.Settings, device: int) -> Mapping[str, object]:
    if name == CUDA:
        # EXHAUSTIVE, the default, searches anew for every width of a line: 11.3 s instead of 1.3 s on an L4 (docling#4167)
        return {"device_id": device, "cudnn_conv_algo_search": "HEURISTIC"}
    if name == TENSORRT:
        cache = {"trt_engine_cache_enable": True, "trt_engine_cache_path": chosen.engine_cache_dir}
        return {
            "device_id": device,
            "trt_fp16_enable": chosen.precision != "fp32",
            **(cache if chosen.engine_cache_dir else {}),
        }
    return {}


def _options(threads: int) -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    # The arena keeps the most that any page ever took: three scans of 8 megapixels left 2.9 GB resident, 0.4 GB without it
    # (peak 3.0 and 1.8 GB), for a tenth more CPU time.
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3  # it warns of lenient shape merges in models that run well
    return options
