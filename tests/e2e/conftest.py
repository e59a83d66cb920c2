"""The whole product on a real cluster: this checkout's images, installed by the chart, under exactly the chart's role."""

import os
import pathlib
import tempfile
from collections.abc import Iterator

import drawings
import pytest
import sites
from cluster import clusters, images, own

FAKES = pathlib.Path(__file__).parents[1] / "fakes"


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
def servers(site: sites.Site) -> dict[str, str]:
    """Images of the servers that services lean on, in the cluster: a fake Ollama, and Redis."""
    log = pathlib.Path(tempfile.gettempdir()) / "kubeocr-images.log"
    built = {name: images.build(name, log=log, checkout=images.Checkout(FAKES, "test")) for name in ("ollama", "redis")}
    for image in built.values():
        site.cluster.load(image.archive)
    return {name: image.reference for name, image in built.items()}


@pytest.fixture(scope="session")
def page() -> bytes:
    """A PNG of three lines of text, `sites.WORDS`."""
    return drawings.lines(sites.WORDS)


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
