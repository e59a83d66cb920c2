"""manifests/: what `kubectl apply -k` gives is the chart's default, and every example is one that an API server takes."""

import os
import pathlib
import subprocess
import sys

import pytest
import yaml
from cluster import clusters

from kubeocr_contract import names

ROOT = pathlib.Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "manifests" / "examples").glob("*.yaml"))
KUSTOMIZATIONS = ("base", "overlays/mirror", "overlays/namespaced", "overlays/one-replica")
CRD = ROOT / "crds" / "ocrservice.yaml"

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def server(kubeconfig: clusters.Cluster) -> clusters.Cluster:
    """An API server that knows OCRServices."""
    applied = kubeconfig.kubectl("apply", "--server-side", "--force-conflicts", "-f", str(CRD))
    assert applied.returncode == 0, applied.stderr
    waited = kubeconfig.kubectl("wait", "--for=condition=Established", "-f", str(CRD), "--timeout=30s")
    assert waited.returncode == 0, waited.stderr
    for name in ("kubeocr-system", "documents"):
        kubeconfig.kubectl("create", "namespace", name)
    return kubeconfig


def test_what_comes_from_the_chart_is_fresh():
    command = [sys.executable, str(ROOT / "manifests" / "render.py"), "--check"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests" / "e2e")}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("folder", KUSTOMIZATIONS)
def test_an_api_server_takes_each_kustomization(server: clusters.Cluster, folder: str):
    done = server.kubectl(
        "apply", "--server-side", "--force-conflicts", "--dry-run=server", "-k", str(ROOT / "manifests" / folder)
    )
    assert done.returncode == 0, done.stderr


def test_the_overlays_change_what_they_say(server: clusters.Cluster):
    single = _built(server, "overlays/one-replica")
    assert [x["spec"]["replicas"] for x in single if x["kind"] == "Deployment"] == [1]
    assert "PodDisruptionBudget" not in {x["kind"] for x in single}
    mirror = _built(server, "overlays/mirror")
    (deployment,) = [x for x in mirror if x["kind"] == "Deployment"]
    assert deployment["spec"]["template"]["spec"]["containers"][0]["image"].startswith("registry.example/")


def test_a_mirrors_configuration_has_all_that_the_bases_has(server: clusters.Cluster):
    """The overlay replaces the whole file, for it is one text to kustomize."""
    base, mirror = _configuration(server, "base"), _configuration(server, "overlays/mirror")
    assert not set(base) - set(mirror)
    named = [mirror["operatorImage"], mirror["bakeImage"], *(image["repository"] for image in mirror["images"])]
    assert not [name for name in named if not name.startswith("registry.example/")]


@pytest.mark.parametrize(
    ("component", "kinds"),
    [
        pytest.param("monitoring", {"ServiceMonitor", "PrometheusRule", "ConfigMap"}, id="monitoring"),
        pytest.param("network-policy", {"NetworkPolicy"}, id="network policy"),
    ],
)
def test_a_component_adds_what_it_says(server: clusters.Cluster, tmp_path: pathlib.Path, component: str, kinds: set[str]):
    parts = {"resources": "base", "components": f"components/{component}"}
    written = {key: [os.path.relpath(ROOT / "manifests" / path, tmp_path.resolve())] for key, path in parts.items()}
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump(written))
    done = server.kubectl("kustomize", str(tmp_path), "--load-restrictor=LoadRestrictionsNone")
    assert done.returncode == 0, done.stderr
    base = _built(server, "base")
    assert {x["kind"] for x in yaml.safe_load_all(done.stdout) if x not in base} == kinds


def test_an_operator_held_to_a_namespace_has_no_role_beyond_it(server: clusters.Cluster):
    held = _built(server, "overlays/namespaced")
    assert not {x["kind"] for x in held} & {"ClusterRole", "ClusterRoleBinding"}
    assert {x["metadata"]["namespace"] for x in held if x["kind"] == "Role"} == {"kubeocr-system", "documents"}
    (deployment,) = [x for x in held if x["kind"] == "Deployment"]
    assert "--namespace=documents" in deployment["spec"]["template"]["spec"]["containers"][0]["args"]


@pytest.mark.parametrize("example", [pytest.param(path, id=path.stem) for path in EXAMPLES])
def test_an_api_server_takes_each_example(server: clusters.Cluster, example: pathlib.Path):
    done = server.kubectl("apply", "--dry-run=server", "--validate=strict", "-f", str(example))
    assert done.returncode == 0, done.stderr


def test_there_are_examples():
    assert len(EXAMPLES) >= 8


def _configuration(server: clusters.Cluster, folder: str):
    (found,) = [x for x in _built(server, folder) if x["metadata"]["name"] == names.CONFIG_MAP]
    return yaml.safe_load(found["data"][names.CONFIG_IMAGES_KEY])


def _built(server: clusters.Cluster, folder: str):
    done = server.kubectl("kustomize", str(ROOT / "manifests" / folder))
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))
