"""The demo on a cluster that KUBECONFIG names."""

import pytest
from cluster import clusters
from demo import given

CLUSTER = {"KUBECONFIG": "/home/somebody/.kube/config"}


@pytest.mark.parametrize(
    ("environment", "refused"),
    [
        pytest.param({}, False, id="a cluster of its own"),
        pytest.param({"KUBECONFIG": ""}, False, id="a KUBECONFIG that names none"),
        pytest.param(CLUSTER, True, id="a given one, and no registry"),
        pytest.param(CLUSTER | {"KUBEOCR_REGISTRY": ""}, True, id="a given one, and a registry without a name"),
        pytest.param(CLUSTER | {"KUBEOCR_REGISTRY": "registry.example/me"}, False, id="a given one, and a registry"),
    ],
)
def test_it_needs_a_registry_that_has_its_images(environment, refused):
    words = given.refusal(environment)
    assert (words is not None) == refused


def test_a_refusal_is_one_line_that_says_both_ways_out():
    words = given.refusal(CLUSTER)
    assert "KUBEOCR_REGISTRY=" in words
    assert "unset KUBECONFIG" in words
    assert "\n" not in words


@pytest.mark.parametrize(
    ("environment", "own"),
    [
        pytest.param({}, False, id="none"),
        pytest.param(CLUSTER, False, id="somebody's"),
        pytest.param({"KUBECONFIG": next(iter(clusters.kubeconfigs("kubeocr-demo")))}, True, id="what the demo tells to set"),
    ],
)
def test_the_demo_knows_its_own_cluster(environment, own):
    assert given.is_own(environment, clusters.kubeconfigs("kubeocr-demo")) is own


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        pytest.param({}, "is gone", id="a cluster of its own"),
        pytest.param(CLUSTER, "helm uninstall kubeocr --namespace kubeocr-system", id="a given one"),
    ],
)
def test_the_end_is_said_in_one_line(environment, said):
    words = given.farewell(environment)
    assert said in words
    assert "\n" not in words
