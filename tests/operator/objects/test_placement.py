"""Where pods go, beside golden/placement."""

import pytest

from kubeocr_operator import config, ocrservices, plans
from kubeocr_operator.objects import deployment, placement


def pod(plan):
    (found,) = deployment.build(plan)
    return found["spec"]["template"]["spec"]


def test_pods_are_spread_over_nodes_unasked(plan):
    (rule,) = placement.of(plan())["topologySpreadConstraints"]
    assert (rule["topologyKey"], rule["whenUnsatisfiable"]) == ("kubernetes.io/hostname", "ScheduleAnyway")
    assert rule["labelSelector"] == {"matchLabels": plans.labels("docs")}
    assert set(placement.of(plan())) == {"topologySpreadConstraints"}


def test_an_empty_list_spreads_nothing(plan):
    assert placement.of(plan(topologySpread=[])) == {}


def test_a_selector_of_the_users_stays(plan):
    mine = {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "labelSelector": {}}
    assert placement.of(plan(topologySpread=[mine]))["topologySpreadConstraints"] == [mine]


RESOURCES = [
    pytest.param("nvidia.com/mig-1g.10gb", id="a MIG profile"),
    pytest.param("nvidia.com/gpu.shared", id="a time-sliced share"),
    pytest.param("amd.com/gpu", id="AMD"),
    pytest.param("gpu.intel.com/i915", id="Intel"),
]


@pytest.mark.parametrize("resource", RESOURCES)
def test_an_accelerator_is_asked_for_by_any_name(body, resource):
    """Extended resources have requests equal to their limits."""
    service = ocrservices.parse(body(accelerator={"mode": "gpu", "resource": resource, "count": 2}))
    (container,) = pod(plans.resolve(service, config.Config(runtime_class_name="gpus"), "gpu"))["containers"]
    assert container["resources"]["requests"][resource] == container["resources"]["limits"][resource] == "2"


def test_the_runtime_class_is_that_of_the_spec_before_that_of_the_cluster(body):
    service = ocrservices.parse(body(accelerator={"mode": "gpu", "runtimeClassName": "mine"}))
    assert pod(plans.resolve(service, config.Config(runtime_class_name="gpus"), "gpu"))["runtimeClassName"] == "mine"
    assert "runtimeClassName" not in pod(plans.resolve(service, config.Config(runtime_class_name="gpus"), "cpu"))
