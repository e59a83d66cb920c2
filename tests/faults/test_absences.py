"""What a cluster does not have: an operator, or an API that others bring and take away."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import replicas
from cluster import clusters

from kubeocr_operator import conditions, informers, kinds

pytestmark = pytest.mark.cluster
MONITORS = f"{kinds.SERVICE_MONITOR.plural}.{kinds.SERVICE_MONITOR.group}"
FOUND_SECONDS = informers.ASK_AGAIN_SECONDS + 30


@pytest.fixture
def absent(api: clusters.Cluster) -> Iterator[None]:
    """Neither before nor after the test the cluster has ServiceMonitors."""
    if api.kubectl("get", "crd", MONITORS).returncode == 0:
        pytest.skip(f"the cluster has {MONITORS} of its own")
    yield
    api.kubectl("delete", "crd", MONITORS, "--ignore-not-found")


@pytest.mark.usefixtures("absent")
def test_an_api_that_comes_and_goes_is_a_condition_and_never_in_the_way(served: replicas.Space) -> None:
    name = served.service(replicas=0, monitoring={"serviceMonitor": True})
    replicas.until(lambda: _said(served, name) == ("True", conditions.API_MISSING))
    assert kinds.SERVICE_MONITOR.kind in served.condition(name, conditions.DEGRADED)[2]
    assert served.get(kinds.DEPLOYMENT, name)
    served.kubectl("apply", "-f", "-", body=_crd(kinds.SERVICE_MONITOR))
    began = time.monotonic()
    replicas.until(lambda: _said(served, name) == ("False", conditions.AS_EXPECTED), seconds=FOUND_SECONDS)
    came = time.monotonic() - began
    assert served.get(kinds.SERVICE_MONITOR, name)["metadata"]["ownerReferences"][0]["name"] == name
    served.kubectl("delete", "crd", MONITORS)
    began = time.monotonic()
    replicas.until(lambda: _said(served, name) == ("True", conditions.API_MISSING), seconds=FOUND_SECONDS)
    print(f"found after {came:.1f} s, missed after {time.monotonic() - began:.1f} s")
    served.spec(name, replicas=1, monitoring={"serviceMonitor": True})
    replicas.until(lambda: served.get(kinds.DEPLOYMENT, name)["spec"]["replicas"] == 1)
    assert replicas.answers(served.leader)


def test_a_namespace_goes_though_no_operator_runs(served: replicas.Space) -> None:
    first = served.service(autoscaling={"maxReplicas": 3})
    second = served.service(networkPolicy={"enabled": True})
    replicas.until(lambda: served.get(kinds.AUTOSCALER, first))
    replicas.until(lambda: served.get(kinds.NETWORK_POLICY, second))
    assert served.leader.end() == 0
    done = served.cluster.kubectl("delete", "namespace", served.name, "--timeout=60s")
    assert done.returncode == 0, done.stderr


def _said(space: replicas.Space, name: str) -> tuple[str, str]:
    return space.condition(name, conditions.DEGRADED)[:2]


def _crd(kind: kinds.Kind) -> dict[str, Any]:
    """A CRD that takes anything."""
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    version = {"name": kind.version, "served": True, "storage": True, "schema": {"openAPIV3Schema": anything}}
    called = {"kind": kind.kind, "plural": kind.plural, "singular": kind.kind.lower()}
    spec = {"group": kind.group, "scope": "Namespaced", "names": called, "versions": [version]}
    metadata = {"name": f"{kind.plural}.{kind.group}"}
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": metadata, "spec": spec}
