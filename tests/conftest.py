"""Fixtures that every kind of test may use."""

import os
import pathlib
from collections.abc import Iterator

import pytest
import replicas
from cluster import clusters, own


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in this very hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs on one worker (`--dist loadgroup`): all that needs the node, first as it takes longest; else a file's tests."""
    for item in items:
        if item.get_closest_marker("cluster") or item.get_closest_marker("image"):
            item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=lambda item: item.get_closest_marker("image") is None)


@pytest.fixture(scope="session")
def kubeconfig() -> Iterator[clusters.Cluster]:
    """A real API server with its controllers and no node: `.path`, `.kubectl(...)`, `.run(...)`."""
    running = clusters.up(own.Options(name=f"api-{os.getpid()}", node=False))
    yield running
    running.down()


@pytest.fixture(scope="session")
def api(kubeconfig: clusters.Cluster) -> clusters.Cluster:
    """The real API server, which knows OCRServices."""
    replicas.install_crd(kubeconfig)
    return kubeconfig


@pytest.fixture
def space(api: clusters.Cluster, tmp_path: pathlib.Path) -> Iterator[replicas.Space]:
    """An empty namespace, in which every replica ends with the test."""
    found = replicas.opened(api, tmp_path)
    yield found
    found.close()


@pytest.fixture
def served(space: replicas.Space) -> replicas.Space:
    """A namespace with a leading operator."""
    space.lead()
    return space


def _group(item: pytest.Item) -> str:
    # a cluster that is given is one for all, and some tests count what the whole of it writes
    shared = "KUBECONFIG" in os.environ
    return "node" if shared or item.get_closest_marker("image") else str(item.path)
