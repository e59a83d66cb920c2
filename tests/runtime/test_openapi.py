"""The description is OpenAPI 3.1, covers every route, and its pages ask no one else."""

import asyncio
import importlib.resources
import json
import re

import openapi_spec_validator
import pytest

from kubeocr_runtime import openapi


def test_the_document_is_valid() -> None:
    openapi_spec_validator.validate(openapi.document())


async def test_every_route_is_described(service) -> None:
    client = await service()
    described = {(method.upper(), path) for path, methods in openapi.document()["paths"].items() for method in methods}
    undescribed = {"/", "/docs", "/redoc", "/openapi.json", "/static", "/page/{name}"}
    served = {
        (route.method, route.resource.canonical)
        for route in client.app.router.routes()
        if route.method in {"GET", "POST", "DELETE"} and route.resource.canonical not in undescribed
    }
    assert served == described


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
async def test_pages_come_whole_from_here(service, path: str) -> None:
    client = await service()
    response = await client.get(path)
    page = await response.text()
    links = re.findall(r'(?:src|href|spec-url)="([^"]+)"', page)
    assert not [link for link in links if link.startswith(("http", "//"))]
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    for link in links:
        if link.startswith("/"):
            assert (await client.get(link)).status == 200, link


def test_the_scripts_load_nothing_from_elsewhere_and_carry_their_licences() -> None:
    static = importlib.resources.files("kubeocr_runtime") / "static"
    files = {path.name: path.read_text(encoding="utf-8") for path in static.iterdir()}
    assert not [name for name, text in files.items() if re.search(r"https?://[^\"' ]*\b(cdn|unpkg|jsdelivr|fonts\.)", text)]
    assert "Apache License" in files["swagger-ui.LICENSE.txt"]
    assert "Permission is hereby granted" in files["redoc.LICENSE.txt"]


def test_a_service_with_keys_says_how_they_are_sent() -> None:
    document = openapi.document(keys=True)
    openapi_spec_validator.validate(document)
    assert document["security"] == [{"bearer": []}, {"header": []}]
    assert document["paths"]["/status"]["get"]["security"] == []
    assert "security" not in document["paths"]["/ocr/ppocrv6"]["post"]
    assert "security" not in openapi.document()


def described(schema: str) -> tuple[set[str], set[str]]:
    """The keys that a schema requires, and those that it knows."""
    found = openapi.document()["components"]["schemas"][schema]
    return set(found["required"]), set(found["properties"])


async def test_an_answer_by_lines_is_as_it_is_described(service, form, pdf, reader) -> None:
    client = await service()
    response = await client.post("/ocr/ppocrv6", data=form(pdf(2)), headers={"Accept": "application/x-ndjson"})
    lines = [json.loads(line) async for line in response.content]
    for line, schema in zip(lines, ["FirstLine", "PageDone", "PageDone", "LastLine"], strict=True):
        required, known = described(schema)
        assert required <= set(line) <= known
    reader.find = None
    response = await client.post("/ocr/ppocrv6", data=form(pdf(1)), headers={"Accept": "application/x-ndjson"})
    failed = json.loads((await response.content.read()).splitlines()[1])
    assert described("PageNotDone") == (set(failed), set(failed))


async def test_a_cancelled_request_is_as_it_is_described(service, form, picture, reader) -> None:
    client = await service()
    reader.gate.clear()
    request = asyncio.create_task(client.post("/ocr/ppocrv6", data=form(picture()), headers={"X-Request-Id": "a"}))
    await asyncio.to_thread(reader.entered.wait, 5)
    body = await (await client.delete("/api/v1/requests/a")).json()
    assert described("Cancelled") == (set(body), set(body))
    assert str((await request).status) in openapi.document()["paths"]["/ocr/ppocrv6"]["post"]["responses"]


async def test_status_answers_as_it_is_described(service) -> None:
    body = await (await (await service()).get("/status")).json()
    described = openapi.document()["components"]["schemas"]
    assert set(body) == set(described["Status"]["properties"])
    for field in ("engine", "backends"):
        assert set(body[field]) == set(described["Status"]["properties"][field]["properties"])
    assert set(body["models"][0]) == set(described["Status"]["properties"]["models"]["items"]["properties"])
    assert set(body["backends"]["llm"]) == set(described["Backend"]["properties"])
