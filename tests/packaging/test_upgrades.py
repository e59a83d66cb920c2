"""From the previous release to this one on a real API server: chart and CRD, kustomize, and the operator itself."""

import collections
import json
import pathlib
from collections.abc import Iterator, Mapping
from typing import Any

import charts
import pytest
import releases
import replicas
import yaml
from cluster import clusters

from kubeocr_contract import names
from kubeocr_operator import conditions, kinds

pytestmark = pytest.mark.cluster
WANTED = yaml.safe_load((charts.ROOT / "crds" / "ocrservice.yaml").read_text())
IN = ("--namespace", charts.NAMESPACE, "--create-namespace")
NO_PODS = {"replicas": 0}
_TOLD = {names.KIND, "Event"}
"""What tells of a change: the status, and events."""


@pytest.fixture
def space(alone: clusters.Cluster, tmp_path: pathlib.Path) -> Iterator[replicas.Space]:
    """A namespace on an API server that has the previous release's chart, which no operator runs for yet."""
    releases.helm(alone, "upgrade", "--install", "kubeocr", str(releases.chart_of(releases.PREVIOUS)), *IN, values=NO_PODS)
    _established(alone)
    found = replicas.opened(alone, tmp_path)
    yield found
    found.close()
    releases.helm(alone, "uninstall", "kubeocr", "--namespace", charts.NAMESPACE)


def test_helm_brings_the_crd_up_to_date_and_back_and_keeps_what_is_stored(space: replicas.Space) -> None:
    name = space.service(languages=["en"], limits={"pages": 7})
    stored = space.get(kinds.OCR_SERVICE, name)
    assert not _is_current(releases.crd(space.cluster)), "the previous release's CRD is the same: nothing to see"
    _upgrade(space.cluster)
    assert _is_current(releases.crd(space.cluster))
    found = space.get(kinds.OCR_SERVICE, name)
    assert found["metadata"]["uid"] == stored["metadata"]["uid"]
    assert found["spec"]["languages"] == ["en"]
    assert found["spec"]["limits"]["pages"] == 7
    space.kubectl("patch", names.PLURAL, name, "--type=merge", "-p", json.dumps({"spec": {"limits": {"pages": 8}}}))
    releases.helm(space.cluster, "rollback", "kubeocr", "--namespace", charts.NAMESPACE)
    assert not _is_current(releases.crd(space.cluster))
    assert space.get(kinds.OCR_SERVICE, name)["spec"]["limits"]["pages"] == 8


def test_values_of_the_previous_release_can_be_reused(space: replicas.Space) -> None:
    """Helm then leaves out the defaults of values that are new: https://helm.sh/docs/helm/helm_upgrade/."""
    releases.helm(space.cluster, "upgrade", "kubeocr", str(charts.CHART), *IN, "--reuse-values")
    assert _is_current(releases.crd(space.cluster))


def test_kubectl_brings_the_crd_up_to_date(space: replicas.Space) -> None:
    path = charts.ROOT / "crds" / "ocrservice.yaml"
    releases.kubectl(space.cluster, "apply", "--server-side", "--force-conflicts", "-f", str(path))
    assert _is_current(releases.crd(space.cluster))


def test_the_operator_s_upgrade_writes_no_child_and_its_restart_nothing(space: replicas.Space, previous: pathlib.Path) -> None:
    services = _services_of(previous, space)
    before = replicas.until(lambda: replicas.quiet(space) and space.versions(), seconds=60)
    assert len(before) > 4 * len(services)
    space.leader.end()
    said = _said(space)
    assert said, "the release before told of its services, too"
    _upgrade(space.cluster)
    upgraded = space.lead()
    after = _at_rest(space, upgraded)
    assert {key for key, version in after.items() if before.get(key) != version} <= _not_only_ours(after)
    assert set(_written(upgraded)) <= _TOLD, "a status may have new fields, a child may not change"
    new = {reason for name, reason in _said(space).items() if name not in said}
    assert new <= {conditions.UNSCHEDULABLE}, "pods that found no node are told of a few seconds after, whoever made them"
    assert upgraded.metric("errors_total") == 0
    assert all(space.status(name)["observedGeneration"] == 1 for name in services)
    upgraded.end()
    again = space.lead()
    _at_rest(space, again)
    assert _written(again) == {}
    space.spec("minimal", limits={"pages": 7})
    replicas.until(lambda: space.status("minimal")["observedGeneration"] == 2)
    _at_rest(space, again)
    assert {kind: count for kind, count in _written(again).items() if kind not in _TOLD} == {"Deployment": 1}


