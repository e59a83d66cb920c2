"""Where the words of a line stand. The last ones with real weights on lines whose ink is known."""

import dataclasses

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest

from kubeocr_contract import languages, settings
from kubeocr_runtime import pipelines, placements, recognition, samples, spans, words

FRAME = np.array([[100, 50], [500, 50], [500, 98], [100, 98]], np.float32)
PIXELS = 2


def strip(*inked: tuple[int, int], width: int = 400) -> recognition.Strip:
    """White, with black from one column up to another."""
    image = np.full((48, width, 3), 255, np.uint8)
    for start, end in inked:
        image[10:40, start:end] = 0
    return image


def lefts_and_rights(text: recognition.Text, image: recognition.Strip) -> list[tuple[str, int, int]]:
    return [(w.text, w.polygon[0][0] - 100, w.polygon[1][0] - 100) for w in words.cut(text, image, FRAME)]


def marked(text: str, *xs: float) -> recognition.Text:
    return recognition.Text(text, 0.5, tuple((x, 0.5) for x in xs))


@pytest.mark.parametrize(
    ("text", "image", "want"),
    [
        pytest.param(
            marked("ab c", 20, 40, 60, 110), strip((10, 50), (100, 120)), [("ab", 10, 50), ("c", 100, 120)], id="where-ink-is"
        ),
        pytest.param(
            marked("a b", 54, 60, 96), strip((30, 50), (100, 120)), [("a", 30, 50), ("b", 100, 120)], id="seen-beside-its-ink"
        ),
        pytest.param(
            marked("a b", 20, 50, 80), strip((10, 90)), [("a", 10, 50), ("b", 50, 90)], id="nothing-bare-between-halves-it"
        ),
        pytest.param(
            marked("a b", 120, 150, 200), strip((0, 3), (110, 130), (190, 210), (390, 399)),
            [("a", 110, 130), ("b", 190, 210)], id="rules-further-out-do-not-count",
        ),
        pytest.param(
            marked("אב גד", 200, 190, 150, 110, 100), strip((90, 120), (180, 210)),
            [("אב", 180, 210), ("גד", 90, 120)], id="right-to-left-in-the-order-of-reading",
        ),
        pytest.param(
            recognition.Text("ab cd", 0.5), strip((10, 60), (300, 390)),
            [("ab", 10, 60), ("cd", 300, 390)], id="evenly-where-nobody-says",
        ),
        pytest.param(marked("a", 500), strip(), [("a", 399, 400)], id="seen-in-the-padding"),
        pytest.param(marked("", ), strip(), [], id="no-text"),
    ],
)  # fmt: skip
def test_a_word_is_as_wide_as_its_ink(
    text: recognition.Text, image: recognition.Strip, want: list[tuple[str, int, int]]
) -> None:
    assert lefts_and_rights(text, image) == want


def test_light_text_on_a_dark_ground() -> None:
    assert lefts_and_rights(marked("a b", 20, 50, 110), 255 - strip((10, 50), (100, 120))) == [("a", 10, 50), ("b", 100, 120)]


def test_confidence_is_that_of_the_words_own_characters() -> None:
    text = recognition.Text("ab c", 0.8, ((20, 0.9), (40, 0.7), (60, 1.0), (110, 0.5)))
    assert [word.confidence for word in words.cut(text, strip((10, 50), (100, 120)), FRAME)] == pytest.approx([0.8, 0.5])


def test_a_word_of_a_leaning_line_leans_with_it() -> None:
    frame = np.array([[100, 100], [500, 180], [480, 280], [80, 200]], np.float32)
    [_, second] = words.cut(marked("a b", 20, 100, 220), strip((0, 40), (200, 240)), frame)
    assert second.polygon == ((300, 140), (340, 148), (320, 248), (280, 240))


LINES = (
    "The committee met on Tuesday and heard three reports.",
    "who would pay: 1,250 euros are missing (see p. 7).",
    "WAVE ill mm",
)


def drawn(size: int) -> tuple[np.ndarray, list[tuple[str, int, int]]]:
    """A page of lines, and of each word the first column with its ink and the one behind its last."""
    font = PIL.ImageFont.truetype("DejaVuSerif.ttf", size)
    page, ink = PIL.Image.new("L", (1700, size * 2 * len(LINES) + size), 255), []
    for row, line in enumerate(LINES):
        PIL.ImageDraw.Draw(page).text((60, size * (2 * row + 1)), line, font=font, fill=0)
        for start, end in spans.split(line):
            alone = PIL.Image.new("L", (1700, 2 * size), 255)
            PIL.ImageDraw.Draw(alone).text((60 + font.getlength(line[:start]), 0), line[start:end], font=font, fill=0)
            columns = np.flatnonzero((np.asarray(alone) < 128).any(axis=0))
            ink.append((line[start:end], int(columns[0]), int(columns[-1]) + 1))
    return np.stack([np.asarray(page)] * 3, axis=-1), ink


@pytest.mark.models
@pytest.mark.parametrize(
    ("size", "turn"),
    [pytest.param(18, 0), pytest.param(40, 0), pytest.param(24, 90), pytest.param(24, 180), pytest.param(24, 270)],
)
def test_real_words_stand_where_their_ink_is(size: int, turn: int) -> None:
    """`turn`: degrees by which the page lies on its side, counter-clockwise."""
    pipeline = pipelines.Pipelines.open(settings.Settings(models_dir="", device="cpu"))
    reader = pipeline.store.reader(languages.find("en"), "PP-OCRv6")
    upright, ink = drawn(size)
    options = pipelines.ReadOptions(reader=reader, words=True)
    found = pipeline.find(samples.Page(1, upright), options)
    texts = [read for strip in found.strips for read in pipeline.recognise(found.recogniser, [strip])]
    height, width = np.rot90(upright, turn // 90).shape[:2]
    lying = placements.Placement((width, height)).then(placements.Turn(-turn % 360, (width, height)))
    result = pipeline.place(dataclasses.replace(found, placement=lying), texts, options)
    read = [word for line in result.lines for word in line.words]
    assert [word.text for word in read] == [text for text, _, _ in ink]
    for word, (text, left, right) in zip(read, ink, strict=True):
        xs = [x for x, _ in (_upright(point, turn, (width, height)) for point in word.polygon)]
        assert (xs[0], xs[1]) == pytest.approx((left, right), abs=PIXELS), text


def _upright(point: tuple[int, int], turn: int, size: tuple[int, int]) -> tuple[int, int]:
    (x, y), (width, height) = point, size
    return {0: (x, y), 90: (height - y, x), 180: (width - x, height - y), 270: (y, width - x)}[turn]
