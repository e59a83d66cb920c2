"""`kubeocr diff` against a real API server and a real operator; and its errors, which are one line each."""

import http.server
import json
import os
import pathlib
import subprocess
import sys
import threading

import pytest
import replicas
import yaml
from cluster import binaries

from kubeocr_contract import names
from kubeocr_operator import kinds
from kubeocr_operator.commands import diff as command

SPEC = {"replicas": 1, "languages": ["en", "zh"], "networkPolicy": {"enabled": True}}
NEVER = "/nowhere/kubeconfig"


def manifest(name, **spec):
    """An OCRService that names no namespace."""
    return {"apiVersion": names.API_VERSION, "kind": names.KIND, "metadata": {"name": name}, "spec": spec}


@pytest.fixture
def diff(served, tmp_path, capsys):
    """Runs the command on a spec: exit status, standard output, standard error. Nothing may be written by it."""

    def run(name, *options, **spec):
        file = tmp_path / "service.yaml"
        file.write_text(yaml.safe_dump(manifest(name, **spec)))
        cluster = ["--kubeconfig", str(served.cluster.path), "-n", served.name, "--operator-namespace", served.name]
        before = served.versions()
        code = command.main(["-f", str(file), *cluster, *options])
        assert served.versions() == before
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


@pytest.fixture
def settled(served):
    """Applies a spec, has the operator do its work, and ends it: whatever is written from then on is not its own."""

    def run(**spec):
        name = served.service(**spec)
        replicas.until(lambda: served.status(name).get("observedGeneration") == 1)
        served.leader.end()
        replicas.until(lambda: replicas.quiet(served), seconds=60)
        return name

    return run


@pytest.mark.cluster
def test_what_is_applied_and_reconciled_shows_no_difference(diff, settled, served):
    name = settled(**SPEC)
    assert diff(name, **SPEC)[:2] == (0, f"# OCRService {served.name}/{name}: no difference\n")


@pytest.mark.cluster
def test_what_changes_comes_and_goes(diff, settled, served):
    name = settled(**SPEC)
    of = f"# OCRService {served.name}/{name}:"

    code, told, _ = diff(name, **SPEC | {"replicas": 3})
    assert (code, told.splitlines()[0]) == (1, f"{of} 2 changed; no pod restarts")
    assert told.count("\n-  replicas: 1\n+  replicas: 3\n") == 2

    code, told, _ = diff(name, **SPEC | {"languages": ["en", "fr"]})
    assert (code, told.splitlines()[0]) == (1, f"{of} 2 changed; pods restart: Deployment {name}")
    assert f"+++ applied/{served.name}/deployments/{name}" in told
    assert "\n-  - zh\n+  - fr\n" in told

    code, told, _ = diff(name, **SPEC | {"image": {"repository": "mine.example/runtime", "tag": "1"}})
    assert (code, told.splitlines()[0]) == (1, f"{of} 2 changed; pods restart: Deployment {name}")
    assert "+        image: mine.example/runtime:1" in told

    code, told, _ = diff(name, replicas=1, languages=["en", "zh"], autoscaling={"maxReplicas": 3})
    assert (code, told.splitlines()[0]) == (1, f"{of} 1 changed, 1 created, 1 deleted; no pod restarts")
    assert f"--- /dev/null\n+++ applied/{served.name}/horizontalpodautoscalers/{name}" in told
    assert f"--- live/{served.name}/networkpolicies/{name}\n+++ /dev/null" in told


@pytest.mark.cluster
def test_a_field_that_leaves_the_file_goes_back_to_its_default(diff, settled):
    """It was applied by a client-side `kubectl apply`, which knows by its annotation what it had said."""
    name = settled(**SPEC | {"replicas": 2})
    code, told, _ = diff(name, languages=["en", "zh"], networkPolicy={"enabled": True})
    assert code == 1
    assert told.count("\n-  replicas: 2\n+  replicas: 1\n") == 2


@pytest.mark.cluster
def test_the_hand_over_to_an_autoscaler_keeps_what_runs(diff, settled):
    name = settled(replicas=4)
    code, told, _ = diff(name, autoscaling={"maxReplicas": 9})
    assert code == 1
    assert "replicas: 1" not in told


@pytest.mark.cluster
def test_a_service_that_is_not_there_yet_is_the_same_twice(diff, served):
    code, told, _ = diff(served.fresh(), **SPEC)
    assert (code, told.splitlines()[0].partition(": ")[2]) == (1, "6 created; no pod restarts")
    name = served.fresh()
    assert diff(name, **SPEC) == diff(name, **SPEC)
    assert served.get(kinds.OCR_SERVICE, name) is None


@pytest.mark.cluster
def test_models_that_a_job_brings(diff, settled):
    name = settled(replicas=1)
    code, told, noted = diff(name, replicas=1, models={"from": "persistentVolumeClaim"})
    assert (code, told.splitlines()[0].partition(": ")[2]) == (1, f"2 changed, 2 created; pods restart: Deployment {name}")
    assert diff(name, replicas=1, models={"from": "persistentVolumeClaim"})[1] == told
    assert f"Deployment {name}: applied when Job {name}-bake-" in noted


