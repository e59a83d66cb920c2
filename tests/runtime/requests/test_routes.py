"""Orders over a real socket, with the ledger and the store that a pod has; shapes are those of the OCR server's documents."""

import asyncio
import hashlib
import io
import json

import pytest
from aiohttp import test_utils
from ordering_clients import MOMENT, OCR, REQUESTS, become, ordered

PIECE = {"bbox": [1], "text": "Block", "confidence": 0.98}
RESULT = {"text": "Text", "confidence": 0.95, "layout": {"blocks": [PIECE], "lines": [PIECE], "words": [PIECE]}}
DONE = {"request_id": "req_1", "status": "completed", "result": RESULT, "processing_time_seconds": 2.5}
QUEUED = {"request_id": "req_1", "status": "queued", "message": "Request added", "estimated_wait_time": 15}
NOT_ENDED = {"request_id": "req_1", "status": "", "created_at": MOMENT, "completed_at": None, "result": None, "error": None}
SHAPES = {
    "completed": {**DONE, "created_at": MOMENT, "started_at": MOMENT, "completed_at": MOMENT, "error": None},
    "queued": {**NOT_ENDED, "started_at": None, "queue_position": 3, "estimated_wait_time": 45},
    "processing": {**NOT_ENDED, "started_at": MOMENT, "progress": 65},
    "failed": {
        **NOT_ENDED,
        "started_at": MOMENT,
        "completed_at": MOMENT,
        "error": {"code": "OCR_ENGINE_ERROR", "message": "Failed", "details": "Image format not supported"},
        "processing_time_seconds": 2.0,
    },
    "cancelled": {**NOT_ENDED, "started_at": None, "completed_at": MOMENT},
}
OPTIONS = "enhance_options.blur_radius"
BROKEN = b"\x89PNG\r\n\x1a\n but no picture"


@pytest.mark.parametrize("path", [OCR, "/api/v1/process"])
async def test_what_is_done_in_time_is_answered_at_once(service, picture, order, has, path: str) -> None:
    client = await service()
    answer = await client.post(path, json=order(picture(), prompt_mode="prompt_layout_all_en", timeout=300))
    told = await answer.json()
    assert answer.status == 200
    has(told, DONE)
    assert (told["result"]["text"], told["result"]["confidence"]) == ("page 1", 0.5)
    layout = told["result"]["layout"]
    assert layout["lines"] == [{"bbox": [1, 2, 3, 4], "text": "page 1", "confidence": 0.5, "page": 1}]
    assert [word["text"] for word in layout["words"]] == ["page", "1"]
    assert [block["text"] for block in layout["blocks"]] == ["page 1"]


async def test_what_takes_longer_is_queued_and_asked_for(service, picture, order, reader, has) -> None:
    client = await service()
    reader.gate.clear()
    answer = await client.post(OCR, json=order(picture()), headers={"Prefer": "wait=0"})
    told = await answer.json()
    has(told, QUEUED)
    assert (answer.status, told["status"]) == (200, "queued")
    assert answer.headers["Location"] == f"{REQUESTS}/{told['request_id']}" == told["check_status_url"]
    reader.gate.set()
    done = await (await client.get(told["check_status_url"] + "?wait=10")).json()
    assert (done["status"], done["result"]["text"], done["progress"]) == ("completed", "page 1", 100)


async def test_a_request_in_each_state_is_as_the_documents_have_it(service, picture, order, reader, has) -> None:
    client = await service(queue_slots=1)
    told = {"completed": await become(client, await ordered(client, order(picture())), "completed")}
    told["failed"] = await become(client, await ordered(client, order(BROKEN)), "failed")
    reader.gate.clear()
    told["processing"] = await become(client, await ordered(client, order(picture())), "processing")
    waiting = [await ordered(client, order(picture())) for _ in range(2)]
    told["queued"] = await become(client, waiting[1], "queued")
    await client.delete(f"{REQUESTS}/{waiting[0]}")
    told["cancelled"] = await become(client, waiting[0], "cancelled")
    for status, shape in SHAPES.items():
        has(told[status], shape)
    assert told["queued"]["queue_position"] == 2
    assert told["failed"]["error"]["code"] == "BROKEN_DOCUMENT"
    assert told["cancelled"]["reason"] == "manual"
    assert (await become(client, waiting[1], "queued"))["queue_position"] == 1, "who was before it has gone"


