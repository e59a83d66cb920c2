"""Models in Paddle's own format on paddle.inference: CPU, or CUDA with paddlepaddle-gpu."""

import dataclasses
import threading
from typing import Any

import numpy as np
import paddle
from paddle import inference

from kubeocr_contract import report, settings
from kubeocr_runtime import engines, models
from kubeocr_runtime.engines import cpus

_POOL_MIB = 100  # GPU memory that the session begins with; it grows
_GPU_BATCH = 64 * 48 * 320  # pixels; 64 lines of the narrowest bucket


@dataclasses.dataclass(frozen=True, slots=True)
class Session:
    """An `Engine`."""

    predictor: Any
    about: report.Engine
    batch_pixels: int
    _clones: threading.local = dataclasses.field(default_factory=threading.local)
    """Each thread's own: a predictor takes no second thread, its clones share the weights."""

    def infer(self, batch: engines.Batch) -> engines.Outputs:
        if not hasattr(self._clones, "own"):
            self._clones.own = self.predictor.clone()
        predictor = self._clones.own
        predictor.get_input_handle(predictor.get_input_names()[0]).copy_from_cpu(np.ascontiguousarray(batch))
        predictor.run()
        return tuple(predictor.get_output_handle(name).copy_to_cpu() for name in predictor.get_output_names())


def open_session(program: engines.Program, chosen: settings.Settings) -> Session:
    """Load a program and its parameters.

    Raises `models.BadModels`, and `EngineUnavailable` for a GPU or a precision that cannot be had.
    """
    weights = program.weights
    config = inference.Config(str(weights.program), str(weights.parameters))
    config.disable_glog_info()
    # oneDNN crashes on PP-OCRv4 in paddlepaddle 3.3.1, and CUDA has no use for it
    config.disable_mkldnn()
    gpu = on_gpu(chosen.device, paddle.device.cuda.device_count())
    threads = cpus.divide(chosen.streams, chosen.threads, cpus.available()).threads
    half = use_half(chosen.precision, gpu=gpu)
    if gpu:
        config.enable_use_gpu(_POOL_MIB, 0, inference.PrecisionType.Half if half else inference.PrecisionType.Float32)
    else:
        config.disable_gpu()
        config.set_cpu_math_library_num_threads(threads)
    try:
        predictor = inference.create_predictor(config)
    except Exception as e:  # its errors share no other base
        raise models.BadModels(f"{weights.program} cannot be loaded: {e}") from e
    about = report.Engine(name="paddle", device="gpu" if gpu else "cpu", provider="CUDA" if gpu else "CPU", threads=threads)
    return Session(predictor, about, _GPU_BATCH if gpu else 0)


def use_half(precision: str, *, gpu: bool) -> bool:
    """Whether a precision of the settings means fp16; auto is fp32. Raises `EngineUnavailable`."""
    able = ("fp32", "fp16") if gpu else ("fp32",)
    if precision not in {"auto", *able}:
        raise engines.EngineUnavailable(f"precision {precision}: engine paddle computes in {' and '.join(able)} here")
    return precision == "fp16"


def on_gpu(device: str, devices: int) -> bool:
    """Whether a device of the settings (auto, cpu, gpu) means a GPU when `devices` of them are there."""
    if device == "gpu" and not devices:
        raise engines.EngineUnavailable(
            "device gpu: paddle sees no GPU: install paddlepaddle-gpu, and give the container a GPU"
        )
    return device != "cpu" and devices > 0
