"""Ingresses, beside golden/exposed."""

from kubeocr_operator.objects import ingress


def test_there_is_none_unasked(plan):
    gateway = {"httpRoute": {"host": "ocr.example.com", "gateway": {"name": "shared"}}}
    assert list(ingress.build(plan())) == []
    assert list(ingress.build(plan(route=gateway))) == []


def test_the_least_of_one_leaves_the_rest_to_the_cluster(plan):
    (found,) = ingress.build(plan(route={"ingress": {"host": "*.example.com"}}))
    assert set(found["spec"]) == {"rules"}
    assert found["spec"]["rules"][0]["host"] == "*.example.com"
    assert "annotations" not in found["metadata"]
