import io

import numpy as np
import PIL.Image
import pytest

from kubeocr_runtime import jpegs


@pytest.mark.parametrize(
    ("size", "want"),
    [
        pytest.param((60, 40), (60, 40), id="small enough"),
        pytest.param((300, 150), (100, 50), id="wide"),
        pytest.param((1, 5000), (1, 100), id="a hair"),
    ],
)
def test_the_longer_side_is_as_long_as_it_may_be(size: tuple[int, int], want: tuple[int, int]) -> None:
    image = np.full((size[1], size[0], 3), 200, np.uint8)
    found = PIL.Image.open(io.BytesIO(jpegs.encode(image, 100, 85)))
    assert (found.format, found.size) == ("JPEG", want)