@pytest.mark.parametrize(
    ("more", "script"),
    [
        pytest.param({"prompt_mode": "prompt_text_only_en"}, "Latn", id="text alone"),
        pytest.param({"language": "lang_jpn_ja"}, "Jpan", id="a language"),
        pytest.param({"prompt_mode": "prompt_layout_all_mixed", "languages": ["ja"]}, "Jpan", id="several"),
    ],
)
async def test_mode_and_languages(service, picture, order, reader, more: dict, script: str) -> None:
    client = await service()
    told = await (await client.post(OCR, json=order(picture(), **more))).json()
    assert reader.seen[0][2].script == script
    layout = "layout" in more.get("prompt_mode", "layout")
    assert [bool(found) for found in told["result"]["layout"].values()] == [layout] * 3


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"preset": "scan_medium", "overrides": {"contrast": 1.3}}, id="a preset and overrides"),
        pytest.param({"contrast": 1.3}, id="parameters"),
    ],
)
async def test_a_page_is_enhanced(service, picture, order, reader, options: dict) -> None:
    client = await service()
    await client.post(OCR, json=order(picture(), enhance_options=options))
    assert reader.seen[0][2].enhance.recipe.contrast == 1.3


async def test_all_pages_of_a_pdf(service, pdf, order) -> None:
    client = await service()
    told = await (await client.post(OCR, json=order(pdf(3), "application/pdf"))).json()
    assert told["result"]["text"] == "page 1\n\npage 2\n\npage 3"
    assert [line["page"] for line in told["result"]["layout"]["lines"]] == [1, 2, 3]
    assert (told["pages_done"], told["total_pages"]) == (3, 3)


WRONG = [
    pytest.param({"data": b"{"}, 400, "INVALID_REQUEST", None, id="no JSON"),
    pytest.param({"json": [1]}, 400, "INVALID_REQUEST", None, id="no object"),
    pytest.param({"json": {}}, 422, "VALIDATION_ERROR", "image", id="no image"),
    pytest.param({"json": {"image": 7}}, 422, "VALIDATION_ERROR", "image", id="an image that is no text"),
    pytest.param({"json": {"image": "https://x.y/z.png"}}, 400, "INVALID_IMAGE_URL", "image", id="a link"),
    pytest.param({"json": {"image": "data:image/png;base64,%%"}}, 400, "INVALID_BASE64", "image", id="broken base64"),
    pytest.param({"json": {"image": "data:text/plain;base64,eHl6"}}, 422, "VALIDATION_ERROR", None, id="no picture"),
    pytest.param({"more": {"timeout": 1801}}, 422, "VALIDATION_ERROR", "timeout", id="too long a timeout"),
    pytest.param({"more": {"timeout": "long"}}, 422, "VALIDATION_ERROR", "timeout", id="a timeout that is none"),
    pytest.param({"more": {"prompt_mode": "prompt_draw"}}, 422, "VALIDATION_ERROR", "prompt_mode", id="no such mode"),
    pytest.param({"more": {"language": "elvish"}}, 422, "UNKNOWN_LANGUAGE", "language", id="no such language"),
    pytest.param(
        {"more": {"enhance_options": {"contrast": 9}}}, 422, "VALIDATION_ERROR", "enhance_options.contrast", id="range"
    ),
    pytest.param({"more": {"client_id": "a b"}}, 422, "VALIDATION_ERROR", "client_id", id="a client's name"),
    pytest.param({"more": {"webhook": "http://10.0.0.1/"}}, 422, "VALIDATION_ERROR", "webhook", id="a host"),
    pytest.param({"headers": {"Idempotency-Key": "a b"}}, 400, "INVALID_PARAMETER", "Idempotency-Key", id="no key"),
    pytest.param({"more": {"image": "data:image/png;base64," + "A" * 1_400_000}}, 413, "TOO_LARGE", "image", id="too large"),
]


