"""What webhooks are told: signed, retried, and only where their server is allowed."""

import asyncio
import hashlib
import hmac
import json
import pathlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import test_utils, web

from kubeocr_contract import settings
from kubeocr_runtime import errors
from kubeocr_runtime.requests import reception, webhooks

OCR = "/api/v1/ocr"
SECRET = "of the site"
OPEN = settings.Settings(webhook_hosts=("Hooks.site", "10.0.0.7:8443"), signing_secret_file="/secret")


class Listener:
    """A server that is told of ends; it answers with the statuses given, one after another, and then with 200."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.heard: list[tuple[dict[str, str], bytes]] = []

    async def hear(self, request: web.Request) -> web.Response:
        self.heard.append((dict(request.headers), await request.read()))
        status = self.statuses.pop(0) if self.statuses else 200
        return web.Response(status=status, headers={"Location": "/elsewhere"} if status == 302 else {})

    async def count(self, wanted: int) -> None:
        async with asyncio.timeout(10):
            while len(self.heard) < wanted:
                await asyncio.sleep(0.02)


@pytest.fixture
async def listener() -> AsyncIterator[tuple[Listener, str]]:
    told = Listener()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", told.hear)
    async with test_utils.TestServer(app) as server:
        yield told, f"127.0.0.1:{server.port}"


@pytest.fixture
def signing(tmp_path: pathlib.Path) -> str:
    (tmp_path / "secret").write_text(f"{SECRET}\n", encoding="utf-8")
    return str(tmp_path / "secret")


def hasty(client: test_utils.TestClient) -> None:
    at = client.app[reception.RECEPTION].messenger
    at.pause, at.settle_seconds = (lambda _: 0.01), 0.2


async def test_an_end_is_told_signed_and_without_a_word_of_the_document(service, picture, order, listener, signing) -> None:
    told, host = listener
    client = await service(webhook_hosts=(host,), signing_secret_file=signing)
    hasty(client)
    answer = await client.post(OCR, json=order(picture(), webhook=f"http://{host}/done?of=1", client_id="scanner"))
    done = await answer.json()
    await told.count(1)
    headers, body = told.heard[0]
    said = json.loads(body)
    assert (said["event"], said["request_id"], said["client_id"]) == ("request.completed", done["request_id"], "scanner")
    assert said["completed_at"] == done["completed_at"]
    assert b"page 1" not in body
    seconds, _, digest = headers[webhooks.SIGNATURE].removeprefix("t=").partition(",v1=")
    assert digest == hmac.new(SECRET.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers[webhooks.DELIVERY] == f"{done['request_id']}.completed"


@pytest.mark.parametrize(
    ("statuses", "times"),
    [
        pytest.param([500, 503, 429], 4, id="until it has heard"),
        pytest.param([302], 2, id="a redirect is not followed"),
        pytest.param([410], 1, id="until it wants no more"),
        pytest.param([500] * 20, webhooks.ATTEMPTS, id="until it is given up"),
    ],
)
async def test_a_webhook_is_told_again(service, picture, order, listener, signing, statuses, times: int) -> None:
    told, host = listener
    told.statuses = list(statuses)
    client = await service(webhook_hosts=(host,), signing_secret_file=signing)
    hasty(client)
    await client.post(OCR, json=order(picture(), webhook=f"http://{host}/done"))
    await told.count(times)
    await asyncio.sleep(0.2)
    assert len(told.heard) == times
    assert len({headers[webhooks.DELIVERY] for headers, _ in told.heard}) == 1


async def test_the_next_start_tells_what_the_last_one_did_not(application, picture, order, listener, signing) -> None:
    told, host = listener
    told.statuses = [500]
    chosen = {"webhook_hosts": (host,), "signing_secret_file": signing}
    names = []
    for number in range(3):
        async with test_utils.TestClient(test_utils.TestServer(application(**chosen))) as client:
            while (await client.get("/readyz")).status != 200:
                pass
            client.app[reception.RECEPTION].messenger.settle_seconds = 0.2
            if number == 0:  # its retry is two seconds away when it ends
                answer = await client.post(OCR, json=order(picture(), webhook=f"http://{host}/done"))
                names.append((await answer.json())["request_id"])
            await told.count(min(number + 1, 2))
            await asyncio.sleep(0.3 if number < 2 else 1.5)
    assert [json.loads(body)["request_id"] for _, body in told.heard] == names * 2, "and not a third time"


async def test_an_end_that_nobody_tells_is_taken_over(service, picture, order, listener, signing) -> None:
    told, host = listener
    client = await service(webhook_hosts=(host,), signing_secret_file=signing)
    at = client.app[reception.RECEPTION].messenger
    answer = await client.post(OCR, json=order(picture(), webhook=f"http://{host}/done"))
    for task in list(at._following.values()):
        task.cancel()  # as the pod that took it ends
    await asyncio.sleep(0)
    hasty(client)
    now = at.clock()
    for later, count in ((30.0, 0), (61.0, 1), (62.0, 1)):
        at.clock = lambda later=later: now + later
        await at._take_over(at._is_nobodys)
        await asyncio.sleep(0.5)
        assert len(told.heard) == count, later
    assert json.loads(told.heard[0][1])["request_id"] == (await answer.json())["request_id"]


@pytest.mark.parametrize(
    ("note", "free"),
    [
        pytest.param(webhooks.Note(), True, id="never tried"),
        pytest.param(webhooks.Note(3, 900.0), False, id="tried lately"),
        pytest.param(webhooks.Note(3, 300.0), True, id="left alone by who tried"),
        pytest.param(webhooks.Note(3, 300.0, over=True), False, id="over"),
    ],
)
def test_what_another_pod_may_take_over(note: webhooks.Note, free: bool) -> None:
    assert webhooks.Note.of(note.to_bytes()) == note
    assert note.free(1000.0) is free


@pytest.mark.parametrize("url", ["", "http://hooks.site/a?b=c", "https://10.0.0.7:8443/"])
def test_servers_that_are_allowed(url: str) -> None:
    assert webhooks.parse(url, OPEN) == url


@pytest.mark.parametrize(
    ("url", "chosen"),
    [
        pytest.param("http://169.254.169.254/latest", OPEN, id="another host"),
        pytest.param("https://hooks.site/", OPEN, id="another port"),
        pytest.param("http://hooks.site.evil.org/", OPEN, id="a longer name"),
        pytest.param("http://10.0.0.7:8443@evil.org/", OPEN, id="a host that is a user"),
        pytest.param("http://me:pw@hooks.site/", OPEN, id="a user"),
        pytest.param("ftp://hooks.site/", OPEN, id="another scheme"),
        pytest.param("file:///etc/passwd", OPEN, id="a file"),
        pytest.param("http://hooks.site/\r\nX: y", OPEN, id="two lines"),
        pytest.param("http://hooks.site/" + "x" * 3000, OPEN, id="too long"),
        pytest.param("http://hooks.site/", settings.Settings(webhook_hosts=("hooks.site",)), id="nothing to sign with"),
        pytest.param("http://hooks.site/", settings.Settings(signing_secret_file="/s"), id="no host is allowed"),
    ],
)
def test_servers_that_are_not(url: str, chosen: settings.Settings) -> None:
    with pytest.raises(errors.InvalidField, match="webhook: "):
        webhooks.parse(url, chosen)


def test_pauses_grow_to_a_limit() -> None:
    assert [webhooks.pause(n, lambda: 1.0) for n in range(1, 10)] == [2, 4, 8, 16, 32, 64, 128, 256, 300]
    assert webhooks.pause(1, lambda: 0.0) == 1
