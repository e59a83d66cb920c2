"""A client of the OCR server, as far as tests of several modules need one."""

import asyncio
from collections.abc import Mapping
from typing import Any

from aiohttp import test_utils

OCR = "/api/v1/ocr"
REQUESTS = "/api/v1/requests"
AT_ONCE = {"Prefer": "respond-async"}
MOMENT = "2024-01-01T12:00:00"


async def ordered(client: test_utils.TestClient, body: Mapping[str, Any], headers: Mapping[str, str] = AT_ONCE) -> str:
    """The id of an order whose answer is not waited for."""
    answer = await client.post(OCR, json=body, headers={**AT_ONCE, **headers})
    assert answer.status == 200, await answer.text()
    return (await answer.json())["request_id"]


async def become(client: test_utils.TestClient, request_id: str, status: str, **options: Any) -> dict[str, Any]:
    """What a request is told as once it is this."""
    async with asyncio.timeout(10):
        while True:
            told = await (await client.get(f"{REQUESTS}/{request_id}", **options)).json()
            if told["status"] == status:
                return told
            await asyncio.sleep(0.02)
