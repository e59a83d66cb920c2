"""The page at `/` in Debian's Chromium: what it weighs, and when something is seen of it.

    make bench-page ARGS='--url http://127.0.0.1:8000'

Each load is a browser's first: nothing is taken from its cache. Figures are medians; the last line is JSON.
"""

import argparse
import json
import shutil
import statistics
import sys
from collections.abc import Sequence

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support import wait

TARGETS = {"kilobytes": 60.0, "first_paint_ms": 500.0}
"""The most that each may be."""
_FIGURES = """
const loads = performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource"));
const files = loads.filter(({ name }) => !/openapi.json|languages/.test(name));
return {
  files: files.length,
  kilobytes: files.reduce((sum, { transferSize }) => sum + transferSize, 0) / 1000,
  description_kilobytes: loads.reduce((sum, { transferSize }) => sum + transferSize, 0) / 1000
    - files.reduce((sum, { transferSize }) => sum + transferSize, 0) / 1000,
  first_paint_ms: performance.getEntriesByName("first-contentful-paint")[0].startTime,
  usable_ms: performance.now(),
};
"""
_PATIENCE_SECONDS = 30


def main(arguments: Sequence[str] | None = None) -> int:
    """Loads the page `--repeat` times; 1 where a target is not met."""
    given = _parser().parse_args(arguments)
    with _browser() as driver:
        driver.execute_cdp_cmd("Network.enable", {})
        driver.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": True})
        loads = [_load(driver, given.url) for _ in range(given.repeat)]
    figures = {name: round(statistics.median(load[name] for load in loads), 1) for name in loads[0]}
    met = all(figures[name] <= most for name, most in TARGETS.items())
    for name, found in figures.items():
        print(f"{name:22} {found:8}" + (f"  (at most {TARGETS[name]:g})" if name in TARGETS else ""))
    print(json.dumps({"figures": figures, "targets": TARGETS, "met": met}))
    return 0 if met else 1


def _browser() -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(flag)
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))


def _load(driver: webdriver.Chrome, url: str) -> dict[str, float]:
    """From an empty page until languages can be chosen."""
    driver.get("about:blank")
    driver.get(url)
    wait.WebDriverWait(driver, _PATIENCE_SECONDS, poll_frequency=0.01).until(
        lambda page: page.find_elements(By.CSS_SELECTOR, "#language option")
    )
    found: dict[str, float] = driver.execute_script(_FIGURES)
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="what the page at / weighs, and when something is seen of it")
    parser.add_argument("--url", required=True, help="of a running service")
    parser.add_argument("--repeat", type=int, default=9)
    return parser


if __name__ == "__main__":
    sys.exit(main())
