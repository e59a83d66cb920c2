"""The operator's own ends: killed, and away while an OCRService is deleted."""

from collections.abc import Iterator

import pytest
import sites
from cluster import binaries

from kubeocr_contract import names

pytestmark = [pytest.mark.cluster, pytest.mark.image]
CHILDREN = "deployments,services,serviceaccounts,poddisruptionbudgets,horizontalpodautoscalers"
# A pod's name is its host name, which stands in the environment of its processes
_KILLER = """
import os, pathlib, signal, sys
wanted = f"HOSTNAME={sys.argv[1]}".encode()
killed = 0
for folder in pathlib.Path("/proc").glob("[0-9]*"):
    try:
        if wanted in (folder / "environ").read_bytes().split(bytes(1)):
            os.kill(int(folder.name), signal.SIGKILL)
            killed += 1
    except OSError:
        pass
sys.exit(killed == 0)
"""
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
def test_another_operator_takes_over_from_one_that_is_killed(site: sites.Site) -> None:
    killed = _leader(site)
    _kill(site, killed.rpartition("-")[0])
    site.apply("after-kill")
    seconds = sites.until("another leads", lambda: _leader(site) not in {killed, ""}, seconds=40)
    sites.until("its OCRService is served", lambda: site.exists("deployment/after-kill"), seconds=15)
    print(f"takeover after {seconds:.1f} s")
    # a Lease that had been handed over would have been free at once
    assert seconds > 2, "the operator was not killed but asked to end"
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
    """Who holds the Lease, a pod's name and a random part; empty where nobody does."""
    lease = site.get(f"lease/{names.LEASE}", namespace=sites.OPERATOR_NAMESPACE)
    return str(lease["spec"].get("holderIdentity") or "")


def _kill(site: sites.Site, pod: str) -> None:
    """SIGKILL to the operator in a pod, by a pod that sees the node: nothing can kill the first process of its own pod."""
    container = {"name": "killer", "image": site.runtime_image, "command": ["python3", "-c", _KILLER, pod]}
    security = {"runAsUser": 65532, "runAsGroup": 65532}
    spec = {"hostPID": True, "restartPolicy": "Never", "securityContext": security, "containers": [container]}
    manifest = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "killer"}, "spec": spec}
    site.kubectl("apply", "-f", "-", manifest=manifest, namespace="default")
    site.kubectl("wait", "pod/killer", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=60s", namespace="default")
    site.kubectl("delete", "pod/killer", "--wait=false", namespace="default")


def _operators(site: sites.Site) -> list[str]:
    pods = site.get("pods", namespace=sites.OPERATOR_NAMESPACE)["items"]
    return [pod["metadata"]["name"] for pod in pods if pod["metadata"]["name"].startswith(f"{sites.OPERATOR}-")]


def _children(site: sites.Site, owner: str) -> list[str]:
    found = site.get(CHILDREN)["items"]
    owned = [x for x in found if any(owner == reference["name"] for reference in x["metadata"].get("ownerReferences", ()))]
    return [f"{x['kind']}/{x['metadata']['name']}" for x in owned if x["kind"] != "ReplicaSet"]
