"""Models in Paddle's own format on paddle.inference: CPU, or CUDA with paddlepaddle-gpu."""

import dataclasses
from typing import Any

import numpy as np
import paddle
from paddle import inference

from kubeocr_contract import report, settings
from kubeocr_runtime import engines, models
from kubeocr_runtime.engines import cpus

_POOL_MIB = 100  # GPU memory that the session begins with; it grows


@dataclasses.dataclass(frozen=True, slots=True)
class Session:
    """An `Engine`."""

    predictor: Any
    input: Any
    output: Any
    about: report.Engine

    def infer(self, batch: engines.Batch) -> engines.Batch:
        self.input.copy_from_cpu(np.ascontiguousarray(batch))
        self.predictor.run()
        output: engines.Batch = self.output.copy_to_cpu()
        return output


def open_session(weights: models.Weights, chosen: settings.Settings) -> Session:
    """Load a program and its parameters.

    Raises `models.BadModels`, and `EngineUnavailable` where a GPU is asked for and cannot be had.
    """
    config = inference.Config(str(weights.program), str(weights.parameters))
    config.disable_glog_info()
    # oneDNN crashes on PP-OCRv4 in paddlepaddle 3.3.1, and CUDA has no use for it
    config.disable_mkldnn()
    gpu = on_gpu(chosen.device, paddle.device.cuda.device_count())
    threads = chosen.threads or cpus.available()
    if gpu:
        config.enable_use_gpu(_POOL_MIB, 0)
    else:
        config.disable_gpu()
        config.set_cpu_math_library_num_threads(threads)
    try:
        predictor = inference.create_predictor(config)
    except Exception as e:  # its errors share no other base
        raise models.BadModels(f"{weights.program} cannot be loaded: {e}") from e
    handles = (
        predictor.get_input_handle(predictor.get_input_names()[0]),
        predictor.get_output_handle(predictor.get_output_names()[0]),
    )
    about = report.Engine(name="paddle", device="gpu" if gpu else "cpu", provider="CUDA" if gpu else "CPU", threads=threads)
    return Session(predictor, *handles, about)


def on_gpu(device: str, devices: int) -> bool:
    """Whether a device of the settings (auto, cpu, gpu) means a GPU when `devices` of them are there."""
    if device == "gpu" and not devices:
        raise engines.EngineUnavailable(
            "device gpu: paddle sees no GPU: install paddlepaddle-gpu, and give the container a GPU"
        )
    return device != "cpu" and devices > 0
