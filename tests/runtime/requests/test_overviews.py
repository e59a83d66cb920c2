"""Requests seen together, clients and timeouts: shapes are those of the OCR server's documents."""

import asyncio

import pytest
from ordering_clients import MOMENT, OCR, REQUESTS, become, ordered

from kubeocr_contract import settings
from kubeocr_runtime import errors
from kubeocr_runtime.requests import reception, timeouts

ENTRY = {"request_id": "req_1", "status": "completed", "created_at": MOMENT, "processing_time_seconds": 4.0}
LISTED = {"requests": [ENTRY], "pagination": {"total": 150, "limit": 50, "offset": 0, "has_more": True}}
SUMMARY = {
    "total_requests": 100, "completed_requests": 85, "pending_requests": 10, "processing_requests": 3, "failed_requests": 1,
    "cancelled_requests": 1, "average_processing_time": 45.2, "success_rate": 0.85, "queue_length": 10,
    "system_status": "healthy", "last_updated": MOMENT,
}  # fmt: skip
QUEUE = {
    "queue_length": 15, "active_workers": 3, "max_workers": 5, "queue_status": "active", "estimated_wait_time": 120,
    "recent_requests": [{"request_id": "req_1", "status": "queued", "queue_position": 1, "created_at": MOMENT}],
    "worker_status": [{"worker_id": "w", "status": "processing", "current_request": "req_1", "started_at": MOMENT}],
}  # fmt: skip
ACTIVE = {
    "active_requests": [
        {"request_id": "r", "worker_id": "w", "started_at": MOMENT, "progress": 75, "estimated_completion": MOMENT}
    ],
    "total_active": 3,
}
TIMEOUTS = {"request_timeout": 300, "queue_timeout": 3600, "worker_timeout": 1800, "polling_interval": 5, "max_retries": 3}
CLIENT = {
    "client_id": "client_123", "status": "active", "last_heartbeat": MOMENT, "active_requests": 2, "total_requests": 15,
    "connection_established": MOMENT,
}  # fmt: skip


async def told(client, path: str, method: str = "GET", **options) -> dict:
    answer = await client.request(method, path, **options)
    assert answer.status == 200, await answer.text()
    return await answer.json()


@pytest.fixture
async def busy(service, picture, order, reader):
    """One request that is done, one that is processed, two that wait."""
    client = await service(queue_slots=1)
    names = [await ordered(client, order(picture(), client_id="scanner"))]
    await become(client, names[0], "completed")
    reader.gate.clear()
    names += [await ordered(client, order(picture(), client_id="scanner")) for _ in range(3)]
    await become(client, names[1], "processing")
    return client, names


async def test_the_list(busy, has) -> None:
    client, names = busy
    found = await told(client, REQUESTS)
    has(found | {"requests": found["requests"][-1:]}, LISTED)
    assert [each["request_id"] for each in found["requests"]] == names[::-1], "the newest first"
    second = await told(client, f"{REQUESTS}?limit=2&offset=1")
    assert [each["request_id"] for each in second["requests"]] == [names[2], names[1]]
    assert second["pagination"] == {"total": 4, "limit": 2, "offset": 1, "has_more": True}
    assert (await told(client, f"{REQUESTS}?limit=2&offset=2"))["pagination"]["has_more"] is False
    waiting = await told(client, f"{REQUESTS}?status=queued")
    assert [each["queue_position"] for each in waiting["requests"]] == [2, 1]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        pytest.param("start_date=2026-01-01", 4, id="since a day"),
        pytest.param("end_date=2026-01-01T00:00:00Z", 0, id="until a moment"),
        pytest.param("start_date=2026-01-01T00:00:00+01:00&end_date=2999-01-01", 4, id="a zone whose plus is no plus"),
        pytest.param("client_id=scanner", 4, id="a client's"),
        pytest.param("client_id=printer", 0, id="another's"),
        pytest.param("status=COMPLETED", 1, id="a status in any case"),
    ],
)
async def test_a_list_may_be_narrowed(busy, query: str, count: int) -> None:
    assert (await told(busy[0], f"{REQUESTS}?{query}"))["pagination"]["total"] == count


async def test_the_summary(busy, has) -> None:
    found = await told(busy[0], f"{REQUESTS}/status/summary")
    has(found, SUMMARY)
    states = ("total", "completed", "pending", "processing", "failed", "cancelled", "timeout")
    assert [found[f"{state}_requests"] for state in states] == [4, 1, 2, 1, 0, 0, 0]
    assert (found["queue_length"], found["success_rate"], found["system_status"]) == (2, 1.0, "healthy")


async def test_the_queue(busy, has) -> None:
    client, names = busy
    found = await told(client, "/api/v1/queue-status")
    has(found, QUEUE)
    assert (found["queue_length"], found["active_workers"], found["max_workers"]) == (2, 1, 1)
    assert [each["request_id"] for each in found["recent_requests"]] == names[:1:-1]
    assert [each["current_request"] for each in found["worker_status"]] == [names[1]]


