"""Pages drawn here, read with real models."""

import io
import pathlib

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest

from kubeocr_contract import languages, settings
from kubeocr_runtime import documents, pipelines, recognition, results, structure
from kubeocr_runtime.structure import markdown

CELLS = (("Item", "Quantity", "Price"), ("Bolts", "120", "14.40"), ("Washers", "80", "3.20"), ("Nuts", "300", "9.00"))
PROSE = (
    "The committee met on Tuesday and heard",
    "three reports. The first one was about",
    "the new harbour, which will open in",
    "spring and cost more than it was said",
    "to cost when it was begun.",
)


@pytest.fixture(scope="module")
def pipeline(baked: pathlib.Path) -> pipelines.Pipelines:
    return pipelines.Pipelines.open(settings.Settings(models_dir=str(baked), device="cpu", pipelines=("ocr", "structure")))


def font(size: int) -> PIL.ImageFont.FreeTypeFont | PIL.ImageFont.ImageFont:
    return PIL.ImageFont.load_default(size)


def drawn() -> PIL.Image.Image:
    """A title, a paragraph, a ruled table, a picture."""
    page = PIL.Image.new("RGB", (1240, 1754), "white")
    pen = PIL.ImageDraw.Draw(page)
    pen.text((120, 100), "Report of the harbour committee", "black", font(56))
    for number, line in enumerate(PROSE):
        pen.text((120, 260 + 46 * number), line, "black", font(34))
    for row, cells in enumerate(CELLS):
        for column, cell in enumerate(cells):
            left, top = 120 + 300 * column, 620 + 70 * row
            pen.rectangle((left, top, left + 300, top + 70), outline="black", width=3)
            pen.text((left + 20, top + 14), cell, "black", font(34))
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 255, (50, 60, 3), np.uint8)
    page.paste(PIL.Image.fromarray(noise).resize((900, 600), PIL.Image.Resampling.BICUBIC), (120, 1050))
    return page


def read(page: PIL.Image.Image, pipeline: pipelines.Pipelines, **options: bool) -> results.PageResult:
    file = io.BytesIO()
    page.save(file, "PNG")
    reader = pipeline.store.reader(languages.find("en"), "PP-OCRv6")
    opened = documents.open_document(file.getvalue(), pipeline.store.chosen).page(0)
    return pipeline.read(opened, pipelines.ReadOptions(reader=reader, layout=structure.Wish(), **options))


@pytest.mark.models
def test_a_page_with_a_bit_of_everything(pipeline: pipelines.Pipelines) -> None:
    result = read(drawn(), pipeline)
    text = markdown.written(result, markdown.named)
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in CELLS)
    assert rows in text.replace("<tbody>", "").replace("</tbody>", "").replace("<thead>", "").replace("</thead>", "")
    assert " ".join(PROSE) in text
    assert text.index("harbour committee") < text.index("three reports") < text.index("<table") < text.index("<img")
    (picture,) = [block for block in result.blocks if block.label == "image"]
    shown = PIL.Image.open(io.BytesIO(picture.image))
    assert np.abs(np.array(shown.size) - (900, 600)).max() < 40


@pytest.mark.models
def test_a_turned_page_has_its_blocks_where_they_are(pipeline: pipelines.Pipelines) -> None:
    upright = read(drawn(), pipeline)
    turned = read(drawn().rotate(90, expand=True), pipeline, orient_page=True)
    assert (turned.angle, turned.width, turned.height) == (270, 1754, 1240)
    assert [block.label for block in turned.blocks] == [block.label for block in upright.blocks]
    for a, b in zip(upright.blocks, turned.blocks, strict=True):
        want = [(y, 1240 - x) for x, y in a.polygon]
        assert np.abs(np.array(b.polygon) - want).max() <= 3, a.label


@pytest.mark.models
def test_no_page_pays_for_what_nobody_asked_for(pipeline: pipelines.Pipelines) -> None:
    reader = pipeline.store.reader(languages.find("en"), "PP-OCRv6")
    file = io.BytesIO()
    drawn().save(file, "PNG")
    page = documents.open_document(file.getvalue(), pipeline.store.chosen).page(0)
    found = pipeline.find(page, pipelines.ReadOptions(reader=reader))
    assert found.layout is None
    assert (
        pipeline.place(found, [recognition.Text("", 0.0)] * len(found.strips), pipelines.ReadOptions(reader=reader)).blocks
        == ()
    )


@pytest.mark.models
def test_warming_up_loads_it(pipeline: pipelines.Pipelines) -> None:
    pipeline.looker.warm(np.full((400, 300, 3), 255, np.uint8))
    assert {"PicoDet_layout_1x", "SLANet_plus"} <= set(pipeline.loaded)
    assert pipeline.engine.name in {"openvino", "onnxruntime"}
