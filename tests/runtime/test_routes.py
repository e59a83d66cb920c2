"""The PaddleOCR API over a real socket, on a reader that needs no models."""

import asyncio
import contextlib
import hashlib
import io
import pathlib

import aiohttp
import pytest
from reportlab.pdfgen import canvas

from kubeocr_contract import images, models, report, wire
from kubeocr_runtime import services

OCR = "/ocr/ppocrv5"


async def test_an_answer_has_what_the_api_has_always_had(service, form, picture) -> None:
    client = await service()
    response = await client.post(OCR, data=form(picture()))
    body = await response.json()
    assert response.status == 200
    assert body["pipeline"] == "PP-OCRv5"
    assert body["results"] == [{"text": "page 1", "confidence": 0.5, "bbox": [[1, 2], [3, 2], [3, 4], [1, 4]], "page": 1}]
    assert body["total_texts"] == 1
    assert body["pipeline_flags"] == {
        "use_doc_preprocessor": True,
        "use_doc_orientation_classify": True,
        "use_doc_unwarping": False,
        "use_textline_orientation": False,
    }
    assert body["language"] == "en"
    assert body["models"] == {"detector": "PP-OCRv5_mobile_det", "recogniser": "PP-OCRv5_mobile_rec"}
    assert body["pages"] == [{"page": 1, "width": 60, "height": 40, "angle": 0, "text": "page 1", "source": "ocr"}]


async def test_every_page_of_a_pdf_is_read_in_order(service, form, pdf) -> None:
    client = await service()
    body = await (await client.post(OCR, data=form(pdf(4)))).json()
    assert body["total_pages"] == 4
    assert [line["page"] for line in body["results"]] == [1, 2, 3, 4]
    assert body["text"] == "page 1\n\npage 2\n\npage 3\n\npage 4"


@pytest.mark.parametrize(
    ("path", "lang", "recogniser"),
    [
        pytest.param("/ocr/ppocrv6", "de", "PP-OCRv6_small_rec", id="v6"),
        pytest.param("/ocr/ppocrv5", "chinese_cht", "PP-OCRv5_mobile_rec", id="v5-paddleocr-id"),
        pytest.param("/ocr/ppocrv3", "japan", "japan_PP-OCRv3_mobile_rec", id="v3"),
        pytest.param("/ocr/ppocrv5", "lang_jpn_ja", "PP-OCRv5_mobile_rec", id="ocr-server-id"),
        pytest.param("/ocr/ppocrv6", "Deutsch", "PP-OCRv6_small_rec", id="native-name"),
    ],
)
async def test_the_version_and_the_language_choose_the_models(
    service, form, picture, path: str, lang: str, recogniser: str
) -> None:
    client = await service()
    body = await (await client.post(path, data=form(picture(), lang=lang))).json()
    assert body["models"]["recogniser"] == recogniser


async def test_only_v3_lists_its_languages(service, form, picture) -> None:
    client = await service()
    bodies = {route.path: await (await client.post(route.path, data=form(picture()))).json() for route in wire.OCR_ROUTES}
    assert [path for path, body in bodies.items() if "supported_languages" in body] == ["/ocr/ppocrv3"]
    assert {"en", "ch", "fr", "ar", "hi", "korean", "ta"} <= set(bodies["/ocr/ppocrv3"]["supported_languages"])


async def test_flags_and_order_reach_the_reader(service, form, picture, reader) -> None:
    client = await service()
    fields = {"use_doc_orientation_classify": "off", "use_textline_orientation": "YES", "order": "raster", "lang": "en"}
    body = await (await client.post(OCR, data=form(picture(), **fields))).json()
    options = reader.seen[-1][2]
    assert (options.orient_page, options.orient_lines, options.order) == (False, True, "raster")
    assert body["pipeline_flags"]["use_textline_orientation"] is True
    assert body["order"] == "raster"