async def test_what_is_processed(busy, has) -> None:
    client, names = busy
    found = await told(client, "/api/v1/active-requests")
    has(found, ACTIVE)
    assert ([each["request_id"] for each in found["active_requests"]], found["total_active"]) == ([names[1]], 1)


@pytest.mark.parametrize(
    ("path", "key", "count"),
    [
        pytest.param(f"{REQUESTS}/cleanup?max_age_hours=0", "cleaned_requests", 2, id="all that is over"),
        pytest.param(f"{REQUESTS}/cleanup?max_age_hours=0&status=cancelled", "cleaned_requests", 1, id="of one status"),
        pytest.param(f"{REQUESTS}/cleanup", "cleaned_requests", 0, id="nothing is a day old"),
        pytest.param("/api/v1/clear-completed?max_age_hours=0", "cleared_requests", 1, id="what is completed"),
        pytest.param("/api/v1/clear-completed", "cleared_requests", 0, id="nothing is an hour old"),
    ],
)
async def test_what_is_over_is_forgotten(busy, has, path: str, key: str, count: int) -> None:
    client, names = busy
    await client.delete(f"{REQUESTS}/{names[3]}")
    await asyncio.sleep(0.01)
    found = await told(client, path, "POST")
    has(found, {key: 45, "remaining_requests": 55, "message": "Done"})
    assert (found[key], found["remaining_requests"]) == (count, 4 - count)
    statuses = [(await client.get(f"{REQUESTS}/{name}")).status for name in names]
    assert statuses.count(410) == count
    assert statuses[1:3] == [200, 200], "what is not over stays"


async def test_a_client_is_there_until_it_leaves(busy, has) -> None:
    client, names = busy
    alive = await told(client, "/api/v1/heartbeat", "POST", json={"client_id": "scanner", "timestamp": MOMENT})
    has(alive, {"status": "alive", "server_time": MOMENT, "queue_status": "healthy"})
    found = await told(client, "/api/v1/client-status/scanner")
    has(found, CLIENT)
    assert (found["status"], found["active_requests"], found["total_requests"]) == ("active", 3, 4)
    left = await told(client, "/api/v1/disconnect/scanner", "POST")
    has(left, {"client_id": "c", "status": "d", "disconnected_at": MOMENT, "cleaned_requests": 2, "message": "Done"})
    assert left["cleaned_requests"] == 2
    assert [(await told(client, f"{REQUESTS}/{name}"))["status"] for name in names[1:]] == ["processing"] + ["cancelled"] * 2
    gone = await told(client, "/api/v1/client-status/scanner")
    assert (gone["status"], gone["active_requests"]) == ("disconnected", 1)


async def test_who_is_silent_is_inactive(service) -> None:
    client = await service()
    await told(client, "/api/v1/heartbeat", "POST", json={"client_id": "c"})
    at = client.app[reception.RECEPTION]
    then = at.clock()
    at.clock = lambda: then + 301
    assert (await told(client, "/api/v1/client-status/c"))["status"] == "inactive"


async def test_an_admin_changes_timeouts(service, picture, order, keys_dir, by, has) -> None:
    client = await service(api_keys_dir=keys_dir)
    has(await told(client, "/api/v1/timeout-settings", headers=by("guest")), TIMEOUTS)
    assert await told(client, "/api/v1/timeout-settings", headers=by("guest")) == TIMEOUTS
    path, body = "/api/v1/update-timeout-settings", {"worker_timeout": 60, "request_timeout": 30}
    assert (await client.post(path, json=body, headers=by("site"))).status == 403
    changed = await told(client, path, "POST", json=body, headers=by("boss"))
    has(changed, {"message": "Done", "new_settings": TIMEOUTS})
    assert changed["new_settings"] == TIMEOUTS | body
    late = await client.post(OCR, json=order(picture(), timeout=61), headers=by("site"))
    assert (late.status, (await late.json())["error"]["details"]["field"]) == (422, "timeout")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({"request_timeout": 0}, "request_timeout", id="too short"),
        pytest.param({"request_timeout": 1801}, "request_timeout", id="longer than a request may"),
        pytest.param({"worker_timeout": 100}, "request_timeout", id="shorter than the usual"),
        pytest.param({"max_retries": 1.5}, "max_retries", id="no whole number"),
        pytest.param({"max_retries": True}, "max_retries", id="no number"),
        pytest.param({"colour": 1}, "colour", id="another"),
    ],
)
def test_timeouts_that_are_none(body: dict, field: str) -> None:
    with pytest.raises(errors.InvalidField) as refused:
        timeouts.Timeouts.of(settings.Settings()).changed(body)
    assert refused.value.details["field"] == field
