"""Alerts and dashboard ask for what is measured: every query parses, and its metrics and labels are there."""

import json
import re

import charts
import promql_parser
import pytest
import releases
import replicas
import yaml
from cluster import apis
from prometheus_client import parser

from kubeocr_contract import names
from kubeocr_operator import metrics as operator_metrics
from kubeocr_operator import workqueue
from kubeocr_runtime import metrics as runtime_metrics

pytestmark = pytest.mark.cluster  # helm is built where the cluster's parts are
TARGET = {"namespace", "pod", "le", re.sub("[./]", "_", names.LABEL_OWNER)}
"""Labels that a scrape adds, the ServiceMonitor's targetLabels among them, and a histogram's own."""
ALERTS = yaml.safe_load((charts.CHART / "files" / "alerts.yaml").read_text())["groups"]
RULES = [rule for group in ALERTS for rule in group["rules"]]
SHOWN = yaml.safe_load((charts.CHART / "files" / "dashboard.yaml").read_text())
PANELS = [panel for row in SHOWN["rows"] for panel in row["panels"]]
QUERIES = [pytest.param(rule["expr"], id=rule["alert"]) for rule in RULES] + [
    pytest.param(query, id=f"{panel['title']}: {legend}") for panel in PANELS for legend, query in panel["queries"].items()
]


@pytest.fixture(scope="module")
def measured(api, tmp_path_factory) -> dict[str, set[str]]:
    """Name of a sample -> its labels, as a running operator and a runtime export them."""
    space = replicas.opened(api, tmp_path_factory.mktemp("metrics"))
    try:
        exported = _families(space.lead().ask(names.METRICS))
    finally:
        space.close()
    runtime = runtime_metrics.Metrics()
    return {**exported, **_families(runtime.render().decode()), **_labels(runtime.registry), **_operator_labels()}


def _families(text):
    """Of each family the names that its samples have, whether or not there are any yet."""
    suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum"), "info": ("_info",)}
    found = {}
    for family in parser.text_string_to_metric_families(text):
        found.update({family.name + suffix: set() for suffix in suffixes.get(family.type, ("",))})
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def _labels(registry):
    """Labels of metrics that have no sample yet."""
    found = {}
    for collector, exported in registry._collector_to_names.items():
        found.update({name: set(getattr(collector, "_labelnames", ())) for name in exported})
    return {name: labels for name, labels in found.items() if labels}


def _operator_labels():
    counts = operator_metrics.Metrics()
    counts.seen(workqueue.Key("n", "a"), {})
    return {**_labels(counts.registry), **{k: v for k, v in _families(counts.render().decode()).items() if v}}


def _parsed(query):
    """The vector selectors and aggregations of a query, whose Grafana variables stand for something."""
    nodes = []
    promql_parser.walk(promql_parser.parse(query.replace("$__rate_interval", "5m")), nodes.append)
    return nodes


@pytest.mark.parametrize("query", QUERIES)
def test_a_query_asks_for_what_is_measured(measured, query):
    nodes = _parsed(query)
    selectors = [node for node in nodes if isinstance(node, promql_parser.VectorSelector)]
    assert selectors
    for selector in selectors:
        assert selector.name in measured, f"nothing exports {selector.name}"
        asked = {matcher.name for matcher in selector.matchers.matchers}
        assert asked <= measured[selector.name] | TARGET
    groups = [node.modifier for node in nodes if isinstance(node, promql_parser.AggregateExpr) and node.modifier is not None]
    grouped = {label for group in groups for label in group.labels}
    assert grouped <= set().union(*(measured[selector.name] for selector in selectors)) | TARGET


def test_such_a_test_would_see_a_wrong_name(measured):
    assert "kubeocr_operator_no_such_metric" not in measured
    assert measured["kubeocr_requests_total"] == {"route", "status"}
    assert measured["kubeocr_operator_services"] == {"condition", "status"}


@pytest.mark.parametrize(("page", "prefix"), [("OPERATIONS.md", "kubeocr_operator_"), ("API.md", "kubeocr_")])
def test_every_metric_is_explained(measured, page, prefix):
    """A histogram by its name, whatever its samples add to it."""
    text = (charts.ROOT / "docs" / page).read_text()
    found = {re.sub("_(bucket|count|sum|created)$", "", name) for name in measured if name.startswith(prefix)}
    of_other = "kubeocr_operator_" if page == "API.md" else "-"
    assert len(found) > 5
    assert not sorted(name for name in found if not name.startswith(of_other) and f"`{name}" not in text)


