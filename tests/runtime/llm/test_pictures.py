"""Pages as a model is shown them."""

import base64
import contextlib
import io

import numpy as np
import PIL.Image
import pytest

from kubeocr_contract import settings
from kubeocr_runtime import services
from kubeocr_runtime.llm import pictures


def opened(url: str) -> PIL.Image.Image:
    head, _, data = url.partition(",")
    assert head == "data:image/jpeg;base64"
    return PIL.Image.open(io.BytesIO(base64.b64decode(data)))


@pytest.mark.parametrize(("size", "want"), [((300, 200), (300, 200)), ((4000, 1000), (2000, 500))])
def test_no_larger_than_helps(size: tuple[int, int], want: tuple[int, int]) -> None:
    image = np.full((size[1], size[0], 3), 255, np.uint8)
    assert PIL.Image.open(io.BytesIO(pictures.jpeg(image))).size == want


async def test_the_first_pages_upright(service, pdf) -> None:
    known = (await service()).app[services.SERVICES]
    async with contextlib.AsyncExitStack() as stack:
        document = await stack.enter_async_context(known.turns.decoder.opened(pdf(3, size=(72, 36)), settings.Settings()))
        sizes = [opened(url).size for url in await pictures.of(known.turns, document, [0, 90])]
    assert sizes == [(200, 100), (100, 200)]
    assert known.turns.room.small.free == known.turns.room.small.total
