"""Lines of a page's own text: what they say, and that they stand where the page is black."""

import io
from collections.abc import Callable

import numpy as np
import PIL.Image
import pytest
from reportlab.lib import utils
from reportlab.pdfgen import canvas

from kubeocr_contract import settings
from kubeocr_runtime import documents
from kubeocr_runtime.pdfs import layers, letters

Draw = Callable[[canvas.Canvas], object]


def drawn(draw: Draw, rotate: int = 0) -> bytes:
    buffer = io.BytesIO()
    paper = canvas.Canvas(buffer, pagesize=(300, 300))
    paper.setPageRotation(rotate)
    paper.setFont("Helvetica", 12)
    draw(paper)
    paper.showPage()
    paper.save()
    return buffer.getvalue()


def opened(data: bytes) -> tuple[layers.Layer, np.ndarray]:
    document = documents.open_document(data, settings.Settings())
    layer, image = document.layer(0), document.page(0).image
    document.close()
    assert layer is not None
    return layer, image


def two_lines(paper: canvas.Canvas) -> None:
    paper.drawString(20, 250, "The first line")
    paper.drawString(20, 230, "and the second")
    paper.drawString(200, 250, "12.50")


def running_up(paper: canvas.Canvas) -> None:
    paper.translate(100, 20)
    paper.rotate(90)
    paper.drawString(0, 0, "up the page")


def hidden(paper: canvas.Canvas) -> None:
    text = paper.beginText(20, 250)
    text.setTextRenderMode(3)
    text.textOut("seen by nobody")
    paper.drawText(text)


def clear(paper: canvas.Canvas) -> None:
    paper.setFillAlpha(0)
    paper.drawString(20, 250, "seen by nobody")


def beside(paper: canvas.Canvas) -> None:
    paper.drawString(-200, 250, "beside the page")
    paper.drawString(20, 250, "on it")


def picture(paper: canvas.Canvas) -> None:
    paper.drawImage(utils.ImageReader(PIL.Image.new("RGB", (9, 9), "grey")), 0, 0, 150, 300)


def picture_in_form(paper: canvas.Canvas) -> None:
    paper.beginForm("form")
    picture(paper)
    paper.endForm()
    paper.scale(0.5, 0.5)
    paper.doForm("form")


def shapes(paper: canvas.Canvas) -> None:
    for n in range(7):
        paper.line(10, 10 * n, 200, 10 * n)


def field(paper: canvas.Canvas) -> None:
    paper.acroForm.textfield(name="amount", value="1234", x=10, y=10, width=120, height=50)
    paper.linkURL("http://x", (0, 0, 9, 9))


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize(
    ("draw", "texts"),
    [
        pytest.param(two_lines, ["The first line", "12.50", "and the second"], id="lines-and-a-cell"),
        pytest.param(running_up, ["up the page"], id="running-up"),
    ],
)
def test_lines_stand_where_the_page_is_black(draw: Draw, texts: list[str], rotate: int) -> None:
    layer, image = opened(drawn(draw, rotate))
    assert sorted(line.text for line in layer.lines) == sorted(texts)
    assert layer.size == image.shape[1::-1]
    ink = image.min(axis=2) < 128
    for line in layer.lines:
        (left, top), (right, bottom) = np.min(line.polygon, axis=0), np.max(line.polygon, axis=0)
        assert ink[top:bottom, left:right].sum() > 50 * len(line.text.replace(" ", ""))
        ink[top:bottom, left:right] = False
        assert line.confidence == 1.0
    assert ink.sum() < 20


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_words_stand_where_the_page_is_black(rotate: int) -> None:
    layer, image = opened(drawn(two_lines, rotate))
    words = [word for line in layer.lines for word in line.words]
    assert sorted(word.text for word in words) == ["12.50", "The", "and", "first", "line", "second", "the"]
    ink = image.min(axis=2) < 128
    for word in words:
        (left, top), (right, bottom) = np.min(word.polygon, axis=0), np.max(word.polygon, axis=0)
        assert ink[top:bottom, left:right].sum() > 50 * len(word.text)
        ink[top:bottom, left:right] = False
    assert ink.sum() < 20


@pytest.mark.parametrize(("rotate", "corner"), [(0, 0), (90, 1), (180, 2), (270, 3)])
def test_a_polygon_begins_at_the_lines_own_top_left(rotate: int, corner: int) -> None:
    layer, _ = opened(drawn(lambda paper: paper.drawString(20, 250, "The first line"), rotate))
    polygon = layer.lines[0].polygon
    (left, top), (right, bottom) = np.min(polygon, axis=0), np.max(polygon, axis=0)
    box = [(left, top), (right, top), (right, bottom), (left, bottom)]
    assert list(polygon) == box[corner:] + box[:corner]


@pytest.mark.parametrize(
    ("turn", "first", "second"),
    [
        pytest.param(90, "bottom left", "top left", id="running-up"),
        pytest.param(270, "top right", "bottom right", id="running-down"),
        pytest.param(180, "bottom right", "bottom left", id="on-its-head"),
    ],
)
def test_so_does_one_of_a_line_that_runs_another_way(turn: int, first: str, second: str) -> None:
    def turned(paper: canvas.Canvas) -> None:
        paper.translate(150, 150)
        paper.rotate(turn)
        paper.drawString(0, 0, "another way")

    polygon = opened(drawn(turned))[0].lines[0].polygon
    (left, top), (right, bottom) = np.min(polygon, axis=0), np.max(polygon, axis=0)
    corners = {
        "bottom left": (left, bottom),
        "top left": (left, top),
        "top right": (right, top),
        "bottom right": (right, bottom),
    }
    assert polygon[:2] == (corners[first], corners[second])


@pytest.mark.parametrize(
    ("draw", "want"),
    [
        pytest.param(two_lines, layers.Facts(), id="plain"),
        pytest.param(hidden, layers.Facts(hidden=12), id="invisible"),
        pytest.param(clear, layers.Facts(hidden=12), id="transparent"),
        pytest.param(picture, layers.Facts(pictures=0.5), id="picture"),
        pytest.param(picture_in_form, layers.Facts(pictures=0.125), id="picture-in-a-form"),
        pytest.param(shapes, layers.Facts(shapes=7), id="shapes"),
        pytest.param(field, layers.Facts(annotations=1), id="form-field"),
    ],
)
def test_facts(draw: Draw, want: layers.Facts) -> None:
    assert opened(drawn(draw))[0].facts == want


def test_a_word_that_goes_on_in_the_next_line_keeps_its_hyphen() -> None:
    def hyphenated(paper: canvas.Canvas) -> None:
        paper.drawString(20, 250, "an exam-")
        paper.drawString(20, 235, "ple of it")

    assert opened(drawn(hyphenated))[0].text == "an exam-\nple of it"


def test_what_is_beside_the_page_is_not_on_it() -> None:
    assert opened(drawn(beside))[0].text == "on it"


def test_nobody_reads_more_than_there_is_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "_MOST", 10)
    assert documents.open_document(drawn(two_lines), settings.Settings()).layer(0) is None
