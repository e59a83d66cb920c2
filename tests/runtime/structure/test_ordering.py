import pytest

from kubeocr_runtime.reading.boxes import Box
from kubeocr_runtime.structure import ordering

TITLE = ("title", "paragraph_title", Box(0, 0, 600, 40))
LEFT, LEFT2 = ("left", "text", Box(0, 60, 280, 200)), ("left 2", "text", Box(0, 220, 280, 400))
RIGHT, RIGHT2 = ("right", "text", Box(320, 60, 600, 200)), ("right 2", "text", Box(320, 220, 600, 400))
ACROSS = ("across", "text", Box(0, 420, 600, 500))
Known = tuple[str, str, Box]


@pytest.mark.parametrize(
    ("regions", "want"),
    [
        pytest.param([RIGHT2, RIGHT, LEFT2, LEFT], ["left", "left 2", "right", "right 2"], id="columns"),
        pytest.param([ACROSS, RIGHT, LEFT, TITLE], ["title", "left", "right", "across"], id="what spans both"),
        pytest.param(
            [("foot", "footer", Box(0, 900, 9, 910)), LEFT, ("head", "header", Box(0, 30, 9, 40))],
            ["head", "left", "foot"],
            id="head and foot",
        ),
        pytest.param(
            [LEFT, LEFT2, RIGHT, RIGHT2, ("picture", "image", Box(200, 205, 400, 330))],
            ["left", "left 2", "right", "picture", "right 2"],
            id="a picture that both columns make room for",
        ),
        pytest.param(
            [LEFT, ("picture", "image", Box(320, 60, 600, 300)), ("below", "figure_title", Box(320, 310, 600, 330)), RIGHT2],
            ["left", "picture", "below", "right 2"],
            id="a caption below its picture",
        ),
        pytest.param(
            [("above", "table_title", Box(0, 205, 280, 218)), LEFT, ("table", "table", Box(0, 220, 280, 400))],
            ["left", "above", "table"],
            id="a caption above its table",
        ),
        pytest.param([("picture", "image", Box(0, 0, 600, 50)), LEFT], ["picture", "left"], id="a picture before all text"),
        pytest.param([("caption", "figure_title", Box(0, 300, 9, 310)), LEFT], ["left", "caption"], id="a caption of nothing"),
        pytest.param([], [], id="nothing"),
    ],
)
def test_order(regions: list[Known], want: list[str]) -> None:
    ordered = ordering.order([label for _, label, _ in regions], [box for _, _, box in regions])
    assert [regions[i][0] for i in ordered] == want
