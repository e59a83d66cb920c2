"""PaddleOCR's own pipeline, answering lines: python read_paddleocr.py MODELS_DIR DETECTOR RECOGNISER DEVICE."""

import functools
import pathlib
import sys

import lines
from paddleocr import PaddleOCR


def load(models: pathlib.Path, detector: str, recogniser: str, device: str) -> lines.Read:
    """Every model's folder is named, or PaddleX would fetch it."""
    reader = PaddleOCR(
        text_detection_model_name=detector,
        text_detection_model_dir=str(models / detector),
        text_recognition_model_name=recogniser,
        text_recognition_model_dir=str(models / recogniser),
        use_doc_orientation_classify=False,
        use_doc_unwarping=False,
        use_textline_orientation=False,
        engine="onnxruntime",
        device=device,
    )
    return lambda path: [text for page in reader.predict(path) for text in page["rec_texts"]]


if __name__ == "__main__":
    lines.serve(functools.partial(load, pathlib.Path(sys.argv[1]), *sys.argv[2:]))
