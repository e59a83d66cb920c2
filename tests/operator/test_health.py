"""Probes and metrics over real HTTP."""

import pytest

from kubeocr_contract import names
from kubeocr_operator import health, metrics


def signs(*, leads=True, reachable=True, watch_age=0.0, waiting=0.0):
    return health.Signs(leads=lambda: leads, reachable=lambda: reachable, watch_age=lambda: watch_age, waiting=lambda: waiting)


@pytest.mark.parametrize(
    ("found", "fragment"),
    [
        pytest.param(signs(), None, id="well"),
        pytest.param(signs(watch_age=119), None, id="silent for a while"),
        pytest.param(signs(watch_age=121), "121 s", id="silent for too long"),
        pytest.param(signs(waiting=121), "none was finished", id="stuck"),
        pytest.param(signs(leads=False, watch_age=999, waiting=999), None, id="standing by"),
    ],
)
async def test_livez(aiohttp_client, found, fragment):
    client = await aiohttp_client(health.app(found, metrics.Metrics()))
    answer = await client.get(names.LIVEZ)
    assert answer.status == (200 if fragment is None else 503)
    assert (fragment or "ok") in await answer.text()


@pytest.mark.parametrize(("reachable", "status"), [pytest.param(True, 200, id="yes"), pytest.param(False, 503, id="no")])
async def test_readyz_is_about_the_api_server_on_a_standby_too(aiohttp_client, reachable, status):
    client = await aiohttp_client(health.app(signs(leads=False, reachable=reachable), metrics.Metrics()))
    assert (await client.get(names.READYZ)).status == status


async def test_metrics(aiohttp_client):
    counts = metrics.Metrics()
    counts.writes.labels(kind="Deployment", verb="patch").inc()
    client = await aiohttp_client(health.app(signs(), counts))
    answer = await client.get(names.METRICS)
    assert answer.content_type == "text/plain"
    assert 'kubeocr_operator_writes_total{kind="Deployment",verb="patch"} 1.0' in await answer.text()
