"""The log routes: shapes of the OCR server's documents, for an admin alone, and never a document's content."""

import logging

import pytest
from ordering_clients import MOMENT, OCR

from kubeocr_runtime.requests import ring

FILE = {"filename": "app_2024-01-01.log", "size_bytes": 1024000, "last_modified": MOMENT, "log_levels": ["INFO"]}
SHAPES = {
    "/api/v1/logs": {"log_files": [FILE], "total_files": 10},
    "/api/v1/logs/stats": {
        "total_log_files": 10, "total_size_bytes": 10485760, "oldest_log": "2023-12-25", "newest_log": "2024-01-01",
        "log_levels": {"DEBUG": 1500, "INFO": 5000, "WARNING": 500, "ERROR": 100},
        "system_info": {"uptime": "7 days, 12 hours", "memory_usage": "512MB", "disk_usage": "2.1GB"},
    },
    "/api/v1/logs/search?query=method": {
        "query": "error",
        "results": [{"filename": "app.log", "line_number": 45, "content": "2024 ERROR", "timestamp": MOMENT}],
        "total_results": 25,
        "search_time_ms": 150,
    },
}  # fmt: skip


@pytest.fixture
async def client(service, keys_dir, picture, order, by, caplog):
    """Of a service that has read a page."""
    caplog.set_level("INFO", "kubeocr")
    client = await service(api_keys_dir=keys_dir, log_routes="admin")
    answer = await client.post(OCR, json=order(picture()), headers=by("site"))
    assert "page 1" in await answer.text()
    return client


@pytest.mark.parametrize("path", SHAPES)
async def test_an_admin_sees_the_log(client, by, has, path: str) -> None:
    answer = await client.get(path, headers=by("boss"))
    assert answer.status == 200
    has(await answer.json(), SHAPES[path])


async def test_a_file_is_shown_and_tells_nothing_of_a_document(client, by, has) -> None:
    name = (await (await client.get("/api/v1/logs", headers=by("boss"))).json())["log_files"][0]["filename"]
    told = await (await client.get(f"/api/v1/logs/{name}?lines=10000", headers=by("boss"))).json()
    has(told, {"filename": "app.log", "content": ["line"], "total_lines": 1500, "filtered_lines": 2})
    assert any("route=/api/v1/ocr status=200" in line for line in told["content"])
    assert not [line for line in told["content"] if "page 1" in line or "-key" in line or "base64" in line]
    one = await (await client.get(f"/api/v1/logs/{name}?lines=1&search=ROUTE=&level=info", headers=by("boss"))).json()
    assert len(one["content"]) == 1 < one["total_lines"]
    none = await (await client.get(f"/api/v1/logs/{name}?level=ERROR", headers=by("boss"))).json()
    assert (none["content"], none["filtered_lines"]) == ([], 0)


@pytest.mark.parametrize("name", ["..%2F..%2Fetc%2Fpasswd", "%2Fetc%2Fpasswd", "app_2024-01-01.log", "app.log", "app_..log"])
async def test_no_name_leads_anywhere(client, by, name: str) -> None:
    assert (await client.get(f"/api/v1/logs/{name}", headers=by("boss"))).status == 404


@pytest.mark.parametrize(
    ("who", "setting", "status"),
    [
        pytest.param("site", "admin", 403, id="a tenant"),
        pytest.param("boss", "off", 404, id="off, as it is unless a setting says otherwise"),
        pytest.param("site", "off", 403, id="a tenant is not told whether they are off"),
        pytest.param("nobody", "admin", 401, id="no key"),
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/logs", "/api/v1/logs/stats", "/api/v1/logs/search?query=a", "/api/v1/logs/app.log"])
async def test_nobody_else_does(service, keys_dir, by, who: str, setting: str, status: int, path: str) -> None:
    client = await service(api_keys_dir=keys_dir, log_routes=setting)
    assert (await client.get(path, headers=by(who))).status == status


def line(text: str, at: float = 0.0, level: int = logging.INFO) -> logging.LogRecord:
    record = logging.LogRecord("kubeocr.http", level, "", 0, text, (), None)
    record.created = at
    return record


def test_the_ring_forgets_the_oldest_and_goes_on_counting() -> None:
    kept = ring.Ring(most_bytes=200)
    for number in range(50):
        kept.emit(line(f"request={number}", 86_400.0 * (number // 25)))
    found = kept.lines()
    assert [each.text for each in found] == [f"request={number}" for number in range(50 - len(found), 50)]
    assert (len(found), ring.size(found) <= 200) == (5, True)
    assert list(ring.by_file(found)) == ["app_1970-01-02.log"]
    assert found[-1].number == 25


def test_a_line_is_one_line_and_has_a_level_of_the_four() -> None:
    kept = ring.Ring()
    kept.emit(line("two\nlines " + "x" * 5000, level=logging.CRITICAL))
    (found,) = kept.lines()
    assert found.content.startswith("1970-01-01 00:00:00 ERROR: two lines x")
    assert len(found.text) == 2000