def test_kustomize_upgrades_too(alone: clusters.Cluster) -> None:
    apply = ("apply", "--server-side", "-k")
    releases.kubectl(alone, *apply, str(releases.manifests_of(releases.PREVIOUS)), "--force-conflicts")  # Helm had the CRD
    assert not _is_current(releases.crd(alone))
    releases.kubectl(alone, *apply, str(charts.ROOT / "manifests" / "base"))
    assert _is_current(releases.crd(alone))
    (deployment,) = json.loads(releases.kubectl(alone, "-n", charts.NAMESPACE, "get", "deployments", "-o", "json"))["items"]
    wanted = next(x for x in _base() if x["kind"] == "Deployment")["spec"]["template"]["spec"]["containers"][0]
    assert deployment["spec"]["template"]["spec"]["containers"][0]["image"] == wanted["image"]
    releases.kubectl(alone, "delete", "-k", str(charts.ROOT / "manifests" / "base"), "--timeout=150s")


def test_a_crd_that_something_else_installed_is_adopted_when_told_to(alone: clusters.Cluster) -> None:
    """The two ways of docs/OPERATIONS.md."""
    path = str(charts.ROOT / "crds" / "ocrservice.yaml")
    releases.kubectl(alone, "apply", "--server-side", "--force-conflicts", "-f", path)
    releases.kubectl(alone, "annotate", releases.CRD, "meta.helm.sh/release-name-", "meta.helm.sh/release-namespace-")
    install = ("install", "kubeocr", str(charts.CHART), *IN)
    refused = releases.attempt(alone, *install, values=NO_PODS)
    assert refused.returncode != 0
    assert f"{names.PLURAL}.{names.GROUP}" in refused.stderr
    releases.helm(alone, *install, "--take-ownership", values=NO_PODS)
    releases.helm(alone, "uninstall", "kubeocr", "--namespace", charts.NAMESPACE)
    releases.helm(alone, *install, values=NO_PODS | {"crds": {"install": False}})
    releases.helm(alone, "uninstall", "kubeocr", "--namespace", charts.NAMESPACE)


def _upgrade(cluster: clusters.Cluster) -> None:
    releases.helm(cluster, "upgrade", "kubeocr", str(charts.CHART), *IN, values=NO_PODS)


def _established(cluster: clusters.Cluster) -> None:
    releases.kubectl(cluster, "wait", "--for=condition=Established", releases.CRD, "--timeout=60s")


def _is_current(crd: Mapping[str, Any]) -> bool:
    """Whether it has this checkout's schemas; the API server adds its own defaults elsewhere."""
    return _schemas(crd) == _schemas(WANTED)


def _schemas(crd: Mapping[str, Any]) -> dict[str, Any]:
    return {version["name"]: version["schema"] for version in crd["spec"]["versions"]}


def _services_of(release: pathlib.Path, space: replicas.Space) -> list[str]:
    """What the release's own operator makes of its golden OCRServices; it still runs."""
    space.start(environment={"PYTHONPATH": f"{release / 'operator'}:{release / 'contract'}"})
    replicas.until(lambda: replicas.answers(space.replicas[0]) and space.replicas[0].leads, seconds=60)
    golden = sorted((release / "tests" / "operator" / "golden").glob("*/ocrservice.yaml"))
    for path in golden:
        space.spec(path.parent.name, **yaml.safe_load(path.read_text()).get("spec", {}))
    found = [path.parent.name for path in golden]
    replicas.until(lambda: all(space.status(name).get("conditions") for name in found), seconds=60)
    return found


def _at_rest(space: replicas.Space, operator: replicas.Replica) -> dict[tuple[str, str], str]:
    """Versions of everything once the operator has looked at everything and nothing changes any more."""
    replicas.until(lambda: operator.metric("reconcile_seconds_count") > 0 and operator.metric("queue_depth") == 0, seconds=60)
    return replicas.until(lambda: replicas.quiet(space) and space.versions(), seconds=60)


def _not_only_ours(versions: Mapping[tuple[str, str], str]) -> set[tuple[str, str]]:
    """Those that others write too: the status of an OCRService may get new fields, an autoscaler's is its controller's."""
    return {key for key in versions if key[0] in {names.KIND, "HorizontalPodAutoscaler"}}


def _said(space: replicas.Space) -> dict[str, str]:
    """Name -> reason of the events about the services, which only operators write."""
    found = json.loads(space.kubectl("get", "events.events.k8s.io", "-o", "json"))["items"]
    ours = [event for event in found if event["regarding"]["kind"] == names.KIND]
    return {event["metadata"]["name"]: event["reason"] for event in ours}


def _written(operator: replicas.Replica) -> dict[str, int]:
    """Kind -> writes that an operator has sent."""
    found: collections.Counter[str] = collections.Counter()
    for line in operator.ask(names.METRICS).splitlines():
        if line.startswith("kubeocr_operator_writes_total{"):
            found[line.split('kind="')[1].partition('"')[0]] += int(float(line.rsplit(" ", 1)[1]))
    return dict(found)


def _base() -> Iterator[dict[str, Any]]:
    return yaml.safe_load_all((charts.ROOT / "manifests" / "base" / "operator.yaml").read_text())
