"""An operator held to namespaces works under exactly the Roles that the chart gives it there, and touches nothing elsewhere."""

import json
import pathlib
from collections.abc import Iterator

import charts
import pytest
import releases
import replicas
import yaml
from cluster import clusters

from kubeocr_contract import names
from kubeocr_operator import kinds

pytestmark = pytest.mark.cluster
OPERATOR = "kubeocr-operator"


@pytest.fixture(scope="module")
def spaces(api: clusters.Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[replicas.Space, ...]]:
    """Two namespaces that are served, one that is not, and an operator with what the chart grants for that."""
    one, other, foreign = (replicas.opened(api, tmp_path_factory.mktemp("space")) for _ in range(3))
    system = f"{one.name}-system"
    values = {"watchNamespaces": [one.name, other.name], "replicas": 0, "crds": {"install": False}}
    options = ("--namespace", system, "--create-namespace")
    releases.helm(api, "install", "kubeocr", str(charts.CHART), *options, values=values)
    (deployment,) = json.loads(releases.kubectl(api, "-n", system, "get", "deployments", "-o", "json"))["items"]
    arguments = deployment["spec"]["template"]["spec"]["containers"][0]["args"]
    kept = [argument for argument in arguments if not argument.startswith("--config")]
    kubeconfig = _kubeconfig(api, system, tmp_path_factory.mktemp("token") / "kubeconfig")
    try:
        one.lead(*kept, kubeconfig=kubeconfig)
        yield one, other, foreign
    finally:
        releases.helm(api, "uninstall", "kubeocr", "--namespace", system)
        for space in (one, other, foreign):
            space.close()


def _kubeconfig(api: clusters.Cluster, system: str, path: pathlib.Path) -> pathlib.Path:
    """That of the chart's service account."""
    config = yaml.safe_load(api.path.read_text())
    token = releases.kubectl(api, "-n", system, "create", "token", OPERATOR).strip()
    config["users"] = [{"name": user["name"], "user": {"token": token}} for user in config["users"]]
    path.write_text(yaml.safe_dump(config))
    return path


@pytest.mark.parametrize("index", [pytest.param(0, id="the first"), pytest.param(1, id="the second")])
def test_each_of_its_namespaces_is_served(spaces: tuple[replicas.Space, ...], index: int) -> None:
    space = spaces[index]
    name = space.service(autoscaling={"maxReplicas": 3})
    replicas.until(lambda: space.get(kinds.AUTOSCALER, name), seconds=30)
    replicas.until(lambda: space.condition(name, "SpecValid")[0] == "True")
    space.spec(name, replicas=2)
    replicas.until(lambda: space.get(kinds.AUTOSCALER, name) is None)
    assert space.get(kinds.DEPLOYMENT, name)["spec"]["replicas"] == 2


def test_no_other_namespace_is(spaces: tuple[replicas.Space, ...]) -> None:
    served, _, foreign = spaces
    outside = foreign.service()
    inside = served.service()
    replicas.until(lambda: served.get(kinds.DEPLOYMENT, inside))
    assert foreign.get(kinds.DEPLOYMENT, outside) is None
    assert not foreign.status(outside)


def test_it_may_do_nothing_elsewhere(spaces: tuple[replicas.Space, ...]) -> None:
    served, _, foreign = spaces
    user = f"--as=system:serviceaccount:{served.name}-system:{OPERATOR}"
    for space, answer in ((served, "yes"), (foreign, "no")):
        for verb, what in (("list", names.PLURAL), ("patch", "deployments"), ("create", "services")):
            assert space.cluster.kubectl("-n", space.name, "auth", "can-i", verb, what, user).stdout.strip() == answer
    assert served.cluster.kubectl("auth", "can-i", "list", "nodes", user).stdout.strip() == "no"


def test_auto_means_cpu_where_nodes_may_not_be_listed_and_the_log_says_so(spaces: tuple[replicas.Space, ...]) -> None:
    space = spaces[0]
    name = space.service(accelerator={"mode": "auto"})
    replicas.until(lambda: space.status(name).get("accelerator") == "cpu")
    log = space.leader.log.read_text()
    assert "nodes may not be listed" in log
    refused = [line for line in log.splitlines() if "forbidden" in line and "nodes" not in line]
    assert not refused
