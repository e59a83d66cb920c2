"""HTTPRoutes, beside golden/gateway."""

from kubeocr_operator.objects import http_route


def test_there_is_none_unasked(plan):
    assert list(http_route.build(plan())) == []
    assert list(http_route.build(plan(route={"ingress": {"host": "ocr.example.com"}}))) == []


def test_a_gateway_of_the_same_namespace_and_the_services_port(plan):
    route = {"httpRoute": {"host": "ocr.example.com", "gateway": {"name": "shared"}}}
    (found,) = http_route.build(plan(route=route, service={"port": 8080}))
    assert found["spec"]["parentRefs"] == [{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "shared"}]
    assert found["spec"]["rules"][0]["backendRefs"][0]["port"] == 8080
