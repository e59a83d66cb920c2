"""The operator's own ends: killed, and away while an OCRService is deleted."""

from collections.abc import Iterator

import pytest
import sites
from cluster import binaries

from kubeocr_contract import names

pytestmark = [pytest.mark.cluster, pytest.mark.image]
CHILDREN = "deployments,services,serviceaccounts,poddisruptionbudgets,horizontalpodautoscalers"
DEPLOYMENT = f"deployment/{sites.OPERATOR}"


@pytest.fixture
def whole(site: sites.Site) -> Iterator[None]:
    """Afterwards two replicas of the operator run again."""
    yield
    site.kubectl("scale", DEPLOYMENT, "--replicas=2", namespace=sites.OPERATOR_NAMESPACE)
    site.kubectl("rollout", "status", DEPLOYMENT, "--timeout=120s", namespace=sites.OPERATOR_NAMESPACE)


def test_helm_test_passes(site: sites.Site) -> None:
    command = [binaries.tool("helm"), "test", sites.RELEASE, "--namespace", sites.OPERATOR_NAMESPACE, "--timeout", "60s"]
    done = site.cluster.run(command)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.usefixtures("whole")
def test_the_second_operator_takes_over_from_one_that_is_killed(site: sites.Site) -> None:
    leader = _leader(site)
    # without grace the kubelet sends SIGKILL at once: nothing is handed over
    site.kubectl("delete", f"pod/{leader}", "--force", "--grace-period=0", "--wait=false", namespace=sites.OPERATOR_NAMESPACE)
    site.apply("after-kill")
    seconds = sites.until("another leads", lambda: _leader(site) not in {leader, ""}, seconds=30)
    sites.until("its OCRService is served", lambda: site.exists("deployment/after-kill"), seconds=15)
    print(f"takeover after {seconds:.1f} s")
    site.kubectl("delete", f"{names.PLURAL}/after-kill")


@pytest.mark.usefixtures("whole")
def test_a_deletion_leaves_nothing_while_no_operator_runs(site: sites.Site) -> None:
    site.apply("orphan", {"autoscaling": {"maxReplicas": 2}})
    sites.until("its children are there", lambda: len(_children(site, "orphan")) == 5, seconds=60)
    site.kubectl("scale", DEPLOYMENT, "--replicas=0", namespace=sites.OPERATOR_NAMESPACE)
    sites.until("no operator runs", lambda: not _operators(site), seconds=60)
    site.kubectl("delete", f"{names.PLURAL}/orphan", "--timeout=30s")
    sites.until("its children are gone", lambda: not _children(site, "orphan"), seconds=60)


def _leader(site: sites.Site) -> str:
    """The pod that holds the Lease; empty where none does."""
    lease = site.get(f"lease/{names.LEASE}", namespace=sites.OPERATOR_NAMESPACE)
    # an identity is the pod's name and a random part
    return str(lease["spec"].get("holderIdentity") or "").rpartition("-")[0]


def _operators(site: sites.Site) -> list[str]:
    pods = site.get("pods", namespace=sites.OPERATOR_NAMESPACE)["items"]
    return [pod["metadata"]["name"] for pod in pods if pod["metadata"]["name"].startswith(f"{sites.OPERATOR}-")]


def _children(site: sites.Site, owner: str) -> list[str]:
    found = site.get(CHILDREN)["items"]
    owned = [x for x in found if any(owner == reference["name"] for reference in x["metadata"].get("ownerReferences", ()))]
    return [f"{x['kind']}/{x['metadata']['name']}" for x in owned if x["kind"] != "ReplicaSet"]
