"""The chart: what its defaults render to, what its schema refuses, and that an API server takes all of it."""

import json

import charts
import pytest
import yaml
from cluster import binaries, clusters

from kubeocr_contract import images, names
from kubeocr_operator import config

pytestmark = pytest.mark.cluster  # helm is built where the cluster's parts are


def described(schema, path="values"):
    """Paths of a schema's values, and whether each says what it is."""
    for name, below in schema.get("properties", {}).items():
        yield f"{path}.{name}", "description" in below
        yield from described(below, f"{path}.{name}")


def test_lint_has_nothing_to_say():
    done = charts.helm("lint", "--strict", str(charts.CHART))
    assert done.returncode == 0, done.stdout


def test_defaults_render_two_hardened_replicas():
    deployment = charts.one(charts.render(), "Deployment")["spec"]
    pod = deployment["template"]["spec"]
    (container,) = pod["containers"]
    assert deployment["replicas"] == 2
    assert container["image"] == f"kubeocr/operator:{images.PROJECT_VERSION}"
    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert pod["enableServiceLinks"] is False


def test_names_and_numbers_are_the_contracts():
    manifests = charts.render()
    (container,) = charts.one(manifests, "Deployment")["spec"]["template"]["spec"]["containers"]
    assert container["ports"] == [{"name": names.HTTP_PORT_NAME, "containerPort": names.OPERATOR_PORT}]
    assert container["readinessProbe"]["httpGet"]["path"] == names.READYZ
    assert container["livenessProbe"]["httpGet"]["path"] == names.LIVEZ
    assert charts.one(manifests, "ConfigMap", names.CONFIG_MAP)["metadata"]["name"] == names.CONFIG_MAP
    assert f"--config=/etc/kubeocr/{names.CONFIG_IMAGES_KEY}" in container["args"]
    assert yaml.safe_load((charts.CHART / "Chart.yaml").read_text())["appVersion"] == images.PROJECT_VERSION


def test_the_operator_reads_the_published_images_out_of_the_config_map():
    text = charts.one(charts.render(), "ConfigMap", names.CONFIG_MAP)["data"][names.CONFIG_IMAGES_KEY]
    assert config.parse(text) == config.Config()


def test_what_is_set_for_runtimes_reaches_the_operator():
    runtime = {
        "images": [
            {
                "repository": "registry.example/r",
                "digest": "sha256:" + "0" * 64,
                "accelerator": "gpu",
                "models": ["PP-OCRv6_small_rec"],
            }
        ],
        "imagePullSecrets": [{"name": "registry"}],
        "pullPolicy": "Never",
        "runtimeClassName": "nvidia",
        "registryMirror": "mirror.example:5000/all",
        "networkPolicy": {"metrics": [{"podSelector": {}}]},
    }
    own = {"repository": "registry.example/o", "digest": "sha256:" + "1" * 64}
    rendered = charts.render(runtime=runtime, image=own)
    found = config.parse(charts.one(rendered, "ConfigMap", names.CONFIG_MAP)["data"][names.CONFIG_IMAGES_KEY])
    assert found.operator_image == f"{own['repository']}@{own['digest']}"
    assert found.pull_secrets == ("registry",)
    assert (found.pull_policy, found.runtime_class_name) == ("Never", "nvidia")
    assert found.catalogue[0].models == {"PP-OCRv6_small_rec"}
    assert found.registry_mirror == "mirror.example:5000/all"
    assert found.metrics_peers == ({"podSelector": {}},)


def test_every_value_is_described_and_has_a_default():
    schema = json.loads((charts.CHART / "values.schema.json").read_text())
    assert not [path for path, has in described(schema) if not has]
    defaults = yaml.safe_load((charts.CHART / "values.yaml").read_text())
    assert set(schema["properties"]) - set(defaults) == {"global"}


def test_the_notes_tell_what_was_installed(kubeconfig: clusters.Cluster):
    command = [
        binaries.tool("helm"),
        "install",
        "kubeocr",
        str(charts.CHART),
        "--dry-run=server",
        "--namespace",
        charts.NAMESPACE,
    ]
    # other tests have put the CRD there, which Helm will not take over
    done = kubeconfig.run([*command, "--set", "watchNamespaces={a,b}", "--set", "crds.install=false"])
    assert done.returncode == 0, done.stderr
    notes = done.stdout.partition("NOTES:")[2]
    assert images.PROJECT_VERSION in notes
    assert "a, b" in notes
    assert "kubectl apply --namespace a" in notes


