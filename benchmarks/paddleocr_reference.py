"""What PaddleOCR's own pipeline reads, as JSON. Runs where paddleocr 3.7 and onnxruntime are; imports nothing of ours.

    python paddleocr_reference.py MODELS_DIR DETECTOR RECOGNISER OUT.json PAGE...

OUT.json: {page's name: [{"text", "confidence", "polygon"}]}, for the first page of each file, without preprocessing and
without line orientation.
"""

import json
import pathlib
import sys

from paddleocr import PaddleOCR


def main(models: pathlib.Path, detector: str, recogniser: str, out: pathlib.Path, pages: list[pathlib.Path]) -> None:
    """Read the pages in one process."""
    reader = PaddleOCR(
        text_detection_model_name=detector,
        text_detection_model_dir=str(models / detector),
        text_recognition_model_name=recogniser,
        text_recognition_model_dir=str(models / recogniser),
        use_doc_orientation_classify=False,
        use_doc_unwarping=False,
        use_textline_orientation=False,
        engine="onnxruntime",
    )
    read = {page.name: lines(next(iter(reader.predict(str(page))))) for page in pages}
    out.write_text(json.dumps(read, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def lines(result: dict) -> list[dict]:
    """A result's lines in PaddleOCR's order."""
    found = zip(result["rec_texts"], result["rec_scores"], result["rec_polys"], strict=True)
    return [{"text": text, "confidence": round(float(score), 4), "polygon": polygon.tolist()} for text, score, polygon in found]


if __name__ == "__main__":
    main(
        pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3], pathlib.Path(sys.argv[4]), [pathlib.Path(p) for p in sys.argv[5:]]
    )