def test_every_alert_says_what_it_means_and_is_explained():
    explained = (charts.ROOT / "docs" / "OPERATIONS.md").read_text()
    for rule in RULES:
        assert set(rule["annotations"]) == {"summary", "description"}
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        assert f"`{rule['alert']}`" in explained


def test_the_prometheus_operator_s_schemas_take_what_the_chart_makes(alone):
    """With the CRDs of a cluster that has it; without them Helm says what is missing."""
    command = ("upgrade", "--install", "kubeocr", str(charts.CHART), "--namespace", charts.NAMESPACE, "--create-namespace")
    values = {**charts.EVERYTHING, "replicas": 0}
    refused = releases.attempt(alone, *command, values=values)
    assert "the cluster does not serve monitoring.coreos.com/v1/" in refused.stderr
    apis.install(alone, apis.PROMETHEUS)
    releases.helm(alone, *command, values=values)
    there = releases.kubectl(alone, "-n", charts.NAMESPACE, "get", "servicemonitors,prometheusrules", "-o", "name").split()
    assert len(there) == 3
    releases.helm(alone, "uninstall", "kubeocr", "--namespace", charts.NAMESPACE)
    apis.remove(alone, apis.PROMETHEUS)


def test_the_rules_reach_the_cluster_as_they_are():
    rule = charts.one(charts.render(**charts.EVERYTHING), "PrometheusRule")
    assert rule["spec"]["groups"] == ALERTS


def test_the_dashboard_shows_every_panel_beside_the_others():
    configmap = charts.one(charts.render(**charts.EVERYTHING), "ConfigMap", "kubeocr-dashboard")
    assert configmap["metadata"]["labels"]["grafana_dashboard"] == "1"
    dashboard = json.loads(configmap["data"]["kubeocr.json"])
    shown = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    assert [panel["title"] for panel in shown] == [panel["title"] for panel in PANELS]
    assert [{t["legendFormat"]: t["expr"] for t in panel["targets"]} for panel in shown] == [p["queries"] for p in PANELS]
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
    cells = [cell for panel in dashboard["panels"] for cell in _cells(panel["gridPos"])]
    assert len(cells) == len(set(cells)), "panels lie on each other"
    assert {variable["name"] for variable in dashboard["templating"]["list"]} == {"datasource", *SHOWN["variables"]}


def test_monitors_find_the_operator_and_the_runtimes():
    manifests = charts.render(**charts.EVERYTHING)
    operator, runtimes = (charts.one(manifests, "ServiceMonitor", f"kubeocr-{of}") for of in ("operator", "runtimes"))
    service = charts.one(manifests, "Service")
    assert operator["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert operator["spec"]["endpoints"][0]["port"] == service["spec"]["ports"][0]["name"]
    assert {endpoint["path"] for monitor in (operator, runtimes) for endpoint in monitor["spec"]["endpoints"]} == {
        names.METRICS
    }
    assert runtimes["spec"]["namespaceSelector"] == {"any": True}
    held = charts.one(charts.render(**charts.EVERYTHING, watchNamespaces=["a", "b"]), "ServiceMonitor", "kubeocr-runtimes")
    assert held["spec"]["namespaceSelector"] == {"matchNames": ["a", "b"]}
    golden = yaml.safe_load_all((charts.ROOT / "tests" / "operator" / "golden" / "minimal" / "expected.yaml").read_text())
    (served,) = [child for child in golden if child["kind"] == "Service"]
    assert runtimes["spec"]["selector"]["matchLabels"].items() <= served["metadata"]["labels"].items()
    assert set(runtimes["spec"]["targetLabels"]) <= set(served["metadata"]["labels"])
    assert runtimes["spec"]["endpoints"][0]["port"] == served["spec"]["ports"][0]["name"]


def test_dashboard_queries_use_its_variables_alone():
    used = {name for panel in PANELS for query in panel["queries"].values() for name in re.findall(r"\$(\w+)", query)}
    assert used == {*SHOWN["variables"], "__rate_interval"}


def _cells(place):
    return [(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])]
