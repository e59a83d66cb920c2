"""Orders over a real socket, with the ledger and the store that a pod has; shapes are those of the OCR server's documents."""

import pytest

OCR = "/api/v1/ocr"
REQUESTS = "/api/v1/requests"
NUMBER = (int, float)
PIECE = {"bbox": list, "text": str, "confidence": NUMBER}
RESULT = {"text": str, "confidence": NUMBER, "layout": dict}


def has(told: dict, shape: dict) -> None:
    """That it has these keys, with values of these types."""
    assert {key: type(told[key]) for key in shape if not isinstance(told[key], shape[key])} == {}


@pytest.mark.parametrize("path", [OCR, "/api/v1/process"])
async def test_what_is_done_in_time_is_answered_at_once(service, picture, order, path: str) -> None:
    client = await service()
    answer = await client.post(path, json=order(picture(), prompt_mode="prompt_layout_all_en", timeout=300))
    told = await answer.json()
    assert answer.status == 200
    has(told, {"request_id": str, "status": str, "result": dict, "processing_time_seconds": NUMBER})
    has(told["result"], RESULT)
    assert told["status"] == "completed"
    assert (told["result"]["text"], told["result"]["confidence"]) == ("page 1", 0.5)
    layout = told["result"]["layout"]
    assert set(layout) == {"blocks", "lines", "words"}
    for part in layout.values():
        has(part[0], PIECE)
    assert layout["lines"][0] == {"bbox": [1, 2, 3, 4], "text": "page 1", "confidence": 0.5, "page": 1}
    assert [word["text"] for word in layout["words"]] == ["page", "1"]


async def test_what_takes_longer_is_queued_and_asked_for(service, picture, order, reader) -> None:
    client = await service()
    reader.gate.clear()
    answer = await client.post(OCR, json=order(picture()), headers={"Prefer": "wait=0"})
    told = await answer.json()
    assert answer.status == 200
    has(told, {"request_id": str, "status": str, "message": str, "estimated_wait_time": int, "queue_position": int})
    assert told["status"] == "queued"
    assert answer.headers["Location"] == f"{REQUESTS}/{told['request_id']}" == told["check_status_url"]
    reader.gate.set()
    done = await (await client.get(told["check_status_url"] + "?wait=10")).json()
    has(
        done,
        {
            "request_id": str,
            "status": str,
            "created_at": str,
            "started_at": str,
            "completed_at": str,
            "result": dict,
            "processing_time_seconds": NUMBER,
            "error": type(None),
        },
    )
    assert (done["status"], done["result"]["text"], done["progress"]) == ("completed", "page 1", 100)