@pytest.mark.parametrize(("sent", "status", "code", "field"), WRONG)
async def test_what_is_wrong_is_told_as_the_documents_have_it(service, picture, order, has, sent, status, code, field) -> None:
    client = await service(upload_mib=1)
    body = sent.get("data") or json.dumps(sent.get("json", order(picture()) | sent.get("more", {}))).encode()
    answer = await client.post(OCR, data=io.BytesIO(body), headers=sent.get("headers"))
    told = await answer.json()
    has(told, {"error": {"code": "VALIDATION_ERROR", "message": "Invalid image format", "details": {}}})
    assert (answer.status, told["error"]["code"], told["error"]["details"].get("field")) == (status, code, field)
    assert (await (await client.get(REQUESTS)).json())["pagination"]["total"] == 0


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        pytest.param("GET", "/api/v1/requests/req_1", 404, "REQUEST_NOT_FOUND", id="no such request"),
        pytest.param("GET", "/api/v1/requests/..%2F..%2Fetc", 404, "REQUEST_NOT_FOUND", id="a way out"),
        pytest.param("GET", "/api/v1/nothing", 404, "NOT_FOUND", id="no route"),
        pytest.param("PUT", OCR, 405, "METHOD_NOT_ALLOWED", id="no method"),
        pytest.param("GET", "/api/v1/requests?limit=0", 400, "INVALID_PARAMETER", id="a limit"),
        pytest.param("GET", "/api/v1/requests?status=lost", 400, "INVALID_PARAMETER", id="no such status"),
        pytest.param("GET", "/api/v1/requests?start_date=noon", 400, "INVALID_PARAMETER", id="no date"),
        pytest.param("POST", "/api/v1/requests/cleanup?status=queued", 400, "INVALID_PARAMETER", id="what is not over"),
        pytest.param("POST", "/api/v1/clear-completed?max_age_hours=-1", 400, "INVALID_PARAMETER", id="an age"),
        pytest.param("GET", "/api/v1/requests?client_id=%ED%A0%80", 422, "VALIDATION_ERROR", id="a client's name that is none"),
        pytest.param("GET", "/api/v1/client-status/%ED%A0%80", 404, "CLIENT_NOT_FOUND", id="nor that"),
        pytest.param("POST", "/api/v1/heartbeat", 400, "INVALID_REQUEST", id="no heartbeat"),
        pytest.param("GET", "/api/v1/client-status/nobody", 404, "CLIENT_NOT_FOUND", id="no such client"),
        pytest.param("POST", "/api/v1/disconnect/nobody", 404, "CLIENT_NOT_FOUND", id="no such client to leave"),
        pytest.param("POST", "/api/v1/update-timeout-settings", 403, "FORBIDDEN", id="no admin"),
        pytest.param("GET", "/api/v1/logs", 403, "FORBIDDEN", id="no admin, no logs"),
    ],
)
async def test_other_refusals(service, method: str, path: str, status: int, code: str) -> None:
    answer = await (await service()).request(method, path)
    assert (answer.status, (await answer.json())["error"]["code"]) == (status, code)


async def test_a_document_that_is_broken_is_an_error_to_who_waits_for_it(service, order) -> None:
    answer = await (await service()).post(OCR, json=order(BROKEN))
    told = (await answer.json())["error"]
    assert (answer.status, told["code"]) == (422, "BROKEN_DOCUMENT")
    assert told["details"]["request_id"].startswith("req_")


async def test_the_same_order_twice_is_one(service, picture, order, reader) -> None:
    client = await service()
    key = {"Idempotency-Key": "invoice-7"}
    first, second = [await ordered(client, order(picture()), key) for _ in range(2)]
    assert first == second
    other = await client.post(OCR, json=order(picture(size=(61, 40))), headers=key)
    assert (other.status, (await other.json())["error"]["code"]) == (409, "IDEMPOTENCY_CONFLICT")
    assert await ordered(client, order(picture()), {"Idempotency-Key": "invoice-8"}) != first
    await become(client, first, "completed")


