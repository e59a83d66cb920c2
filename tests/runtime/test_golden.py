"""The pages of golden/ as PaddleOCR 3.7 read them (golden/draw.py says how): the same lines, boxes within 2 px."""

import json
import pathlib

import numpy as np
import pytest

from kubeocr_contract import languages, settings
from kubeocr_runtime import documents, pipelines, reading

GOLDEN = pathlib.Path(__file__).parent / "golden"
PADDLEOCR = json.loads((GOLDEN / "paddleocr.json").read_text(encoding="utf-8"))
PIXELS = 2

TEXTS = {
    "columns.png": """Minutes of the harbour committee
The committee met on Tuesday and
heard three reports. The first one
was about the new harbour, which
will open in spring.
Members asked who would pay for
the crane; 1,250 euros are missing.
The second report dealt with boats
that nobody has claimed since 2019.
They will be sold on 14 October at
half past nine.
There was no third report, because
its author had lost his glasses.""",
    "receipt.png": """Item Qty Price
Coffee 2 5.80
Apple pie 1 4.20
Mineral water 3 7.50
Total 17.50""",
    "letter.png": """Dear Ms. Sorensen,
thank you for your letter of 3 March.
The river rises (see below), and so do we!
Yours sincerely, J. O'Neill""",
}


@pytest.fixture(scope="module")
def pipeline() -> pipelines.Pipelines:
    """PP-OCRv6 small as the installed packages carry it."""
    return pipelines.Pipelines.open(
        settings.Settings(models_dir="", device="cpu", precision="fp32", characters="all", detection_side=0)
    )


def read(name: str, pipeline: pipelines.Pipelines, order: str) -> reading.Rows:
    page = documents.open_document((GOLDEN / name).read_bytes(), pipeline.store.chosen).page(0)
    reader = pipeline.store.reader(languages.find("en"), "PP-OCRv6")
    return pipeline.read(page, pipelines.ReadOptions(reader=reader, order=order)).rows


@pytest.mark.models
@pytest.mark.parametrize("name", sorted(PADDLEOCR))
def test_the_same_lines_and_boxes_as_paddleocr(name: str, pipeline: pipelines.Pipelines) -> None:
    ours = [line for row in read(name, pipeline, reading.RASTER) for line in row]
    assert [line.text for line in ours] == [line["text"] for line in PADDLEOCR[name]]
    for mine, theirs in zip(ours, PADDLEOCR[name], strict=True):
        assert np.abs(np.array(mine.polygon) - theirs["polygon"]).max() <= PIXELS, mine.text
        assert mine.confidence == pytest.approx(theirs["confidence"], abs=0.01)


@pytest.mark.models
@pytest.mark.parametrize("name", sorted(TEXTS))
def test_the_text_in_reading_order(name: str, pipeline: pipelines.Pipelines) -> None:
    rows = read(name, pipeline, reading.READING)
    assert "\n".join(" ".join(line.text for line in row) for row in rows) == TEXTS[name]
