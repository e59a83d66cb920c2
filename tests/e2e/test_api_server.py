"""The cluster that the tests bring with them."""

import pytest
from cluster import clusters

pytestmark = pytest.mark.cluster


def test_answers_as_kubernetes_does(kubeconfig: clusters.Cluster) -> None:
    done = kubeconfig.kubectl("get", "namespaces", "-o", "name")
    assert "namespace/kube-system" in done.stdout.split(), done.stderr
