"""The client against HTTP answers of an API server; against a real one: test_application.py."""

import asyncio
import json
import logging
import time

import pytest
from aiohttp import web
from kubernetes.aio import client as api

from kubeocr_contract import names
from kubeocr_operator import cluster, errors, kinds, metrics, workqueue

KEY = workqueue.Key("n", "a")
OBJ = {"metadata": {"name": "a", "namespace": "n", "uid": "u"}}
BASE = "/apis/apps/v1/namespaces/n/deployments"


@pytest.fixture
async def server(aiohttp_server):
    """Answers in order what a test sets in `.answers`, and keeps the requests."""

    class Server:
        answers: list
        requests: list

    found = Server()
    found.answers, found.requests, found.hung = [], [], None

    async def answer(request):
        if found.hung:
            await found.hung.wait()
        text = await request.text()
        found.requests.append((request.method, request.path, dict(request.query), dict(request.headers), text))
        status, body, headers = found.answers.pop(0)
        return web.Response(status=status, text=json.dumps(body) if not isinstance(body, str) else body, headers=headers)

    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", answer)
    running = await aiohttp_server(application)
    found.url = str(running.make_url("")).rstrip("/")
    return found


@pytest.fixture
async def kube(server):
    configuration = api.Configuration()
    configuration.host = server.url
    client = api.ApiClient(configuration)
    found = cluster.KubeCluster(client, metrics.Metrics(), lambda: True)
    yield found
    await found.close()
    await client.close()


def ok(body, status=200):
    return status, body, {"Content-Type": "application/json"}


def failure(status, message="no", **headers):
    return status, {"kind": "Status", "message": message}, {"Content-Type": "application/json", **headers}


async def test_apply_is_a_server_side_apply_of_ours(server, kube):
    server.answers = [ok({"applied": True})]
    assert await kube.apply(kinds.DEPLOYMENT, OBJ, force=True) == {"applied": True}
    method, path, query, headers, text = server.requests[0]
    assert (method, path) == ("PATCH", f"{BASE}/a")
    assert query == {"fieldManager": names.FIELD_MANAGER, "force": "true"}
    assert headers["Content-Type"].startswith("application/apply-patch+yaml")
    assert json.loads(text) == OBJ


async def test_what_is_invalid_beside_others_takes_their_place(server, kube):
    managed = [{"manager": "kubectl", "operation": "Update"}, {"manager": names.FIELD_MANAGER, "operation": "Update"}]
    written = {"metadata": {"resourceVersion": "7", "managedFields": managed}}
    server.answers = [failure(422, "Duplicate value"), ok(written), ok({}), ok({"applied": True})]
    assert await kube.apply(kinds.DEPLOYMENT, OBJ, force=True) == {"applied": True}
    sent = [headers["Content-Type"].partition(";")[0].rpartition("/")[2] for *_, headers, _ in server.requests]
    assert sent == ["apply-patch+yaml", "merge-patch+json", "merge-patch+json", "apply-patch+yaml"]
    assert json.loads(server.requests[1][4]) == OBJ
    assert json.loads(server.requests[2][4]) == {"metadata": {"resourceVersion": "7", "managedFields": managed[:1]}}


async def test_a_creation_that_is_invalid_is_refused(server, kube):
    server.answers = [failure(422, "no such class")]
    with pytest.raises(errors.Refused, match="no such class"):
        await kube.apply(kinds.DEPLOYMENT, OBJ, force=False)
    assert len(server.requests) == 1


async def test_a_creation_takes_nothing_from_anybody(server, kube):
    server.answers = [ok({})]
    await kube.apply(kinds.DEPLOYMENT, OBJ, force=False)
    assert server.requests[0][2]["force"] == "false"


async def test_a_listing_goes_on_to_its_end(server, kube):
    first = {"items": [{"metadata": {"name": "a"}}], "metadata": {"resourceVersion": "7", "continue": "more"}}
    server.answers = [ok(first), ok({"items": [], "metadata": {"resourceVersion": "7"}})]
    pages = [page async for page in kube.pages(kinds.DEPLOYMENT, labels="l")]
    assert [page.version for page in pages] == [7, 7]
    assert pages[0].items == ({"metadata": {"name": "a"}, "apiVersion": "apps/v1", "kind": "Deployment"},)
    assert server.requests[0][1] == "/apis/apps/v1/deployments"
    assert server.requests[0][2] == {"limit": str(cluster.PAGE), "labelSelector": "l"}
    assert server.requests[1][2]["continue"] == "more"


async def test_a_deletion_is_of_this_very_object(server, kube):
    server.answers = [ok({})]
    await kube.delete(kinds.AUTOSCALER, OBJ)
    assert json.loads(server.requests[0][4])["preconditions"] == {"uid": "u"}


LIVE = {"metadata": {**OBJ["metadata"], "resourceVersion": "7"}}


@pytest.mark.parametrize(
    ("call", "answer", "want"),
    [
        pytest.param(
            lambda k: k.apply(kinds.DEPLOYMENT, OBJ, force=False), ok({}), ["create kind=Deployment object=n/a"], id="made"
        ),
        pytest.param(lambda k: k.delete(kinds.JOB, OBJ), ok({}), ["delete kind=Job object=n/a"], id="deleted"),
        pytest.param(lambda k: k.delete(kinds.JOB, OBJ), failure(404), [], id="gone already"),
        pytest.param(
            lambda k: k.scale(kinds.OCR_SERVICE, LIVE, 5),
            ok({}),
            ["scale kind=OCRService object=n/a replicas=5"],
            id="scaled",
        ),
        pytest.param(lambda k: k.apply(kinds.DEPLOYMENT, OBJ, force=True), ok({}), [], id="changed, which repairs.py tells"),
        pytest.param(lambda k: k.apply_status(kinds.OCR_SERVICE, OBJ), ok({}), [], id="a status"),
        pytest.param(lambda k: k.create(kinds.EVENT, OBJ), ok({}), [], id="an event"),
    ],
)
async def test_what_was_written_is_logged_once(server, kube, caplog, call, answer, want):
    server.answers = [answer]
    with caplog.at_level(logging.INFO, cluster.__name__):
        await call(kube)
    assert [record.getMessage() for record in caplog.records if record.name == cluster.__name__] == want


