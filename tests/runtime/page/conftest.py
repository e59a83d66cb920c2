"""Debian's Chromium without a window, and the real application for it to look at, on a thread of its own."""

import asyncio
import contextlib
import shutil
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import selenium_axe_python
from aiohttp import test_utils, web
from cluster import binaries, requirements
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support import wait

from kubeocr_runtime import app

_PROGRAMS = {"chromium": "chromium", "chromedriver": "chromium-driver"}
_SECONDS = 20


class Site:
    """An application on a loop and a thread of its own: what drives a browser blocks."""

    def __init__(self, application: web.Application) -> None:
        self.app = application
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._wait(self._started())
        self.url = str(self._server.make_url("/"))

    def close(self) -> None:
        self._wait(self._server.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _started(self) -> test_utils.TestServer:
        server = test_utils.TestServer(self.app)
        await server.start_server()
        if app.LOADED not in self.app:
            return server
        loaded, failed = (asyncio.create_task(self.app[key].wait()) for key in (app.LOADED, app.FAILED))
        _, other = await asyncio.wait((loaded, failed), return_when=asyncio.FIRST_COMPLETED)
        for task in other:
            task.cancel()
        return server

    def _wait(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)


class Screen:
    """The page in the browser, as a person has it."""

    def __init__(self, driver: webdriver.Chrome, url: str) -> None:
        self.driver, self.url = driver, url
        driver.get(url)
        self.until(lambda: self("#version").text and self.all("#language option"))

    def __call__(self, selector: str) -> Any:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[Any]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def until(self, true: Callable[[], Any]) -> Any:
        """Waits until it is so, and tells what it is."""
        return wait.WebDriverWait(self.driver, _SECONDS, poll_frequency=0.02).until(lambda _: true())

    def open(self, path: Any) -> None:
        """A file as a person would choose it."""
        self("#file").send_keys(str(path))

    def told(self, start: str) -> str:
        """What the page says, once it begins so."""
        self.until(lambda: self("#told").text.startswith(start))
        return self("#told").text

    def js(self, script: str, *values: Any) -> Any:
        """What a script's promise comes to, or the error that ended it."""
        return self.driver.execute_async_script(
            "const [done, ...values] = [arguments[arguments.length - 1], ...arguments];"
            f"(async (...values) => {{ {script} }})(...values).then(done, (error) => done(`failed: ${{error}}`))",
            *values,
        )

    def lines(self) -> list[str]:
        return [option.text for option in self.all("[role=option]")]

    def violations(self) -> list[str]:
        """What axe-core finds wrong, of what it calls serious or worse: rule and element."""
        axe = selenium_axe_python.Axe(self.driver)
        axe.inject()
        report = axe.run()
        assert report["passes"], "it looked at something"
        grave = [each for each in report["violations"] if each["impact"] in {"serious", "critical"}]
        return [f"{each['id']}: {node['html']}" for each in grave for node in each["nodes"]]


@pytest.fixture(scope="session")
def driver() -> Iterator[webdriver.Chrome]:
    if not all(map(shutil.which, _PROGRAMS)):
        try:
            requirements.ensure(_PROGRAMS)
        except binaries.Missing as missing:
            pytest.skip(str(missing))
    browser, service = map(shutil.which, _PROGRAMS)
    options = webdriver.ChromeOptions()
    options.binary_location = browser or ""
    # Chromium's sandbox does not start for root, whom containers often have
    for flag in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1440,900"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "WARNING"})
    with webdriver.Chrome(options=options, service=webdriver.ChromeService(service)) as started:
        yield started


@pytest.fixture
def served() -> Iterator[Callable[[web.Application], str]]:
    """Serves another application too, and tells its URL."""
    with contextlib.ExitStack() as stack:

        def start(application: web.Application) -> str:
            site = Site(application)
            stack.callback(site.close)
            return site.url.rstrip("/")

        yield start


@pytest.fixture
def screen(
    driver: webdriver.Chrome, reader: Any, application: Callable[..., web.Application]
) -> Iterator[Callable[..., Screen]]:
    """The page of an application, as it has just come: `look(refused="401")` says what the browser may complain of."""
    allowed: list[str] = []
    with contextlib.ExitStack() as stack:

        def look(made: web.Application | None = None, *, refused: str = "", **changes: Any) -> Screen:
            allowed.extend(filter(None, [refused]))
            site = Site(made or application(**changes))
            stack.callback(site.close)
            return Screen(driver, site.url)

        yield look
        logged = [entry["message"] for entry in driver.get_log("browser")]
        driver.execute_script("localStorage.clear()")
        driver.get("about:blank")
        reader.gate.set()
    assert not [message for message in logged if not any(word in message for word in allowed)]
