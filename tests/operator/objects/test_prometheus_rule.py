"""Alerts ask for what the runtime measures, of the one service."""

import promql_parser
import pytest

from kubeocr_operator.objects import prometheus_rule, service_monitor
from kubeocr_runtime import metrics

RULED = {"monitoring": {"prometheusRule": True}}
ALERTS = ("KubeOCRNoPod", "KubeOCRErrorRate", "KubeOCRQueueFull", "KubeOCRSlowPages")


def alerts(plan):
    """Name -> rule."""
    (found,) = prometheus_rule.build(plan)
    return {rule["alert"]: rule for rule in found["spec"]["groups"][0]["rules"]}


def selectors(query):
    """The vector selectors of a query, which has to parse."""
    found = []
    promql_parser.walk(promql_parser.parse(query), found.append)
    return [node for node in found if isinstance(node, promql_parser.VectorSelector)]


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_asks_for_what_is_measured_of_its_service_alone(plan, name):
    exported = metrics.Metrics().registry._names_to_collectors
    found = selectors(alerts(plan(**RULED))[name]["expr"])
    assert found
    for selector in found:
        assert selector.name in exported
        own = {(matcher.name, matcher.value) for matcher in selector.matchers.matchers}
        assert {("namespace", "office"), ("kubeocr_io_ocrservice", "docs")} <= own
        labels = exported[selector.name]._labelnames
        assert {matcher.name for matcher in selector.matchers.matchers} <= {"namespace", "kubeocr_io_ocrservice", *labels}


def test_the_label_is_the_one_that_the_service_monitor_brings(plan):
    (monitor,) = service_monitor.build(plan(monitoring={"serviceMonitor": True}))
    (label,) = monitor["spec"]["targetLabels"]
    assert label.replace(".", "_").replace("/", "_") == prometheus_rule.OWNER_LABEL


@pytest.mark.parametrize(
    "stopped", [pytest.param({"suspend": True}, id="suspended"), pytest.param({"replicas": 0}, id="scaled to zero")]
)
def test_a_service_without_pods_is_not_missed(plan, stopped):
    assert set(alerts(plan(**RULED, **stopped))) == set(ALERTS) - {"KubeOCRNoPod"}


def test_there_is_none_unasked(plan):
    assert list(prometheus_rule.build(plan(monitoring={"serviceMonitor": True}))) == []
