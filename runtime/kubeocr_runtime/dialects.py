"""How an error is told: in the words of the API that a path belongs to. Pure; `app` asks, and nobody else decides."""

from collections.abc import Mapping
from typing import Any

from kubeocr_contract import ocr_server, openai, wire


def told(path: str, status: int, code: str, message: str, details: Mapping[str, object]) -> tuple[int, dict[str, Any]]:
    """Status and body of an error's answer, to whoever asks for this path."""
    if openai.speaks(path):
        return openai.status(status), openai.error(status, code, message, details.get("field"))
    if ocr_server.speaks(path):
        return ocr_server.status(status, code), ocr_server.error(code, message, **details)
    return status, wire.error(code, message, **details)
