"""What Prometheus is told. Written by `app` and `routes`; names are the contract's."""

import prometheus_client

from kubeocr_contract import images, names

READ, FAILED, SKIPPED = "read", "failed", "skipped"
"""How a page ends; skipped: nobody waited for it any more."""
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# A line takes milliseconds, a page of a newspaper ten seconds, a book minutes.
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)


class Metrics:
    """The figures of one app, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = prometheus_client.CollectorRegistry()
        self.requests = prometheus_client.Counter(
            names.METRIC_REQUESTS, "Requests answered.", ("route", "status"), registry=self.registry
        )
        self.request_seconds = prometheus_client.Histogram(
            names.METRIC_REQUEST_SECONDS,
            "From a request's head to its answer.",
            ("route",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.pages = prometheus_client.Counter(
            names.METRIC_PAGES, "Pages by how they ended.", ("result",), registry=self.registry
        )
        self.page_seconds = prometheus_client.Histogram(
            names.METRIC_PAGE_SECONDS, "A page's time by stage.", ("stage",), buckets=_SECONDS, registry=self.registry
        )
        self.key_requests = prometheus_client.Counter(
            names.METRIC_KEY_REQUESTS, "Requests answered, by API key.", ("key", "status"), registry=self.registry
        )
        self.key_pages = prometheus_client.Counter(
            names.METRIC_KEY_PAGES, "Pages by how they ended, by API key.", ("key", "result"), registry=self.registry
        )
        self.queue_pages = prometheus_client.Gauge(
            names.METRIC_QUEUE_PAGES, "Pages accepted and not read yet.", registry=self.registry
        )
        self.queue_pixels = prometheus_client.Gauge(
            names.METRIC_QUEUE_PIXELS, "Their pixels, of each document up to its share of the queue.", registry=self.registry
        )
        self.queue_bytes = prometheus_client.Gauge(
            names.METRIC_QUEUE_BYTES, "Bytes of their files, of each up to its share of the queue.", registry=self.registry
        )
        self.busy_seconds = prometheus_client.Counter(
            names.METRIC_BUSY_SECONDS, "Seconds that the engine's threads have worked, in the mean.", registry=self.registry
        )
        self._busy_seen = 0.0
        prometheus_client.ProcessCollector(registry=self.registry)
        info = prometheus_client.Info(names.METRIC_INFO, "The runtime.", registry=self.registry)
        info.info({"version": images.PROJECT_VERSION})

    def answered(self, route: str, status: int, seconds: float, key: str) -> None:
        """A request; `key`: the name of the API key that it came with, empty without one."""
        self.requests.labels(route, str(status)).inc()
        self.request_seconds.labels(route).observe(seconds)
        if key:
            self.key_requests.labels(key, str(status)).inc()

    def page_ended(self, result: str, key: str) -> None:
        """READ, FAILED or SKIPPED; `key` likewise."""
        self.pages.labels(result).inc()
        if key:
            self.key_pages.labels(key, result).inc()

    def engine_worked(self, seconds: float) -> None:
        """In all, since the start."""
        self.busy_seconds.inc(max(0.0, seconds - self._busy_seen))
        self._busy_seen = seconds

    def render(self) -> bytes:
        """In Prometheus' text format."""
        return prometheus_client.generate_latest(self.registry)
