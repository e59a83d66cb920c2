"""Drafts over HTTP: whatever is sent is a dry run. Against a real API server: commands/test_diff.py."""

import pytest
from aiohttp import web
from kubernetes.aio import client as api

from kubeocr_contract import names
from kubeocr_operator import drafts, kinds

OBJ = {"metadata": {"name": "a", "namespace": "n"}}


@pytest.fixture
async def requests():
    """Method, path, query and kind of body of each request so far."""
    return []


@pytest.fixture
async def desk(aiohttp_server, requests):
    async def answer(request):
        requests.append((request.method, request.path, dict(request.query), request.content_type))
        return web.json_response({"drafted": True})

    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", answer)
    running = await aiohttp_server(application)
    configuration = api.Configuration()
    configuration.host = str(running.make_url("")).rstrip("/")
    client = api.ApiClient(configuration)
    found = drafts.KubeDrafts(client)
    yield found
    await found.close()
    await client.close()


async def test_an_apply(desk, requests):
    assert await desk.apply(kinds.SERVICE, OBJ) == {"drafted": True}
    query = {"fieldManager": names.FIELD_MANAGER, "force": "true", "dryRun": "All"}
    assert requests == [("PATCH", "/api/v1/namespaces/n/services/a", query, "application/apply-patch+yaml")]


async def test_an_apply_in_anothers_name(desk, requests):
    await desk.apply(kinds.OCR_SERVICE, OBJ, manager="argocd")
    assert requests[0][2]["fieldManager"] == "argocd"


async def test_a_merge(desk, requests):
    await desk.merge(kinds.SERVICE, OBJ)
    query = {"fieldManager": names.FIELD_MANAGER, "dryRun": "All"}
    assert requests == [("PATCH", "/api/v1/namespaces/n/services/a", query, "application/merge-patch+json")]