@pytest.mark.parametrize(
    ("call", "want"),
    [
        pytest.param(lambda k: k.get(kinds.DEPLOYMENT, KEY), None, id="get"),
        pytest.param(lambda k: k.apply_status(kinds.OCR_SERVICE, OBJ), None, id="status"),
        pytest.param(lambda k: k.delete(kinds.AUTOSCALER, OBJ), None, id="delete"),
        pytest.param(lambda k: k.served(kinds.OCR_SERVICE), False, id="an API that is not there"),
    ],
)
async def test_what_is_gone_is_no_error(server, kube, call, want):
    server.answers = [failure(404)]
    assert await call(kube) is want


@pytest.mark.parametrize(
    ("answer", "kind", "retry_after"),
    [
        pytest.param(failure(429, **{"Retry-After": "7"}), errors.Unavailable, 7, id="too many requests, with a time"),
        pytest.param(failure(429, **{"Retry-After": "soon"}), errors.Unavailable, 0, id="with a time that is none"),
        pytest.param(failure(500), errors.Unavailable, 0, id="a broken server"),
        pytest.param(failure(503), errors.Unavailable, 0, id="a server that starts"),
        pytest.param(failure(401), errors.Unavailable, 0, id="a token that ran out"),
        pytest.param(failure(409), errors.Conflict, None, id="a conflict"),
        pytest.param(failure(403), errors.Refused, None, id="forbidden, or quota"),
        pytest.param(failure(422), errors.Refused, None, id="invalid, or admission"),
        pytest.param(failure(500, "failed to create typed patch object: .a"), errors.Refused, None, id="a field that is none"),
        pytest.param(failure(404), errors.Refused, None, id="a namespace that is gone"),
        pytest.param((200, "<html>", {"Content-Type": "text/html"}), errors.Unavailable, 0, id="something in between"),
    ],
)
async def test_errors(server, kube, answer, kind, retry_after):
    server.answers = [answer, answer]  # what is invalid is tried in another way once
    with pytest.raises(kind) as caught:
        await kube.apply(kinds.DEPLOYMENT, OBJ, force=True)
    assert getattr(caught.value, "retry_after", None) == retry_after
    if answer[0] != 200:
        assert str(caught.value) == answer[1]["message"]


async def test_conflicts_are_counted_by_kind(server, kube):
    server.answers = [failure(409), failure(403)]
    for error in (errors.Conflict, errors.Refused):
        with pytest.raises(error):
            await kube.apply(kinds.DEPLOYMENT, OBJ, force=True)
    assert b'kubeocr_operator_conflicts_total{kind="Deployment"} 1.0' in kube._counts.render()


async def test_words_that_are_no_status_are_shortened(server, kube):
    server.answers = [(502, "x" * 500, {})]
    with pytest.raises(errors.Unavailable, match=r"502 Bad Gateway: x{200}$"):
        await kube.get(kinds.DEPLOYMENT, KEY)


async def test_a_server_that_is_not_there_is_unavailable():
    configuration = api.Configuration()
    configuration.host = "http://127.0.0.1:1"
    client = api.ApiClient(configuration)
    found = cluster.KubeCluster(client, metrics.Metrics(), lambda: True)
    try:
        with pytest.raises(errors.Unavailable, match=r"get /api/v1/namespaces/n/services/a"):
            await found.get(kinds.SERVICE, KEY)
    finally:
        await found.close()
        await client.close()


async def test_a_watch_that_does_not_begin_is_not_waited_for_as_one_that_is_silent(server, kube, monkeypatch):
    monkeypatch.setattr(cluster, "_BEGIN_SECONDS", 0.05)
    server.hung = asyncio.Event()
    began = time.monotonic()
    with pytest.raises(errors.Unavailable, match="TimeoutError"):
        async with kube.watch(cluster.Scope(kinds.DEPLOYMENT), 1):
            pass
    assert time.monotonic() - began < cluster.SILENT_SECONDS / 2
    server.hung.set()


async def test_without_the_lease_nothing_is_written(server, kube):
    kube._leads = lambda: False
    with pytest.raises(errors.LeaseLost):
        await kube.apply(kinds.DEPLOYMENT, OBJ, force=True)
    server.answers = [ok({})]
    assert await kube.get(kinds.DEPLOYMENT, KEY) == {}
    assert [request[0] for request in server.requests] == ["GET"]


async def test_what_is_not_declared_is_not_sent(server, kube):
    with pytest.raises(NotImplementedError, match="delete serviceaccounts"):
        await kube.delete(kinds.SERVICE_ACCOUNT, OBJ)
    assert server.requests == []


async def test_served_looks_for_the_plural(server, kube):
    server.answers = [ok({"resources": [{"name": "others"}]}), ok({"resources": [{"name": names.PLURAL}]})]
    assert [await kube.served(kinds.OCR_SERVICE), await kube.served(kinds.OCR_SERVICE)] == [False, True]
