"""The application with its own jobs, and what a client of the OCR server sends."""

import base64
import hashlib
import pathlib
from collections.abc import Callable
from typing import Any

import pytest

KEYS = {"site": "", "guest": "", "boss": "admin: 'true'\n"}
"""Name -> what else its file says; a key is its name and -key."""


@pytest.fixture(scope="session")
def order() -> Callable[..., dict[str, Any]]:
    """A request's JSON: `order(picture(), timeout=5)`."""

    def make(file: bytes, media: str = "image/png", **more: Any) -> dict[str, Any]:
        return {"image": f"data:{media};base64,{base64.b64encode(file).decode()}", **more}

    return make


@pytest.fixture
def keys_dir(tmp_path: pathlib.Path) -> str:
    """Keys of two tenants and of an admin."""
    folder = tmp_path / "keys"
    folder.mkdir()
    for name, more in KEYS.items():
        digest = hashlib.sha256(f"{name}-key".encode()).hexdigest()
        (folder / name).write_text(f"sha256: {digest}\n{more}", encoding="utf-8")
    return str(folder)


@pytest.fixture(scope="session")
def by() -> Callable[[str], dict[str, str]]:
    """Headers of a request by one of them."""
    return lambda name: {"Authorization": f"Bearer {name}-key"}


@pytest.fixture(scope="session")
def has() -> Callable[[Any, Any], None]:
    """That an answer has the keys of an example of the OCR server's documents, and values of the same types below them."""

    def check(told: Any, example: Any, where: str = "") -> None:
        if isinstance(example, dict):
            assert isinstance(told, dict), where
            assert set(example) <= set(told), f"{where}: {sorted(set(example) - set(told))} are missing"
            for key, value in example.items():
                check(told[key], value, f"{where}.{key}")
        elif isinstance(example, list):
            assert isinstance(told, list), where
            for each in told[:1] if example else []:
                check(each, example[0], f"{where}[0]")
        elif example is None or told is None:
            assert told is example, f"{where}: {told!r}"
        else:
            kinds = (int, float) if isinstance(example, float) else type(example)
            assert isinstance(told, kinds), f"{where}: {told!r}"

    return check