async def test_a_flag_without_its_model_is_reported_as_not_applied(service, form, picture, reader) -> None:
    reader.orients_pages = False
    client = await service()
    body = await (await client.post(OCR, data=form(picture(), use_doc_orientation_classify="true"))).json()
    assert body["pipeline_flags"]["use_doc_orientation_classify"] is False


async def test_languages_has_the_apis_keys_and_tells_where_each_is_read(service) -> None:
    client = await service(languages=("en",))
    body = await (await client.get("/languages")).json()
    assert set(body) >= {
        "title", "description", "total_languages", "endpoints", "language_categories", "mixed_language_guidance", "usage_tips",
        "performance_characteristics",
    }  # fmt: skip
    rows = {row["id"]: row for row in body["languages"]}
    assert (rows["en"]["state"], rows["fr"]["state"], rows["he"]["state"]) == ("loaded", "carried", "not_carried")
    assert (rows["ar"]["state"], rows["ar"]["image"]) == ("elsewhere", images.PUBLISHED[2].reference)
    assert body["endpoints"]["/ocr/ppocrv5"]["languages_in_this_image"] == ["ch", "chinese_cht", "en", "japan"] or set(
        body["endpoints"]["/ocr/ppocrv5"]["languages_in_this_image"]
    ) == {"en", "ch", "chinese_cht", "japan"}


async def test_not_ready_until_the_models_are_loaded(service, form, picture, reader) -> None:
    reader.broken = RuntimeError("no such model")
    client = await service(wait=False)
    response = await client.get("/readyz")
    assert (response.status, (await response.json())["code"]) == (503, "unavailable")
    refused = await client.post(OCR, data=form(picture()))
    assert (refused.status, refused.headers["Retry-After"]) == (503, "2")
    assert (await client.get("/livez")).status == 200


async def test_a_stuck_engine_is_not_live(service, form, picture, reader) -> None:
    client = await service(request_timeout_seconds=1)
    reader.gate.clear()
    response = await client.post(OCR, data=form(picture()))
    assert (response.status, (await response.json())["code"]) == (504, "deadline_exceeded")
    await asyncio.sleep(0.1)
    assert (await client.get("/livez")).status == 503
    reader.gate.set()


async def test_a_full_queue_answers_429_with_the_time_to_come_again(service, form, picture, reader) -> None:
    client = await service(queue_pages=2)
    reader.gate.clear()
    waiting = [asyncio.create_task(client.post(OCR, data=form(picture()))) for _ in range(2)]
    await asyncio.to_thread(reader.entered.wait, 5)
    while "kubeocr_queue_pages 2.0" not in await (await client.get("/metrics")).text():
        await asyncio.sleep(0.01)
    refused = await client.post(OCR, data=form(picture()))
    assert (refused.status, (await refused.json())["code"]) == (429, "overloaded")
    assert int(refused.headers["Retry-After"]) >= 1
    reader.gate.set()
    assert [response.status for response in await asyncio.gather(*waiting)] == [200, 200]


async def test_requests_take_turns_page_by_page(service, form, picture, pdf, reader) -> None:
    client = await service()
    reader.gate.clear()
    long = asyncio.create_task(client.post(OCR, data=form(pdf(30))))
    await asyncio.to_thread(reader.entered.wait, 5)
    short = asyncio.create_task(client.post(OCR, data=form(picture())))
    while "kubeocr_queue_pages 31.0" not in await (await client.get("/metrics")).text():
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    reader.gate.set()
    assert (await short).status == 200
    order = [shape for _, shape, _ in reader.seen]
    assert order.index((40, 60, 3)) <= 3
    assert (await (await long).json())["total_pages"] == 30


