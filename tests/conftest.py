"""Fixtures that every kind of test may use."""

import os
import pathlib
from collections.abc import Iterator

import pytest
import replicas
from cluster import clusters, own


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