async def test_a_request_is_cancelled(service, pdf, picture, order, reader, has) -> None:
    client = await service(queue_slots=1)
    reader.gate.clear()
    busy = await ordered(client, order(pdf(30), "application/pdf"))
    await become(client, busy, "processing")
    answer = await client.delete(f"{REQUESTS}/{busy}?reason=wrong%20file")
    told = await answer.json()
    has(told, {"request_id": "r", "status": "cancelled", "cancelled_at": MOMENT, "reason": "manual", "message": "Done"})
    assert (answer.status, told["status"], told["reason"]) == (200, "cancelled", "wrong file")
    reader.gate.set()
    assert (await (await client.post(OCR, json=order(picture()))).json())["status"] == "completed", "the engine is free"
    assert len(reader.seen) < 10
    again = await client.delete(f"{REQUESTS}/{busy}")
    assert (again.status, (await again.json())["reason"]) == (200, "wrong file")


async def test_what_is_over_is_not_cancelled(service, picture, order) -> None:
    client = await service()
    done = (await (await client.post(OCR, json=order(picture()))).json())["request_id"]
    answer = await client.delete(f"{REQUESTS}/{done}")
    assert (answer.status, (await answer.json())["error"]["code"]) == (409, "REQUEST_OVER")


async def test_a_tenant_sees_nothing_of_anothers(service, picture, order, keys_dir, by, reader) -> None:
    client = await service(api_keys_dir=keys_dir, queue_slots=1)
    reader.gate.clear()
    mine = await ordered(client, order(picture(), client_id="scanner"), by("site"))
    await become(client, mine, "processing", headers=by("site"))
    for method, path in (
        ("GET", f"{REQUESTS}/{mine}"),
        ("DELETE", f"{REQUESTS}/{mine}"),
        ("GET", "/api/v1/client-status/scanner"),
        ("POST", "/api/v1/disconnect/scanner"),
    ):
        assert (await client.request(method, path, headers=by("guest"))).status == 404
        never = path.replace(mine, "req_0").replace("scanner", "nobody")
        assert (await client.request(method, never, headers=by("guest"))).status == 404, "as for what never was"
    for path in (REQUESTS, "/api/v1/queue-status", "/api/v1/active-requests"):
        texts = {name: await (await client.get(path, headers=by(name))).text() for name in ("site", "guest", "boss")}
        assert {name: mine in text for name, text in texts.items()} == {"site": True, "guest": False, "boss": True}, path
    assert (await (await client.get("/api/v1/queue-status", headers=by("guest"))).json())["active_workers"] == 1
    assert (await client.get(REQUESTS)).status == 401
    assert (await client.delete(f"{REQUESTS}/{mine}", headers=by("boss"))).status == 200


async def test_what_takes_longer_than_it_may_is_given_up(service, picture, order, reader) -> None:
    client = await service(queue_attempts=1)
    reader.gate.clear()
    answer = await client.post(OCR, json=order(picture(), timeout=1))
    error = (await answer.json())["error"]
    assert (answer.status, error["code"]) == (503, "DEADLINE_EXCEEDED")
    told = await (await client.get(f"{REQUESTS}/{error['details']['request_id']}")).json()
    assert (told["status"], told["error"]["code"]) == ("timeout", "DEADLINE_EXCEEDED")


@pytest.mark.parametrize(
    ("quota", "status"),
    [
        pytest.param("requestsPerMinute: 1", [200, 429], id="requests"),
        pytest.param("pagesPerDay: 3", [200, 429], id="pages, which the job counts"),
        pytest.param("pagesPerDay: 4", [200, 200], id="as many as it may"),
    ],
)
async def test_what_is_ordered_counts_for_its_keys_quota(service, pdf, order, tmp_path, by, quota: str, status: list) -> None:
    folder = tmp_path / "keys"
    folder.mkdir()
    (folder / "site").write_text(f"sha256: {hashlib.sha256(b'site-key').hexdigest()}\n{quota}\n", encoding="utf-8")
    client = await service(api_keys_dir=str(folder))
    body = order(pdf(2), "application/pdf")
    answers = [await client.post(OCR, json=body, headers=by("site")) for _ in range(2)]
    assert [answer.status for answer in answers] == status
    if 429 in status:
        assert (await answers[1].json())["error"]["code"] == "QUOTA_EXCEEDED"