async def test_a_client_that_leaves_costs_nothing_more(service, form, pdf, reader) -> None:
    client = await service()
    reader.gate.clear()
    request = asyncio.create_task(client.post(OCR, data=form(pdf(50))))
    await asyncio.to_thread(reader.entered.wait, 5)
    request.cancel()
    await asyncio.gather(request, return_exceptions=True)
    while "kubeocr_queue_pages 0.0" not in await (await client.get("/metrics")).text():
        await asyncio.sleep(0.01)
    reader.gate.set()
    await asyncio.sleep(0.1)
    assert len(reader.seen) <= 1


async def test_metrics_know_routes_and_not_what_clients_make_up(service, form, picture) -> None:
    client = await service()
    await client.post(OCR, data=form(picture()))
    await client.get("/made/up")
    text = await (await client.get("/metrics")).text()
    assert 'kubeocr_requests_total{route="/ocr/ppocrv5",status="200"} 1.0' in text
    assert 'kubeocr_requests_total{route="unknown",status="404"} 1.0' in text
    assert 'kubeocr_pages_total{result="read"} 1.0' in text
    assert "made/up" not in text


def test_every_route_reads_the_language_it_defaults_to() -> None:
    assert all(wire.DEFAULT_LANGUAGE in {x.id for x in wire.languages_of(route.version)} for route in wire.OCR_ROUTES)
    assert {route.version for route in wire.OCR_ROUTES} <= set(models.VERSIONS)


async def test_pages_are_decoded_as_far_as_memory_allows(service, form, picture, reader) -> None:
    client = await service()
    reader.gate.clear()
    large = picture(size=(5000, 3000))
    waiting = [asyncio.create_task(client.post(OCR, data=form(large))) for _ in range(4)]
    await asyncio.to_thread(reader.entered.wait, 5)
    await asyncio.sleep(0.2)
    room = client.app[services.SERVICES].turns.room
    assert room.large.free == room.large.total - 5000 * 3000
    assert room.small.free == room.small.total, "a small page would not wait"
    reader.gate.set()
    assert [response.status for response in await asyncio.gather(*waiting)] == [200] * 4
    assert room.large.free == room.large.total


async def test_uploads_wait_for_the_memory_that_they_need(service, form, picture, reader) -> None:
    client = await service(upload_mib=1)
    files = client.app[services.SERVICES].uploads
    async with files.take(files.total):
        waiting = asyncio.create_task(client.post(OCR, data=form(picture())))
        await asyncio.sleep(0.2)
        assert not waiting.done()
    assert (await waiting).status == 200
    assert files.free == files.total


async def test_a_pod_that_is_leaving_answers_and_lets_its_connections_go(service, form, picture) -> None:
    client = await service()
    client.app[services.SERVICES].entrance.leaving = True
    response = await client.post(OCR, data=form(picture()))
    assert (response.status, response.headers["Connection"]) == (200, "close")
    assert (await client.get("/readyz")).status == 503
    client.app[services.SERVICES].entrance.drain()
    refused = await client.post(OCR, data=form(picture()))
    assert (refused.status, refused.headers["Retry-After"]) == (503, "1")


async def test_pages_are_counted_by_how_they_ended(service, form, picture, reader) -> None:
    client = await service()
    await client.post(OCR, data=form(picture(size=(300, 300))[:-100]))
    await client.post(OCR, data=form(picture()))
    text = await (await client.get("/metrics")).text()
    assert 'kubeocr_pages_total{result="failed"} 1.0' in text
    assert 'kubeocr_pages_total{result="read"} 1.0' in text
    assert "kubeocr_engine_busy_seconds_total" in text
    assert "process_resident_memory_bytes" in text


async def test_status_is_the_pods_own_words(service, tmp_path: pathlib.Path) -> None:
    client = await service(languages=("chinese_cht", "en"), queue_redis_url_file=str(tmp_path / "none"))
    async with asyncio.timeout(5):
        while not (found := report.from_json(await (await client.get("/status")).json())).backends.queue.checked_at:
            await asyncio.sleep(0.01)
    assert (found.version, found.ready, found.languages) == (images.PROJECT_VERSION, True, ("zh-Hant", "en"))
    assert found.pipelines == ("ocr",)
    assert [model.name for model in found.models] == ["PP-OCRv6_small_det", "PP-OCRv6_small_rec"]
    assert found.engine.provider == "CPUExecutionProvider"
    assert (found.backends.queue.configured, found.backends.queue.good) == (True, False)
    assert found.backends.llm == report.Backend()


