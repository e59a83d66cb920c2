import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeocr_contract import report
from kubeocr_runtime import engines, recognition, tensors, wheels

PARAMETERS = recognition.Parameters.parse(wheels.describe("x_rec", ("a", "b")))
BLANK, A, B, SPACE = range(4)


def scores(*lines: list[tuple[int, float]]) -> tensors.Tensor:
    """Each line a column after another: (the best class, how sure)."""
    batch = np.zeros((len(lines), len(lines[0]), len(PARAMETERS.characters)), np.float32)
    for i, columns in enumerate(lines):
        for j, (best, sure) in enumerate(columns):
            batch[i, j, best] = sure
    return batch


def test_parameters_put_blank_first_and_space_last() -> None:
    assert (PARAMETERS.height, PARAMETERS.characters) == (48, ("", "a", "b", " "))


@pytest.mark.parametrize(
    ("columns", "want"),
    [
        pytest.param([(A, 0.9), (A, 0.5), (B, 0.7)], ("ab", 0.8), id="a repetition counts once"),
        pytest.param([(A, 0.9), (BLANK, 1.0), (A, 0.7)], ("aa", 0.8), id="a blank parts two of a kind"),
        pytest.param([(BLANK, 1.0), (B, 0.5), (SPACE, 0.5)], ("b ", 0.5), id="a space"),
        pytest.param([(BLANK, 1.0), (BLANK, 1.0), (BLANK, 1.0)], ("", 0.0), id="nothing"),
    ],
)
def test_decode(columns: list[tuple[int, float]], want: tuple[str, float]) -> None:
    best, sure = recognition.choose(scores(columns), PARAMETERS.characters)
    [(text, confidence, _)] = recognition.decode(best, sure, PARAMETERS.characters)
    assert (text, pytest.approx(confidence)) == want


def test_a_character_is_marked_in_the_middle_of_the_first_column_that_sees_it() -> None:
    best, sure = recognition.choose(scores([(BLANK, 1.0), (A, 0.5), (A, 0.25), (B, 0.75)]), PARAMETERS.characters)
    [line] = recognition.decode(best, sure, PARAMETERS.characters, 8.0)
    assert line.marks == ((12.0, 0.5), (28.0, 0.75))


def test_a_class_of_several_code_points_has_a_mark_for_each() -> None:
    characters = ("", "ก็", "b", " ")
    [line] = recognition.decode(np.array([[1, 2]]), np.array([[0.5, 0.75]]), characters)
    assert (line.text, line.marks) == ("ก็b", ((0.5, 0.5), (0.5, 0.5), (1.5, 0.75)))


def test_a_dictionary_of_another_model_is_refused() -> None:
    with pytest.raises(ValueError, match="4 classes and its dictionary 3 characters"):
        recognition.choose(scores([(A, 1.0)]), ("", "a", " "))


@pytest.mark.parametrize(
    ("size", "want"),
    [
        pytest.param((96, 48), 320, id="short: the model's own width"),
        pytest.param((320, 48), 320, id="just that"),
        pytest.param((321, 48), 384, id="one more: the next bucket"),
        pytest.param((641, 48), 768, id="wider ones are wider"),
        pytest.param((1281, 48), 1536, id="and wider still"),
        pytest.param((640, 24), 1280, id="scaled to the height"),
        pytest.param((9000, 48), 3200, id="squeezed"),
    ],
)
def test_bucket(size: tuple[int, int], want: int) -> None:
    strip = recognition.Recogniser(FakeEngine(), PARAMETERS).scale(np.zeros((size[1], size[0], 3), np.uint8))
    assert strip.shape[0] == 48
    assert recognition.bucket(strip) == want


def test_cut_keeps_buckets_apart_and_within_budget() -> None:
    assert list(recognition.cut([640, 320, 320, 320, 640], 640)) == [[1, 2], [3], [0], [4]]
    assert list(recognition.cut([3200], 640)) == [[0]]
    assert list(recognition.cut([], 640)) == []


@given(st.lists(st.sampled_from([320, 352, 640, 3200]), max_size=40), st.integers(1, 4000))
def test_cut_takes_each_crop_once(widths: list[int], budget: int) -> None:
    batches = list(recognition.cut(widths, budget))
    assert sorted(i for batch in batches for i in batch) == list(range(len(widths)))
    for batch in batches:
        assert len({widths[i] for i in batch}) == 1
        assert len(batch) == 1 or sum(widths[i] for i in batch) <= budget


def test_padding_is_zero_and_pixels_are_between_minus_one_and_one() -> None:
    scale = recognition.Recogniser(FakeEngine(), PARAMETERS).scale
    batch = recognition.stack([scale(np.full((24, 100, 3), 255, np.uint8)), scale(np.zeros((48, 10, 3), np.uint8))], 320)
    assert batch.shape == (2, 3, 48, 320)
    assert (batch[0, :, :, :200] == 1).all()
    assert (batch[0, :, :, 200:] == 0).all()
    assert (batch[1, :, :, :10] == -1).all()


class FakeEngine:
    """An `engines.Engine` that reads a crop's brightness: dark is an "a", light is a "b"; one column a crop."""

    about = report.Engine()
    batch_pixels = 48 * 320 * 8

    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []

    def infer(self, batch: tensors.Tensor) -> engines.Outputs:
        self.shapes.append(batch.shape)
        return (np.concatenate([scores([(B if crop[0, 0, 0] > 0 else A, 0.5)]) for crop in batch]),)


class Chooses(FakeEngine):
    """An `engines.Engine` that tells the best of each column itself."""

    def infer(self, batch: tensors.Tensor) -> engines.Outputs:
        best, sure = recognition.choose(super().infer(batch)[0], PARAMETERS.characters)
        return (sure, best[..., None])


@pytest.mark.parametrize("engine", [pytest.param(FakeEngine(), id="scores"), pytest.param(Chooses(), id="the best")])
def test_read_gives_texts_in_the_crops_order_whatever_their_batch(engine: FakeEngine) -> None:
    dark, light = np.zeros((48, 100, 3), np.uint8), np.full((48, 100, 3), 255, np.uint8)
    wide = np.full((48, 1000, 3), 255, np.uint8)
    recogniser = recognition.Recogniser(engine, PARAMETERS)
    read = recogniser.read_all([recogniser.scale(crop) for crop in (wide, dark, light, dark)])
    assert [line.text for line in read] == ["b", "a", "b", "a"]
    assert engine.shapes == [(3, 3, 48, 320), (1, 3, 48, 1024)]


def test_right_to_left_text_is_put_in_the_order_of_reading() -> None:
    class Visual:
        about = report.Engine()
        batch_pixels = 0

        def infer(self, batch: tensors.Tensor) -> engines.Outputs:
            return (scores([(A, 1.0), (B, 1.0)]),)

    parameters = recognition.Parameters(48, ("", "א", "ב", " "))
    [line] = recognition.Recogniser(Visual(), parameters, right_to_left=True).read_all([np.zeros((48, 100, 3), np.uint8)])
    assert line.text == "בא"
    assert [x for x, _ in line.marks] == [240.0, 80.0]  # as they stand: two columns of a strip of 320