@pytest.mark.cluster
def test_an_api_that_the_cluster_lacks_is_said(diff, settled):
    name = settled()
    code, _, noted = diff(name, monitoring={"serviceMonitor": True})
    assert code == 1
    assert f"/{name}: ServiceMonitor {name}: left out, the cluster has no API monitoring.coreos.com/v1\n" in noted


@pytest.mark.cluster
def test_a_name_that_is_taken_is_an_error(diff, served):
    name = served.fresh()
    served.kubectl("create", "service", "clusterip", name, "--tcp=99")
    code, told, noted = diff(name)
    assert (code, told) == (2, "")
    assert f"kubeocr diff: OCRService {served.name}/{name}: Service {served.name}/{name} is there already" in noted


@pytest.mark.cluster
def test_the_operators_configuration_is_read_where_it_lies(diff, settled, served):
    name = settled(**SPEC)
    assert "there is no ConfigMap" in diff(name, **SPEC)[2]
    images = "images: [{repository: theirs.example/r, tag: '1', accelerator: cpu, carries: wheels}]"
    served.kubectl("create", "configmap", names.CONFIG_MAP, f"--from-literal={names.CONFIG_IMAGES_KEY}={images}")
    assert diff(name, **SPEC)[::2] == (0, "")
    code, told, _ = diff(name, **SPEC | {"languages": ["en"]})
    assert code == 1
    assert "+        image: theirs.example/r:1" in told


@pytest.mark.cluster
def test_what_is_forbidden_is_one_line(served, tmp_path, capsys):
    served.kubectl("create", "serviceaccount", "nobody")
    token = served.kubectl("create", "token", "nobody").strip()
    found = yaml.safe_load(served.cluster.path.read_text())
    found["users"] = [{"name": entry["name"], "user": {"token": token}} for entry in found["users"]]
    (tmp_path / "config").write_text(yaml.safe_dump(found))
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(manifest("a")))
    options = ["--kubeconfig", str(tmp_path / "config"), "-n", served.name, "--operator-namespace", served.name]
    assert command.main(["-f", str(tmp_path / "a.yaml"), *options]) == 2
    told = capsys.readouterr().err.splitlines()[-1]
    assert told.startswith("kubeocr diff: ocrservices.kubeocr.io")
    assert "forbidden" in told


@pytest.mark.cluster
def test_as_a_plugin_of_a_real_kubectl(served, tmp_path):
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(manifest("a", **SPEC)))
    path = f"{pathlib.Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**served.cluster.environment, "PATH": path}

    def kubectl_ocr(*words):
        line = [binaries.tool("kubectl"), "ocr", *words]
        return subprocess.run(line, env=environment, capture_output=True, text=True, check=False)

    planned = kubectl_ocr("plan", "-f", str(tmp_path / "a.yaml"), "-o", "json")
    assert [item["kind"] for item in json.loads(planned.stdout)["items"]][:2] == ["ServiceAccount", "Deployment"]
    assert kubectl_ocr("diff", "-n", served.name, "-f", str(tmp_path / "a.yaml")).returncode == 1
    assert kubectl_ocr("diff", "--help").stdout.startswith("usage: kubectl ocr diff ")


@pytest.fixture
def address():
    """Of an API server that knows no OCRServices."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self):
            self.send_error(404)

        def log_message(self, *_):
            """Says nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def kubeconfig(folder, address):
    """A kubeconfig for an address."""
    found = {
        "clusters": [{"name": "c", "cluster": {"server": address}}],
        "users": [{"name": "u", "user": {}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "c",
    }
    (folder / "config").write_text(yaml.safe_dump(found))
    return str(folder / "config")


def test_a_cluster_without_the_crd_says_so(tmp_path, capsys, address):
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(manifest("a")))
    assert command.main(["-f", str(tmp_path / "a.yaml"), "--kubeconfig", kubeconfig(tmp_path, address)]) == 2
    told = f"kubeocr diff: the cluster knows no OCRService of {names.API_VERSION}: its CRD is not installed\n"
    assert capsys.readouterr().err == told


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        pytest.param("kind: OCRService\nmetadata: {name: a}", ["--kubeconfig", NEVER], f"no file {NEVER}", id="no cluster"),
        pytest.param("kind: OCRService\nmetadata: {name: a}\nspec: {replicas: -1}", [], "spec.replicas: must", id="no spec"),
        pytest.param("kind: Secret", [], "has no OCRService", id="nothing of ours"),
        pytest.param("kind: OCRService\nmetadata: {name: a}", [], "Cannot connect to host 127.0.0.1:1", id="no answer"),
    ],
)
def test_what_cannot_be_found_out_is_one_line(tmp_path, capsys, monkeypatch, text, options, words):
    monkeypatch.setenv("KUBECONFIG", kubeconfig(tmp_path, "http://127.0.0.1:1"))
    (tmp_path / "a.yaml").write_text(text)
    assert command.main(["-f", str(tmp_path / "a.yaml"), *options]) == 2
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert told.err.startswith("kubeocr diff: ")
    assert words in told.err
