"""What the operator counts. One value, so that tests have their own."""

import collections
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import prometheus_client
from prometheus_client import metrics_core, registry

from kubeocr_contract import names
from kubeocr_operator import conditions, workqueue

_NAMESPACE = names.METRIC_PREFIX
_SUBSYSTEM = "operator"
_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)
_TYPES = (conditions.READY, conditions.PROGRESSING, conditions.DEGRADED, conditions.SPEC_VALID)


class Metrics:
    """Counters and histograms under a registry of their own."""

    def __init__(self) -> None:
        self.registry = prometheus_client.CollectorRegistry()
        shared: dict[str, Any] = {"namespace": _NAMESPACE, "subsystem": _SUBSYSTEM, "registry": self.registry}
        self.reconciles = prometheus_client.Histogram(
            "reconcile_seconds", "Time that one reconcile took", buckets=_SECONDS, **shared
        )
        self.requests = prometheus_client.Histogram(
            "request_seconds", "Time until the API server had answered", buckets=_SECONDS, **shared
        )
        self.writes = prometheus_client.Counter("writes", "Writes sent to the API server", ("kind", "verb"), **shared)
        self.errors = prometheus_client.Counter("errors", "Reconciles that failed, by why", ("reason",), **shared)
        self._services: dict[workqueue.Key, tuple[str, ...]] = {}
        self.registry.register(_Services(self._services))

    def seen(self, key: workqueue.Key, status: Mapping[str, Any]) -> None:
        """Takes note of the conditions of a service."""
        self._services[key] = tuple(conditions.holds(status, kind) for kind in _TYPES)

    def forgotten(self, key: workqueue.Key) -> None:
        """A service is gone."""
        self._services.pop(key, None)

    def follow(self, name: str, help_text: str, read: Callable[[], float]) -> None:
        """A gauge that is read when somebody looks."""
        gauge = prometheus_client.Gauge(name, help_text, namespace=_NAMESPACE, subsystem=_SUBSYSTEM, registry=self.registry)
        gauge.set_function(read)

    def render(self) -> bytes:
        """The text that Prometheus scrapes."""
        return prometheus_client.generate_latest(self.registry)


class _Services(registry.Collector):
    """OCRServices by condition and its status, counted when somebody looks."""

    def __init__(self, services: Mapping[workqueue.Key, tuple[str, ...]]) -> None:
        self._services = services

    def collect(self) -> Iterator[metrics_core.Metric]:
        family = metrics_core.GaugeMetricFamily(
            f"{_NAMESPACE}_{_SUBSYSTEM}_services", "OCRServices by condition", labels=("condition", "status")
        )
        for index, kind in enumerate(_TYPES):
            for status, count in collections.Counter(found[index] for found in self._services.values()).items():
                family.add_metric((kind, status), count)
        yield family
