"""Asking pods what they are: real HTTP against pods that are small servers, and a clock that a test turns."""

import asyncio
import dataclasses
import shutil
import ssl
import subprocess

import pytest
from aiohttp import web

from kubeocr_contract import images, names, report
from kubeocr_operator import config, errors, inspections, ocrservices, plans, selection, workqueue

KEY = workqueue.Key("office", "docs")
ONE_READY = {"metadata": {"generation": 2}, "status": {"replicas": 1, "updatedReplicas": 1, "readyReplicas": 1}}
NONE_READY = {**ONE_READY, "status": {"replicas": 1, "updatedReplicas": 1}}
WISH = images.Wish((), "PP-OCRv6", "small")


def told(*, ready=True, languages=("en",), message="", checked_at="2026-01-01T00:00:00Z"):
    llm = report.Backend(configured=True, message=message, checked_at=checked_at)
    return report.Report(version="1", ready=ready, languages=languages, backends=report.Backends(llm=llm))


def subject(*pods, leans=False, url="http://pod/status"):
    return inspections.Subject(url, pods, leans, WISH)


@dataclasses.dataclass
class Pod:
    """Answers with what it is, or not at all."""

    says: report.Report | None = dataclasses.field(default_factory=told)
    asked: int = 0

    async def __call__(self, url):
        self.asked += 1
        if self.says is None:
            raise errors.NoReport(url)
        return self.says


@dataclasses.dataclass
class Scene:
    """Inspections, and the services that they put on the queue."""

    clock: object
    pod: Pod = dataclasses.field(default_factory=Pod)
    news: list = dataclasses.field(default_factory=list)

    def __post_init__(self):
        backoff = workqueue.Backoff(first=30, most=600)
        self.queue = workqueue.WorkQueue(backoff=backoff, clock=self.clock, chance=lambda: 0)
        self.inspections = inspections.Inspections(self.news.append, self.queue)

    async def turn(self, seconds):
        """Lets time pass, second by second, and everything be asked that is due."""
        for _ in range(seconds):
            self.clock.seconds += 1
            while (key := await self._due()) is not None:
                await self.inspections.inspect(key, self.pod)
                self.queue.done(key)

    async def _due(self):
        waiting = asyncio.ensure_future(self.queue.get())
        await asyncio.sleep(0)
        if waiting.done():
            return waiting.result()
        waiting.cancel()
        return None


@pytest.fixture
def stage(clock):
    return Scene(clock)


async def test_what_a_pod_says_is_known_and_news(stage):
    stage.inspections.follow(KEY, subject(1))
    assert stage.inspections.report(KEY) is None
    await stage.turn(2)
    assert stage.inspections.report(KEY).languages == ("en",)
    assert stage.news == [KEY]


@pytest.mark.parametrize(
    ("leans", "asked"),
    [
        pytest.param(False, 2, id="once more, as the first answer may be an old pod's, and then no more"),
        pytest.param(True, 2 + 9, id="every minute where the pods lean on another server"),
    ],
)
async def test_how_often_a_service_is_asked(stage, leans, asked):
    stage.inspections.follow(KEY, subject(1, leans=leans))
    await stage.turn(600)
    assert stage.pod.asked == asked


async def test_other_pods_are_asked_anew(stage):
    stage.inspections.follow(KEY, subject(1))
    await stage.turn(600)
    stage.inspections.follow(KEY, subject(1))
    await stage.turn(600)
    assert stage.pod.asked == 2
    stage.pod.says = told(languages=("en", "fr"))
    stage.inspections.follow(KEY, subject(2))
    await stage.turn(2)
    assert stage.inspections.report(KEY).languages == ("en", "fr")
    assert stage.news == [KEY, KEY]


@pytest.mark.parametrize(
    ("later", "news"),
    [
        pytest.param(told(checked_at="2026-01-01T00:01:00Z"), 1, id="only that it looked again"),
        pytest.param(told(message="no answer"), 2, id="that a server went"),
    ],
)
async def test_news_is_what_changed(stage, later, news):
    stage.inspections.follow(KEY, subject(1, leans=True))
    await stage.turn(30)
    stage.pod.says = later
    await stage.turn(120)
    assert len(stage.news) == news


async def test_who_answers_nobody_is_asked_less_and_less_often(stage):
    stage.pod.says = None
    stage.inspections.follow(KEY, subject(1, leans=True))
    await stage.turn(3600)
    # after 0, 30, 90, 210, 450, 930 s, and every 600 s then
    assert stage.pod.asked == 6 + 4
    assert stage.news == []


async def test_a_pod_that_stops_answering_has_said_what_it_said(stage):
    stage.inspections.follow(KEY, subject(1, leans=True))
    await stage.turn(30)
    stage.pod.says = None
    await stage.turn(600)
    assert stage.inspections.report(KEY) is not None
    assert stage.news == [KEY]


async def test_a_service_without_pods_has_no_report_and_is_not_asked(stage):
    stage.inspections.follow(KEY, subject(1, leans=True))
    await stage.turn(30)
    stage.inspections.follow(KEY, subject(0, leans=True))
    before = stage.pod.asked
    await stage.turn(600)
    assert stage.inspections.report(KEY) is None
    assert stage.pod.asked == before


