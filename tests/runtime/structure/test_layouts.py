import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from kubeocr_contract import models as catalogue
from kubeocr_contract import report
from kubeocr_runtime import engines, graphs, tensors, wheels
from kubeocr_runtime.reading.boxes import Box
from kubeocr_runtime.structure import layouts

LABELS = ("text", "paragraph_title", "image", "figure_title", "table", "table_title", "header", "footer")
TEXT, TITLE, IMAGE, TABLE, FOOTER = 0, 1, 2, 4, 7
PAGE = (1000, 1400)


def labels(*rows: tuple[float, ...]) -> list[str]:
    return [region.label for region in layouts.regions(np.array(rows, np.float64), PAGE, LABELS)]


@pytest.mark.parametrize(
    ("rows", "want"),
    [
        pytest.param([(TEXT, 0.1, 0, 0, 9, 9)], [], id="nothing"),
        pytest.param([(TEXT, 0.31, 0, 0, 9, 9)], ["text"], id="text is taken from 0.3 on"),
        pytest.param([(TABLE, 0.49, 0, 0, 9, 9)], [], id="a table from 0.5 on"),
        pytest.param([(TEXT, 0.9, 0, 0, 100, 100), (TEXT, 0.8, 0, 0, 100, 90)], ["text"], id="one thing found twice"),
        pytest.param(
            [(TEXT, 0.9, 0, 0, 100, 100), (TABLE, 0.8, 0, 90, 100, 190)], ["text", "table"], id="two beside each other"
        ),
        pytest.param([(TEXT, 0.5, 0, 0, 500, 500), (TABLE, 0.9, 10, 10, 90, 90)], ["text"], id="text swallows what is in it"),
        pytest.param([(IMAGE, 0.9, 0, 0, 500, 500), (TABLE, 0.6, 0, 0, 300, 500)], ["table"], id="a picture goes first"),
        pytest.param([(IMAGE, 0.9, 0, 0, 1000, 1400), (TEXT, 0.6, 0, 0, 9, 9)], ["text"], id="a picture that is the page"),
        pytest.param([(IMAGE, 0.9, 0, 0, 1000, 1400)], ["image"], id="unless there is nothing else"),
        pytest.param([(TABLE, 0.9, 20, 20, 20, 40)], [], id="one without width"),
    ],
)
def test_each_thing_is_there_once(rows: list[tuple[float, ...]], want: list[str]) -> None:
    assert sorted(labels(*rows)) == sorted(want)


def test_regions_end_where_the_page_does() -> None:
    (region,) = layouts.regions(np.array([(TABLE, 0.9, -5, -5, 2000, 50)]), PAGE, LABELS)
    assert region.box == Box(0, 0, 1000, 50)


def heads(level: int, cell: int, label: int, distances: tuple[int, ...]) -> list[np.ndarray]:
    """Raw outputs of PicoDet for 64 x 64 pixels: one box, sure of its class and of its four distances in strides."""
    counts = [(64 // stride) ** 2 for stride in (8, 16, 32, 64)]
    scores = [np.zeros((1, count, len(LABELS)), np.float32) for count in counts]
    places = [np.zeros((1, count, 32), np.float32) for count in counts]
    scores[level][0, cell, label] = 0.9
    for side, distance in enumerate(distances):
        places[level][0, cell, side * 8 + distance] = 100
    return [*scores, *places]


def test_raw_heads_are_boxes_around_the_middle_of_a_cell() -> None:
    # level 1 has cells of 16 pixels, four a row: the middle of the sixth is (24, 24)
    rows = layouts.decoded(heads(1, 5, TABLE, (1, 0, 2, 1)), (64, 64))
    assert rows == pytest.approx(np.array([[TABLE, 0.9, 8, 24, 56, 40]]))


def test_raw_heads_that_are_sure_of_nothing() -> None:
    nothing = [np.zeros_like(head) for head in heads(0, 0, TABLE, (1, 1, 1, 1))]
    assert layouts.regions(layouts.decoded(nothing, (64, 64)), PAGE, LABELS) == ()


def test_rows_are_taken_as_they_are() -> None:
    rows = np.array([[TABLE, 0.9, 1, 2, 3, 4]], np.float32)
    assert layouts.decoded([rows, np.array([1])], (64, 64)) == pytest.approx(rows)


def test_outputs_of_something_else() -> None:
    with pytest.raises(ValueError, match="rows of six numbers or 8 heads"):
        layouts.decoded([np.zeros((1, 2, 3))], (64, 64))


class Rows:
    """An `engines.Engine` that finds a table in the upper half of its input."""

    about = report.Engine()
    batch_pixels = 0

    def infer(self, batch: tensors.Tensor) -> engines.Outputs:
        _, _, height, width = batch.shape
        return (np.array([[TABLE, 0.9, 0, 0, width, height / 2]], np.float32),)


def test_a_finder_answers_in_pixels_of_the_page() -> None:
    parameters = layouts.Parameters.parse(wheels.describe(catalogue.LAYOUTS[-1]))
    assert parameters.size == (608, 800)
    (region,) = layouts.Finder(Rows(), parameters).find(np.zeros((1000, 500, 3), np.uint8))
    assert (region.label, region.box) == ("table", Box(0, 0, 500, 500))


def test_pixels_are_normalised_red_first() -> None:
    parameters = layouts.Parameters.parse(wheels.describe(catalogue.LAYOUTS[-1]))
    blue = np.zeros((8, 8, 3), np.uint8)
    blue[:, :, 0] = 255
    assert layouts.prepare(blue, parameters)[0, :, 0, 0] == pytest.approx([-2.118, -2.036, 2.64], abs=0.001)


def told() -> onnx.ModelProto:
    """A model that is told its picture's size and scale, as PaddleDetection's are: it gives both back."""
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in (("image", [1, 3, None, None]), ("im_shape", [1, 2]), ("scale_factor", [1, 2]))
    ]
    outputs = [helper.make_tensor_value_info("said", TensorProto.FLOAT, [1, 4])]
    nodes = [helper.make_node("Concat", ["im_shape", "scale_factor"], ["said"], axis=1)]
    graph = helper.make_graph(nodes, "told", inputs, outputs)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def test_a_model_that_is_told_more_than_the_picture_knows_it_by_itself() -> None:
    session = onnxruntime.InferenceSession(layouts.self_contained(told().SerializeToString(), (608, 800)))
    assert [each.name for each in session.get_inputs()] == ["image"]
    (said,) = session.run(None, {"image": np.zeros((1, 3, 800, 608), np.float32)})
    assert said.tolist() == [[800, 608, 1, 1]]


def test_a_model_that_wants_something_else() -> None:
    model = told()
    model.graph.input[1].name = "names"
    with pytest.raises(graphs.Unsuited, match="it takes image, names, scale_factor"):
        layouts.self_contained(model.SerializeToString(), (608, 800))
