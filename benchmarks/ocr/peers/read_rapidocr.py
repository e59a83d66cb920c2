"""RapidOCR, answering lines: python read_rapidocr.py ENGINE DEVICE. Its defaults are PP-OCRv6 small from its own wheel.

Two defaults are not kept: line orientation, which no other system is asked for, and on a GPU the exhaustive search of cuDNN,
which runs anew for each new shape.
"""

import functools
import sys

import cv2
import lines
import numpy as np
from rapidocr import EngineType, RapidOCR

_ONNXRUNTIME = "EngineConfig.onnxruntime"


def load(engine: str, device: str) -> lines.Read:
    """The same engine for both models."""
    params: dict[str, object] = {"Global.use_cls": False, "Global.log_level": "warning"}
    params |= {f"{stage}.engine_type": EngineType(engine) for stage in ("Det", "Cls", "Rec")}
    if device == "gpu":
        params |= {f"{_ONNXRUNTIME}.use_cuda": True, f"{_ONNXRUNTIME}.cuda_ep_cfg.cudnn_conv_algo_search": "HEURISTIC"}
    reader = RapidOCR(params=params)
    return lambda path: reader(_page(path)).txts or ()


def _page(path: str) -> np.ndarray:
    """As its users load one; its own loader makes a blank page of a PNG of one bit a pixel."""
    image = cv2.imread(path)
    if image is None:
        raise ValueError(f"{path} is no picture")
    return image


if __name__ == "__main__":
    lines.serve(functools.partial(load, *sys.argv[1:]))