async def test_polling_costs_little(service, picture, order, reader) -> None:
    client = await service()
    reader.gate.clear()
    path = f"{REQUESTS}/{await ordered(client, order(picture()))}"
    await asyncio.to_thread(reader.entered.wait, 5)  # it is open, and nothing more is told of it until its page is read
    first = await client.get(path)
    tag = first.headers["ETag"]
    assert first.headers["Retry-After"] == "5"
    same = await client.get(path, headers={"If-None-Match": tag})
    assert (same.status, await same.read(), same.headers["ETag"]) == (304, b"", tag)
    polling = asyncio.create_task(client.get(path + "?wait=30", headers={"If-None-Match": tag}))
    await asyncio.sleep(0.1)
    assert not polling.done()
    reader.gate.set()
    async with asyncio.timeout(5):
        changed = await polling
    assert (changed.status, changed.headers["ETag"] != tag) == (200, True)
    done = await become(client, path.rpartition("/")[2], "completed")
    assert done["result"]["text"] == "page 1"
    over = await client.get(path)
    assert "Retry-After" not in over.headers
    async with asyncio.timeout(1):
        assert (await client.get(path + "?wait=30", headers={"If-None-Match": over.headers["ETag"]})).status == 304


async def test_a_long_poll_ends_with_its_time(service, picture, order, reader) -> None:
    client = await service()
    reader.gate.clear()
    path = f"{REQUESTS}/{await ordered(client, order(picture()))}"
    answer = await client.get(path + "?wait=1")
    assert (answer.status, (await answer.json())["status"]) == (200, "processing")


async def events(client, path: str, **headers: str) -> list[dict[str, str]]:
    """All events until the stream ends."""
    answer = await client.get(path, headers={"Accept": "text/event-stream", **headers})
    assert answer.content_type in {"text/event-stream", "application/octet-stream"}
    blocks = [block for block in (await answer.text()).split("\n\n") if "data:" in block]
    return [dict(line.split(": ", 1) for line in block.splitlines()) for block in blocks]


async def test_events_tell_of_each_page_and_of_the_end(service, pdf, order, reader) -> None:
    client = await service()
    reader.gate.clear()
    path = f"{REQUESTS}/{await ordered(client, order(pdf(3), 'application/pdf'))}"
    hearing = asyncio.create_task(events(client, path))
    await asyncio.sleep(0.1)
    reader.gate.set()
    async with asyncio.timeout(10):
        heard = await hearing
    assert heard[-1]["event"] == "completed"
    assert '"text": "page 1\\n\\npage 2\\n\\npage 3"' in heard[-1]["data"]
    versions = [int(each["id"]) for each in heard]
    assert versions == sorted(set(versions))
    missed = await events(client, path, **{"Last-Event-ID": heard[-2]["id"]})
    assert [each["event"] for each in missed] == ["completed"]
    over = await client.get(path, headers={"Accept": "text/event-stream", "Last-Event-ID": heard[-1]["id"]})
    assert over.status == 204, "a client that comes again is told that there is no more"


async def test_an_order_is_there_after_a_restart(application, picture, order, reader) -> None:
    reader.gate.clear()
    async with test_utils.TestClient(test_utils.TestServer(application())) as client:
        while (await client.get("/readyz")).status != 200:
            pass
        name = await ordered(client, order(picture()))
        reader.gate.set()
    async with test_utils.TestClient(test_utils.TestServer(application())) as client:
        assert (await become(client, name, "completed"))["result"]["text"] == "page 1"