async def test_status_tells_before_the_models_are_there(service, reader) -> None:
    reader.broken = RuntimeError("no such model")
    found = report.from_json(await (await (await service(wait=False)).get("/status")).json())
    assert (found.ready, found.languages, found.pipelines) == (False, (), ())


async def test_a_pod_is_ready_and_reads_while_its_backends_are_down(service, form, picture) -> None:
    client = await service(llm_url="http://127.0.0.1:1", llm_model="llama3", vlm_url="http://127.0.0.1:1")
    assert (await client.get("/readyz")).status == 200
    assert (await client.post(OCR, data=form(picture()))).status == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [pytest.param(path, 200, id=path) for path in (
        "/livez", "/readyz", "/metrics", "/status", "/docs", "/redoc", "/openapi.json", "/static/swagger-ui.css", "/",
        "/page/main.js",
    )]
    + [pytest.param(path, 401, id=path) for path in ("/languages", "/no/such/route", OCR, "/ocr/preview")],
)  # fmt: skip
async def test_a_service_with_keys_lets_in_who_has_one(service, tmp_path: pathlib.Path, path: str, status: int) -> None:
    (tmp_path / "site").write_text("s3cret", encoding="utf-8")
    client = await service(api_keys_dir=str(tmp_path))
    assert (await client.get(path)).status == status
    let_in = await client.get(path, headers={"Authorization": "Bearer s3cret"})
    assert let_in.status == {"/no/such/route": 404, OCR: 405, "/ocr/preview": 405}.get(path, 200)


async def test_without_a_key_nothing_is_read(service, form, picture, reader, tmp_path: pathlib.Path) -> None:
    (tmp_path / "site").write_text("s3cret", encoding="utf-8")
    client = await service(api_keys_dir=str(tmp_path))
    refused = await client.post(OCR, data=form(picture()))
    assert (refused.status, (await refused.json())["code"]) == (401, "unauthorized")
    assert refused.headers["WWW-Authenticate"] == "Bearer"
    assert reader.seen == []
    answer = await client.post(OCR, data=form(picture()), headers={"X-API-Key": "s3cret"})
    assert answer.status == 200


def entry(key: str, *lines: str) -> str:
    return "\n".join([f"sha256: {hashlib.sha256(key.encode()).hexdigest()}", *lines])


async def test_a_keys_quota_is_its_own(service, form, picture, pdf, tmp_path: pathlib.Path) -> None:
    (tmp_path / "small").write_text(entry("s", "pagesPerDay: 3"), encoding="utf-8")
    (tmp_path / "large").write_text(entry("l"), encoding="utf-8")
    client = await service(api_keys_dir=str(tmp_path))
    small, large = {"X-API-Key": "s"}, {"X-API-Key": "l"}
    assert (await client.post(OCR, data=form(pdf(2)), headers=small)).status == 200
    refused = await client.post(OCR, data=form(pdf(2)), headers=small)
    told = await refused.json()
    assert (refused.status, told["code"], told["quota"], told["allowed"]) == (429, "quota_exceeded", "pages_per_day", 3)
    assert told["detail"] == "this API key's quota: 1 of 3 pages are left of today (UTC), this needs 2"
    assert 0 < int(refused.headers["Retry-After"]) <= 24 * 3600
    assert (await client.post(OCR, data=form(pdf(2)), headers=large)).status == 200
    assert (await client.post(OCR, data=form(picture()), headers=small)).status == 200