async def test_pods_that_come_again_are_asked_as_before_though_no_plan_says_whom(stage):
    stage.inspections.follow(KEY, subject(2, 1, 1, 1, url="http://before/status"))
    await stage.turn(30)
    stage.inspections.follow_on(KEY, NONE_READY)
    await stage.turn(600)
    assert stage.inspections.report(KEY) is None
    stage.inspections.follow_on(KEY, ONE_READY)
    await stage.turn(2)
    assert stage.inspections.report(KEY).languages == ("en",)
    assert stage.inspections.wish(KEY) == WISH
    assert stage.pod.asked == 3


async def test_of_whom_nobody_ever_heard_nobody_is_asked(stage):
    stage.inspections.follow_on(KEY, ONE_READY)
    await stage.turn(60)
    assert stage.pod.asked == 0
    assert stage.inspections.wish(KEY) is None


async def test_an_answer_for_pods_that_went_meanwhile_is_not_kept(stage):
    async def slow(url):
        stage.inspections.follow(KEY, subject(2))
        return told(languages=("of the old pods",))

    stage.inspections.follow(KEY, subject(1))
    await stage.inspections.inspect(KEY, slow)
    assert stage.inspections.report(KEY) is None
    await stage.turn(2)
    assert stage.inspections.report(KEY).languages == ("en",)


async def test_a_bug_ends_nothing():
    news = asyncio.Event()
    calls = []

    async def ask(url):
        calls.append(url)
        if len(calls) == 1:
            raise ZeroDivisionError
        return told()

    backoff = workqueue.Backoff(first=0.01)
    found = inspections.Inspections(lambda key: news.set(), workqueue.WorkQueue(backoff=backoff))
    running = asyncio.create_task(found.run(ask))
    found.follow(KEY, subject(1))
    await asyncio.wait_for(news.wait(), 5)
    running.cancel()
    assert len(calls) == 2


@pytest.mark.parametrize(
    ("deployment", "want", "answers"),
    [
        pytest.param(None, (0, 0, 0, 0), False, id="no Deployment"),
        pytest.param({"metadata": {}}, (0, 0, 0, 0), False, id="no pod"),
        pytest.param(NONE_READY, (2, 1, 1, 0), False, id="none is ready"),
        pytest.param(ONE_READY, (2, 1, 1, 1), True, id="one"),
    ],
)
def test_whom_to_ask(body, deployment, want, answers):
    plan = plans.resolve(ocrservices.parse(body()), config.Config(), "cpu")
    found = inspections.subject(plan, deployment)
    assert found == inspections.Subject(f"http://docs.office.svc:80{names.STATUS}", want, False, selection.wish(plan.spec))
    assert found.answers is answers


@pytest.fixture
async def server(aiohttp_server):
    """Starts a pod of which the status page is this handler; its URL."""

    async def start(handler):
        app = web.Application()
        app.router.add_get(names.STATUS, handler)
        return str((await aiohttp_server(app)).make_url(names.STATUS))

    return start


async def test_a_real_answer(server):
    async def answer(request):
        return web.json_response(report.to_json(told()))

    async with inspections.client() as ask:
        assert await ask(await server(answer)) == told()


@pytest.mark.parametrize(
    ("response", "words"),
    [
        pytest.param({"status": 503, "text": "{}"}, "answered with 503", id="503"),
        pytest.param({"status": 302, "headers": {"Location": "/elsewhere"}}, "answered with 302", id="led elsewhere"),
        pytest.param({"text": "<html>"}, "Expecting value", id="no JSON"),
        pytest.param({"text": "[" * 100_000}, "status: ", id="JSON that is meant to hurt"),
        pytest.param({"text": "[]"}, "is not an object", id="no report"),
        pytest.param({"text": '{"version": 1}'}, "report.version", id="a report with something else in it"),
        pytest.param({"text": " " * (2 << 20)}, "Expecting value", id="no end"),
        pytest.param({"text": '{"version": "1", "ready": false}'}, "not ready", id="a pod that is about to end"),
    ],
)
async def test_no_report(server, response, words):
    async def answer(request):
        return web.Response(**response)

    url = await server(answer)
    async with inspections.client() as ask:
        with pytest.raises(errors.NoReport, match=words):
            await ask(url)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="certificates are made with openssl")
async def test_a_pod_with_a_certificate_for_other_names(aiohttp_server, tmp_path):
    key, certificate = str(tmp_path / "tls.key"), str(tmp_path / "tls.crt")
    made = ["openssl", "req", "-x509", "-nodes", "-subj", "/CN=elsewhere.example", "-keyout", key, "-out", certificate]
    await asyncio.to_thread(subprocess.run, made, check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)

    async def answer(request):
        return web.json_response(report.to_json(told()))

    app = web.Application()
    app.router.add_get(names.STATUS, answer)
    url = (await aiohttp_server(app, ssl=context)).make_url(names.STATUS)
    async with inspections.client() as ask:
        assert await ask(str(url)) == told()


async def test_nobody_there(unused_tcp_port):
    async with inspections.client() as ask:
        with pytest.raises(errors.NoReport, match="Cannot connect"):
            await ask(f"http://127.0.0.1:{unused_tcp_port}{names.STATUS}")
