"""`kubeocr serve` as a pod runs it: a process, real weights, real signals."""

import concurrent.futures
import io
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest
import requests

from kubeocr_contract import names

pytestmark = pytest.mark.models
WORDS = "The quick brown fox jumps over the lazy dog"


class Server:
    """A server process and how to reach it."""

    def __init__(self, folder: pathlib.Path, **settings: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.log = folder / "serve.log"
        environment = {**os.environ, "KUBEOCR_PORT": str(port), "KUBEOCR_HOST": "127.0.0.1", **settings}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([sys.executable, "-m", "kubeocr", "serve"], env=environment, stdout=log, stderr=log)

    def await_ready(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            try:
                if requests.get(self.url + names.READYZ, timeout=5).status_code == 200:
                    return
            except requests.ConnectionError:
                time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def post(self, name: str, data: bytes) -> requests.Response:
        return requests.post(f"{self.url}/ocr/ppocrv6", files={"file": (name, data)}, timeout=300)


@pytest.fixture
def server(tmp_path: pathlib.Path) -> Iterator[Server]:
    running = Server(tmp_path)
    yield running
    running.process.kill()
    running.process.wait()


def page() -> PIL.Image.Image:
    image = PIL.Image.new("RGB", (900, 120), "white")
    PIL.ImageDraw.Draw(image).text((20, 40), WORDS, fill="black", font=PIL.ImageFont.load_default(32))
    return image


def png(image: PIL.Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def test_reads_a_page_with_the_weights_that_packages_carry(server: Server) -> None:
    server.await_ready()
    body = server.post("page.png", png(page())).json()
    assert body["text"] == WORDS
    assert body["results"][0]["confidence"] > 0.9
    assert body["models"]["recogniser"] == "PP-OCRv6_small_rec"


def test_what_was_accepted_is_answered_before_the_process_ends(server: Server) -> None:
    server.await_ready()
    document = io.BytesIO()
    page().save(document, "PDF", save_all=True, append_images=[page()] * 19)
    with concurrent.futures.ThreadPoolExecutor(1) as other:
        pending = other.submit(server.post, "long.pdf", document.getvalue())
        while f"{names.METRIC_QUEUE_PAGES} 0.0" in requests.get(server.url + names.METRICS, timeout=5).text:
            time.sleep(0.02)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert requests.get(server.url + names.READYZ, timeout=5).status_code == 503
        assert server.post("late.png", png(page())).status_code == 200, "proxies hear of the end a little later"
        answer = pending.result()
    assert (answer.status_code, answer.json()["total_pages"]) == (200, 20)
    assert server.process.wait(30) == 0


def test_models_that_are_damaged_end_the_process_with_a_reason(tmp_path: pathlib.Path) -> None:
    (tmp_path / "models" / "PP-OCRv6_small_rec").mkdir(parents=True)
    running = Server(tmp_path, KUBEOCR_MODELS_DIR=str(tmp_path / "models"))
    assert running.process.wait(60) == 1
    log = running.log.read_text()
    assert "models cannot be loaded: no PP-OCRv6 model for English (en) is in this image" in log
    assert "Traceback" not in log


def test_a_port_that_is_taken_is_one_line(tmp_path: pathlib.Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        arguments = [sys.executable, "-m", "kubeocr", "serve", "--host", "127.0.0.1", "--port", port]
        done = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert f"cannot listen on host=127.0.0.1 port={port}" in done.stderr
    assert "Traceback" not in done.stderr


def test_weights_that_changed_since_they_were_baked_end_the_process(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "models"
    (folder / "m").mkdir(parents=True)
    (folder / "m" / "inference.onnx").write_bytes(b"changed")
    (folder / names.MANIFEST_FILE).write_text('{"models": {"m": {"files": {"inference.onnx": "%s"}}}}' % ("0" * 64))
    running = Server(tmp_path, KUBEOCR_MODELS_DIR=str(folder))
    assert running.process.wait(60) == 1
    assert "inference.onnx: its SHA-256 is" in running.log.read_text()
