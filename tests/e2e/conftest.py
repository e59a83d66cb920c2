"""The whole product on a real cluster: this checkout's images, installed by the chart, under exactly the chart's role."""

import io
import os
import pathlib
import tempfile
from collections.abc import Iterator

import pytest
import sites
from cluster import clusters, images, own
from PIL import Image, ImageDraw, ImageFont


@pytest.fixture(scope="session")
def site() -> Iterator[sites.Site]:
    """A cluster with the operator's two replicas, and a client pod."""
    running = clusters.up(own.Options(name=f"e2e-{os.getpid()}"))
    try:
        installed = sites.install(running, *_images(running))
        installed.start_client()
        yield installed
    finally:
        running.down()


@pytest.fixture(scope="session")
def page() -> bytes:
    """A PNG of three lines of text, `sites.WORDS`."""
    drawn = Image.new("RGB", (640, 240), "white")
    for number, line in enumerate(sites.WORDS):
        ImageDraw.Draw(drawn).text((40, 30 + 65 * number), line, font=ImageFont.load_default(32), fill="black")
    buffer = io.BytesIO()
    drawn.save(buffer, "PNG")
    return buffer.getvalue()


def _images(cluster: clusters.Cluster) -> list[images.Image | None]:
    """The images of this checkout, in the cluster; a given cluster without KUBEOCR_REGISTRY has to have the chart's."""
    if cluster.origin == "given" and "KUBEOCR_REGISTRY" not in os.environ:
        return [None, None]
    log = pathlib.Path(tempfile.gettempdir()) / "kubeocr-images.log"
    built: list[images.Image | None] = []
    for name in images.NAMES:
        image = images.build(name, log=log)
        cluster.load(image.archive)
        built.append(image)
    return built
