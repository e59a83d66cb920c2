"""What the tests of upgrades stand on."""

import os
import pathlib
from collections.abc import Iterator

import pytest
import releases
from cluster import clusters, own


@pytest.fixture(scope="session")
def alone() -> Iterator[clusters.Cluster]:
    """An API server whose CRDs come and go; each test installs what it needs, and leaves no release of Helm's."""
    if clusters.given() is not None:
        pytest.skip("takes the CRD and all OCRServices away: not on a cluster that is somebody's")
    running = clusters.up(own.Options(name=f"alone-{os.getpid()}", node=False))
    yield running
    running.down()


@pytest.fixture(scope="session")
def previous(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The checkout of the previous release."""
    try:
        return releases.unpack(releases.PREVIOUS, tmp_path_factory.mktemp("previous"))
    except releases.Unknown as unknown:
        pytest.skip(str(unknown))