@pytest.mark.parametrize(
    ("value", "api"),
    [
        pytest.param("serviceMonitor", charts.MONITORS[0], id="ServiceMonitor"),
        pytest.param("prometheusRule", charts.MONITORS[1], id="PrometheusRule"),
    ],
)
def test_what_the_cluster_does_not_serve_is_said(value, api):
    done = charts.template({"monitoring": {value: {"enabled": True}}})
    assert done.returncode != 0
    assert f"monitoring.{value}.enabled: the cluster does not serve {api}" in done.stderr


@pytest.mark.parametrize(
    ("values", "absent"),
    [
        pytest.param({"replicas": 1}, "PodDisruptionBudget", id="one replica needs no budget"),
        pytest.param({"podDisruptionBudget": {"enabled": False}}, "PodDisruptionBudget", id="budget off"),
        pytest.param({"rbac": {"create": False}}, "ClusterRole", id="rbac off"),
        pytest.param({"crds": {"install": False}}, "CustomResourceDefinition", id="crds off"),
        pytest.param({"serviceAccount": {"create": False, "name": "mine"}}, "ServiceAccount", id="own service account"),
        pytest.param({"watchNamespaces": ["a"]}, "ClusterRole", id="held to a namespace"),
        pytest.param({"watchNamespaces": ["a"]}, "ClusterRoleBinding", id="held to a namespace, bindings"),
    ],
)
def test_parts_can_be_left_out(values, absent):
    assert absent in {manifest["kind"] for manifest in charts.render()}
    assert absent not in {manifest["kind"] for manifest in charts.render(**values)}


@pytest.mark.parametrize(
    ("values", "named"),
    [
        pytest.param({"replica": 3}, "replica", id="a misspelt value"),
        pytest.param({"replicas": -1}, "replicas", id="fewer than none"),
        pytest.param({"workers": 0}, "workers", id="no worker"),
        pytest.param({"logLevel": "loud"}, "logLevel", id="no such level"),
        pytest.param({"image": {"digest": "sha256:12"}}, "digest", id="half a digest"),
        pytest.param({"image": {"pullPolicy": "Sometimes"}}, "pullPolicy", id="no such policy"),
        pytest.param({"runtime": {"images": []}}, "images", id="no image"),
        pytest.param(
            {"runtime": {"images": [{"repository": "a", "tag": "1", "accelerator": "tpu", "carries": "all"}]}},
            "accelerator",
            id="no such accelerator",
        ),
        pytest.param(
            {"runtime": {"images": [{"repository": "a", "accelerator": "cpu", "carries": "all"}]}},
            "tag",
            id="neither tag nor digest",
        ),
        pytest.param(
            {"runtime": {"images": [{"repository": "a", "tag": "1", "accelerator": "cpu"}]}}, "carries", id="carries nothing"
        ),
        pytest.param({"serviceAccount": {"create": False}}, "serviceAccount.name", id="no service account at all"),
        pytest.param({"watchNamespaces": ["Upper"]}, "watchNamespaces", id="no namespace's name"),
        pytest.param({"watchNamespaces": ["a", "a"]}, "watchNamespaces", id="a namespace twice"),
        pytest.param({"runtime": {"registryMirror": "mirror"}}, "registryMirror", id="no registry"),
        pytest.param({"networkPolicy": {"apiServer": {"ports": []}}}, "ports", id="no port of the API server"),
        pytest.param({"monitoring": {"serviceMonitor": {"interval": "often"}}}, "interval", id="no interval"),
    ],
)
def test_wrong_values_are_refused_by_name(values, named):
    done = charts.helm("template", "kubeocr", str(charts.CHART), "--values", "-", values=values)
    assert done.returncode != 0
    assert named in done.stderr


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({}, id="the defaults"),
        pytest.param(charts.EVERYTHING, id="everything"),
        pytest.param({**charts.EVERYTHING, "watchNamespaces": ["default"], "rbac": {"nodes": True}}, id="held to a namespace"),
    ],
)
def test_an_api_server_takes_every_object(kubeconfig: clusters.Cluster, values):
    """But for those of the Prometheus Operator, whose CRDs it has not."""
    kubeconfig.kubectl("create", "namespace", charts.NAMESPACE)
    for manifest in charts.render(**values):
        if manifest["apiVersion"] != "monitoring.coreos.com/v1":
            done = kubeconfig.kubectl("apply", "--server-side", "--dry-run=server", "-f", "-", input=json.dumps(manifest))
            assert done.returncode == 0, f"{manifest['kind']}: {done.stderr}"
