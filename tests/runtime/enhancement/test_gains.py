"""Which recipe is taken, with models that see and read what a test wants them to."""

import numpy as np
import pytest

from kubeocr_runtime import detection, tensors
from kubeocr_runtime.enhancement import gains, recipes, shades

PAGE = np.tile(np.arange(256, dtype=np.uint8)[None, :, None], (40, 1, 3))
QUADS = np.zeros((20, 4, 2), np.int32)


class Models:
    """They know a picture by the preset that made it."""

    def __init__(self, text: dict[str, float], sure: dict[str, float]) -> None:
        self.text, self.confidence = text, sure
        self.read: list[tuple[str, int]] = []
        self.eyes = gains.Eyes(self.look, self.sure)

    def look(self, image: tensors.Image) -> detection.Marks:
        return detection.Marks(QUADS, self.text.get(self.name(image), self.text["as it is"]))

    def sure(self, image: tensors.Image, quads: detection.Quads) -> float:
        self.read.append((self.name(image), len(quads)))
        return self.confidence.get(self.name(image), 0.9)

    def name(self, image: tensors.Image) -> str:
        presets = (name for name in gains.TRIED if np.array_equal(image, shades.apply(PAGE, recipes.PRESETS[name])))
        return next(presets, "as it is")


@pytest.mark.parametrize(
    ("text", "sure", "want", "gain"),
    [
        pytest.param({"as it is": 0.2}, {}, None, 0, id="all the same"),
        pytest.param({"as it is": 0.2, "medium": 0.21}, {}, None, 0, id="too little to be worth it"),
        pytest.param({"as it is": 0.2, "light": 0.1}, {}, None, 0, id="a loss"),
        pytest.param({"as it is": 0.2, "light": 0.23, "scan_heavy": 0.3}, {}, "scan_heavy", 0.5, id="the largest"),
        pytest.param(
            {"as it is": 0.2, "light": 0.23, "scan_heavy": 0.3}, {"scan_heavy": 0.8}, "light", 0.15, id="the largest that holds"
        ),
        pytest.param({"as it is": 0.2, "medium": 0.3}, {"as it is": 0.99}, None, 0, id="seen, and read less surely"),
        pytest.param({"as it is": 0.2, "medium": 0.3}, {"as it is": 0.905}, "medium", 0.5, id="a difference that is none"),
        pytest.param({"as it is": 0.0, "medium": 0.1}, {"as it is": 0.99}, "medium", 99, id="nothing was seen before"),
        pytest.param({"as it is": 0.0, "medium": 0.1}, {"medium": 0.4}, None, 0, id="specks are seen, and guessed"),
        pytest.param({"as it is": 0.0, "medium": 0.0009}, {}, None, 0, id="specks on an empty page"),
    ],
)
def test_best(text: dict[str, float], sure: dict[str, float], want: str | None, gain: float) -> None:
    found = gains.best(PAGE, Models(text, sure).eyes)
    assert found.recipe == (recipes.PRESETS[want] if want else recipes.PLAIN)
    assert found.gain == pytest.approx(gain)


def test_only_what_is_worth_it_is_read_and_only_a_few_lines_of_it() -> None:
    models = Models({"as it is": 0.2, "light": 0.3}, {})
    gains.best(PAGE, models.eyes)
    assert sorted(models.read) == [("as it is", gains.SAMPLE), ("light", gains.SAMPLE)]
