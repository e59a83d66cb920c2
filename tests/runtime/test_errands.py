"""What a page on its way is worth; more in test_worker.py."""

import dataclasses

import numpy as np
import pytest

from kubeocr_contract import models
from kubeocr_runtime import documents, enhancement, errands, pipelines, schedule

PLAIN = pipelines.ReadOptions(reader=models.Reader("v", "x_det", "x_rec"))
DESKEW = enhancement.Wish(enhancement.Recipe(deskew=True))


@pytest.mark.parametrize(
    ("changes", "looks"),
    [
        pytest.param({}, 1, id="as it is"),
        pytest.param({"enhance": enhancement.Wish(enhancement.Recipe(contrast=1.2))}, 1, id="a recipe"),
        pytest.param({"enhance": DESKEW}, 2, id="levelled"),
        pytest.param({"enhance": DESKEW, "flatten": True}, 3, id="flattened and levelled"),
        pytest.param({"enhance": enhancement.Wish(auto=True)}, 5, id="as it is, with three presets, and levelled"),
    ],
)
def test_a_page_is_worth_as_much_as_it_is_looked_at(changes: dict[str, object], looks: int) -> None:
    page = documents.Page(1, np.zeros((400, 800, 3), np.uint8))
    options = dataclasses.replace(PLAIN, **changes)
    assert errands.Errand(page, options, schedule.Share()).finding().pixels == looks * 400 * 800 // 8
