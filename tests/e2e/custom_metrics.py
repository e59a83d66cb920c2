"""Runs inside a pod: the least that serves custom.metrics.k8s.io, asked by HorizontalPodAutoscalers for a metric of pods.

In the place of prometheus-adapter and its Prometheus: who asks for a metric has each pod that matches asked for its /metrics.
https://github.com/kubernetes/metrics/blob/master/pkg/apis/custom_metrics/v1beta2/types.go
"""

import datetime as dt
import pathlib
import ssl
import sys

import aiohttp
from aiohttp import web

GROUP = "custom.metrics.k8s.io/v1beta2"
_ACCOUNT = pathlib.Path("/var/run/secrets/kubernetes.io/serviceaccount")


async def resources(request: web.Request) -> web.Response:
    """What there is, for whoever discovers the cluster's APIs."""
    return web.json_response({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": GROUP, "resources": []})


async def values(request: web.Request) -> web.Response:
    """A metric of all pods that a selector finds."""
    namespace, metric = request.match_info["namespace"], request.match_info["metric"]
    items = [
        {
            "describedObject": {"kind": "Pod", "apiVersion": "v1", "namespace": namespace, "name": pod},
            "metric": {"name": metric},
            "timestamp": dt.datetime.now(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "value": str(await _value(address, metric)),
        }
        for pod, address in await _pods(namespace, request.query.get("labelSelector", ""))
    ]
    return web.json_response({"kind": "MetricValueList", "apiVersion": GROUP, "metadata": {}, "items": items})


async def _pods(namespace: str, selector: str) -> list[tuple[str, str]]:
    token = (_ACCOUNT / "token").read_text()
    url = f"https://kubernetes.default.svc/api/v1/namespaces/{namespace}/pods"
    context = ssl.create_default_context(cafile=str(_ACCOUNT / "ca.crt"))
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session,
        session.get(url, params={"labelSelector": selector}, ssl=context) as answer,
    ):
        found = (await answer.json())["items"]
    return [(pod["metadata"]["name"], pod["status"]["podIP"]) for pod in found if pod["status"].get("phase") == "Running"]


async def _value(address: str, metric: str) -> int:
    async with aiohttp.ClientSession() as session, session.get(f"http://{address}:8000/metrics") as answer:
        lines = (await answer.text()).splitlines()
    return int(float(next(line.split()[1] for line in lines if line.startswith(f"{metric} "))))


if __name__ == "__main__":
    app = web.Application()
    app.router.add_get(f"/apis/{GROUP}", resources)
    app.router.add_get(f"/apis/{GROUP}/namespaces/{{namespace}}/pods/*/{{metric}}", values)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(f"{sys.argv[1]}/tls.crt", f"{sys.argv[1]}/tls.key")
    web.run_app(app, port=8443, ssl_context=context)