async def test_a_quota_counts_no_page_that_was_not_read(service, form, pdf, reader, tmp_path: pathlib.Path) -> None:
    (tmp_path / "site").write_text(entry("s", "pagesPerDay: 30"), encoding="utf-8")
    client = await service(api_keys_dir=str(tmp_path))
    reader.gate.clear()
    with contextlib.suppress(TimeoutError):
        await client.post(OCR, data=form(pdf(30)), headers={"X-API-Key": "s"}, timeout=aiohttp.ClientTimeout(1))
    while client.app[services.SERVICES].entrance.requests:
        await asyncio.sleep(0.01)
    reader.gate.set()
    assert (await client.post(OCR, data=form(pdf(30)), headers={"X-API-Key": "s"})).status == 200


async def test_a_key_has_figures_of_its_own(service, form, pdf, tmp_path: pathlib.Path) -> None:
    (tmp_path / "site").write_text("s3cret", encoding="utf-8")
    client = await service(api_keys_dir=str(tmp_path))
    await client.post(OCR, data=form(pdf(3)), headers={"X-API-Key": "s3cret"})
    await client.post(OCR, data=form(b""), headers={"X-API-Key": "s3cret"})
    await client.post(OCR, data=form(pdf(3)))
    figures = await (await client.get("/metrics")).text()
    assert 'kubeocr_key_requests_total{key="site",status="200"} 1.0' in figures
    assert 'kubeocr_key_requests_total{key="site",status="422"} 1.0' in figures
    assert 'kubeocr_key_pages_total{key="site",result="read"} 3.0' in figures
    assert "s3cret" not in figures


async def test_what_does_not_end_in_time_is_told_to_come_again(service, form, pdf, reader) -> None:
    client = await service()
    reader.gate.clear()
    waiting = asyncio.create_task(client.post(OCR, data=form(pdf(30))))
    await asyncio.to_thread(reader.entered.wait, 5)
    entrance = client.app[services.SERVICES].entrance
    entrance.drain()
    entrance.drop()
    answer = await waiting
    assert (answer.status, (await answer.json())["code"], answer.headers["Retry-After"]) == (503, "unavailable", "1")
    assert entrance.idle.is_set()


@pytest.mark.parametrize(
    ("text_layer", "sources"),
    [
        pytest.param(None, ["ocr", "ocr"], id="not-asked-for"),
        pytest.param("never", ["ocr", "ocr"], id="never"),
        pytest.param("auto", ["text_layer", "ocr"], id="auto"),
        pytest.param("force", ["text_layer", "text_layer"], id="force"),
    ],
)
async def test_a_pages_own_text_is_taken_where_it_is_wanted(
    service, form, reader, text_layer: str | None, sources: list
) -> None:
    client = await service()
    buffer = io.BytesIO()
    paper = canvas.Canvas(buffer, pagesize=(300, 144))
    for text in ("Every word on this page is its own", "few"):
        paper.drawString(36, 72, text)
        paper.showPage()
    paper.save()
    fields = {} if text_layer is None else {"text_layer": text_layer}
    body = await (await client.post(OCR, data=form(buffer.getvalue(), **fields))).json()
    assert [page["source"] for page in body["pages"]] == sources
    assert [number for number, _, _ in reader.seen] == [n for n, source in enumerate(sources, 1) if source == "ocr"]
    assert [(page["width"], page["height"]) for page in body["pages"]] == [(834, 400)] * 2
    if sources[0] == "text_layer":
        line = body["results"][0]
        assert (line["text"], line["confidence"], line["page"]) == ("Every word on this page is its own", 1.0, 1)
        assert line["bbox"][0] == pytest.approx([100, 170], abs=12)


async def test_a_picture_has_no_text_of_its_own_and_is_read(service, form, picture) -> None:
    client = await service()
    body = await (await client.post(OCR, data=form(picture(), text_layer="force"))).json()
    assert body["pages"][0]["source"] == "ocr"
