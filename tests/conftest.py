"""Fixtures that every kind of test may use."""

import os
from collections.abc import Iterator

import pytest
from cluster import clusters, own


@pytest.fixture(scope="session")
def kubeconfig() -> Iterator[clusters.Cluster]:
    """A real API server with its controllers and no node: `.path`, `.kubectl(...)`, `.run(...)`."""
    running = clusters.up(own.Options(name=f"api-{os.getpid()}", node=False))
    yield running
    running.down()
