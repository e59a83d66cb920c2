"""What is counted."""

from kubeocr_operator import conditions, metrics, workqueue


def status(ready, reason="Available"):
    return {"conditions": [{"type": conditions.READY, "status": ready, "reason": reason}]}


def lines(counts, start):
    return [line for line in counts.render().decode().splitlines() if line.startswith(f"kubeocr_operator_{start}")]


def test_services_are_counted_by_condition_as_they_are_now():
    counts = metrics.Metrics()
    for name, ready in (("a", "True"), ("b", "False"), ("c", "False"), ("a", "False")):
        counts.seen(workqueue.Key("n", name), status(ready))
    counts.forgotten(workqueue.Key("n", "c"))
    counts.forgotten(workqueue.Key("n", "never"))
    assert 'kubeocr_operator_services{condition="Ready",status="False"} 2.0' in lines(counts, "services")
    assert not any('condition="Ready",status="True"' in line for line in lines(counts, "services"))


def test_each_service_says_whether_it_is_ready_and_why():
    counts = metrics.Metrics()
    counts.seen(workqueue.Key("n", "a"), status("True"))
    counts.seen(workqueue.Key("n", "b"), status("True"))
    counts.seen(workqueue.Key("n", "b"), status("False", "Unavailable"))
    counts.seen(workqueue.Key("n", "c"), status("True"))
    counts.forgotten(workqueue.Key("n", "c"))
    assert sorted(lines(counts, "service_ready")) == [
        'kubeocr_operator_service_ready{ocrservice="a",ocrservice_namespace="n",reason="Available"} 1.0',
        'kubeocr_operator_service_ready{ocrservice="b",ocrservice_namespace="n",reason="Unavailable"} 0.0',
    ]


def test_a_gauge_is_read_when_somebody_looks():
    counts, depth = metrics.Metrics(), []
    counts.follow("queue_depth", "…", lambda: len(depth))
    depth.append(1)
    assert lines(counts, "queue_depth") == ["kubeocr_operator_queue_depth 1.0"]


def test_two_operators_do_not_share_counts():
    one, other = metrics.Metrics(), metrics.Metrics()
    one.reconciles.observe(1)
    assert lines(other, "reconcile_seconds_count") == ["kubeocr_operator_reconcile_seconds_count 0.0"]
