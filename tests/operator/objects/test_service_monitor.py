"""ServiceMonitors, beside golden/exposed."""

from kubeocr_contract import names
from kubeocr_operator.objects import service, service_monitor

MONITORED = {"monitoring": {"serviceMonitor": True}}


def test_there_is_none_unasked(plan):
    assert list(service_monitor.build(plan(monitoring={"prometheusRule": True}))) == []


def test_it_finds_the_service_and_its_port(plan):
    found = plan(**MONITORED)
    (monitor,), (target,) = service_monitor.build(found), service.build(found)
    assert monitor["spec"]["selector"]["matchLabels"].items() <= target["metadata"]["labels"].items()
    assert monitor["spec"]["endpoints"] == [{"port": target["spec"]["ports"][0]["name"], "path": "/metrics", "interval": "30s"}]


def test_labels_of_the_user_never_take_the_place_of_ours(plan):
    monitoring = {"serviceMonitor": True, "labels": {"release": "p", names.LABEL_OWNER: "else"}}
    (found,) = service_monitor.build(plan(monitoring=monitoring))
    assert found["metadata"]["labels"]["release"] == "p"
    assert found["metadata"]["labels"][names.LABEL_OWNER] == "docs"
