"""Answers are as the OpenAPI document describes them."""

from typing import Any

import jsonschema
import pytest
from ordering_clients import OCR, REQUESTS, become, ordered

from kubeocr_runtime import openapi

DOCUMENT = openapi.document()


def check(told: Any, path: str, method: str = "get", status: str = "200") -> None:
    answer = DOCUMENT["paths"][path][method]["responses"][status]
    schema = answer["content"]["application/json"]["schema"]
    jsonschema.validate(told, {**schema, "components": DOCUMENT["components"]})


@pytest.fixture
async def client(service, picture, order, reader, keys_dir, by, form):
    """Of a service with requests in several states."""
    client = await service(api_keys_dir=keys_dir, log_routes="admin", queue_slots=1)
    client.session.headers.update(by("boss"))
    done = await ordered(client, order(picture(), client_id="c"))
    await become(client, done, "completed")
    reader.gate.clear()
    await become(client, await ordered(client, order(picture())), "processing")
    await ordered(client, order(picture()))
    return client


PLAIN = [path for path, methods in DOCUMENT["paths"].items() if path.startswith("/api/v1/") and "get" in methods]


@pytest.mark.parametrize("path", [path for path in PLAIN if "{" not in path and "models" not in path])
async def test_what_is_asked_without_a_name(client, path: str) -> None:
    answer = await client.get(path, params={"query": "method"})
    check(await answer.json(), path)


async def test_what_is_asked_by_name(client, form, picture, order) -> None:
    listed = (await (await client.get(REQUESTS)).json())["requests"]
    for each in listed:
        check(await (await client.get(f"{REQUESTS}/{each['request_id']}")).json(), f"{REQUESTS}/{{request_id}}")
    check(await (await client.get("/api/v1/client-status/c")).json(), "/api/v1/client-status/{client_id}")
    converting = await (await client.post("/api/v1/convert", data=form(picture(), output_format="md"))).json()
    check(converting, "/api/v1/convert", "post")
    check(await (await client.get(converting["check_status_url"])).json(), "/api/v1/convert/status/{session_id}")
    queued = await (await client.post(OCR, json=order(picture()), headers={"Prefer": "wait=0"})).json()
    check(queued, OCR, "post")
    ended = await client.delete(f"{REQUESTS}/{queued['request_id']}")
    check(await ended.json(), f"{REQUESTS}/{{request_id}}", "delete")
    refused = await client.post(OCR, json={})
    check(await refused.json(), OCR, "post", "422")
    for path, body in (
        ("/api/v1/heartbeat", {"client_id": "c"}),
        ("/api/v1/update-timeout-settings", {"polling_interval": 3}),
        (f"{REQUESTS}/cleanup", None),
        ("/api/v1/clear-completed", None),
    ):
        check(await (await client.post(path, json=body)).json(), path, "post")
    left = await client.post("/api/v1/disconnect/c")
    check(await left.json(), "/api/v1/disconnect/{client_id}", "post")
