"""The application with its own jobs, and what a client of the OCR server sends."""

import base64
from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture(scope="session")
def order() -> Callable[..., dict[str, Any]]:
    """A request's JSON: `order(picture(), timeout=5)`."""

    def make(file: bytes, media: str = "image/png", **more: Any) -> dict[str, Any]:
        return {"image": f"data:{media};base64,{base64.b64encode(file).decode()}", **more}

    return make


@pytest.fixture
def holding(reader) -> Callable[[], None]:
    """No page is read until the gate opens: what is ordered meanwhile is processed, and what comes then waits."""
    return reader.gate.clear
