"""`make demo`: cluster, images, operator, an OCRService, and a page read through its Service. `make demo-down` is `down`."""

import argparse
import os
import pathlib
import sys
import tempfile
import time
from typing import Any

from cluster import binaries, clusters, images, own

from demo import given, install, pages, reading, steps

OUT = install.ROOT / "out"
NAME = "kubeocr-demo"
ROUTE = "/ocr/ppocrv6"


def main() -> int:
    """Runs the demo, or ends its cluster."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("command", nargs="?", choices=("up", "down"), default="up")
    if given.is_own(os.environ, clusters.kubeconfigs(NAME)):
        del os.environ["KUBECONFIG"]
    return _down() if parser.parse_args().command == "down" else _up()


def _down() -> int:
    clusters.down(NAME)
    print(given.farewell(os.environ))
    return 0


def _up() -> int:
    """What goes wrong is said in a few lines with the log to look into."""
    if refusal := given.refusal(os.environ):
        print(refusal, file=sys.stderr)
        return 1
    log = pathlib.Path(tempfile.gettempdir()) / "kubeocr-demo.log"
    log.write_text("")
    started = time.monotonic()
    try:
        _story(log)
    except (binaries.Missing, steps.Failed) as problem:
        return steps.fail(str(problem))
    print(f"\nDone in {time.monotonic() - started:.0f} s. {given.afterwards(os.environ)}")
    return 0


def _story(log: pathlib.Path) -> None:
    cluster = _cluster()
    built = _images(cluster, log)
    with steps.step("operator: installing the chart, two replicas"):
        install.operator(cluster, built, log)
    with steps.step("OCRService: applied, waiting for a pod that has read a page"):
        install.service(cluster, built, log)
    with steps.step("reading a page through the Service"), reading.forwarded(cluster) as address:
        page = pages.draw()
        answer = reading.read(address, ROUTE, pages.png(page))
    _show(cluster, answer)


def _cluster() -> clusters.Cluster:
    options = own.Options(name=NAME, metrics=False, keep=True)
    clusters.prepare(options)  # says itself what it builds, which takes long, once
    with steps.step("cluster"):
        return clusters.up(options)


def _images(cluster: clusters.Cluster, log: pathlib.Path) -> list[images.Image]:
    built = []
    for name in images.NAMES:
        with steps.step(f"image of the {name} (minutes, the first time; {log} has what its build says)"):
            built.append(images.build(name, log=log))
            cluster.load(built[-1].archive)
    return built


def _show(cluster: clusters.Cluster, answer: dict[str, Any]) -> None:
    page = pages.draw()
    OUT.mkdir(exist_ok=True)
    page.save(OUT / "sample-page.png")
    pages.mark(page, answer["results"]).save(OUT / "demo-page.png")
    print(f"\n{answer['text']}\n")
    print("The page is out/sample-page.png, and in out/demo-page.png with its boxes, numbered in the order of reading.")
    print(f"In the cluster it is read at http://{install.SERVICE}.default.svc{ROUTE}; from here:\n")
    print(f"  export KUBECONFIG={cluster.path} PATH=$PATH:{binaries.BIN}")
    print(f"  kubectl port-forward service/{install.SERVICE} {reading.PORT}:80 & sleep 2")
    print(f"  curl -F file=@out/sample-page.png http://127.0.0.1:{reading.PORT}{ROUTE}")


if __name__ == "__main__":
    sys.exit(main())
