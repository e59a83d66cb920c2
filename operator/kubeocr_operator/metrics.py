"""What the operator counts. One value, so that tests have their own."""

import collections
import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import prometheus_client
from prometheus_client import metrics_core, registry

from kubeocr_contract import names
from kubeocr_operator import conditions, workqueue

_NAMESPACE = names.METRIC_PREFIX
_SUBSYSTEM = "operator"
_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)
_NAMED = ("ocrservice_namespace", "ocrservice", "reason")
"""Not `namespace` and `service`: a scrape sets these to the operator's own."""
_TYPES = (conditions.READY, conditions.PROGRESSING, conditions.DEGRADED, conditions.SPEC_VALID)


@dataclasses.dataclass(frozen=True, slots=True)
class _State:
    """How one service is."""

    holds: tuple[str, ...]
    """The status of each of `_TYPES`."""
    reason: str
    """Why it is ready, or not."""

    @property
    def ready(self) -> bool:
        """Whether the condition Ready holds."""
        return self.holds[_TYPES.index(conditions.READY)] == "True"


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
        self.conflicts = prometheus_client.Counter(
            "conflicts", "Writes that the API server refused because somebody else had been faster", ("kind",), **shared
        )
        self.errors = prometheus_client.Counter("errors", "Reconciles that failed, by why", ("reason",), **shared)
        self._services: dict[workqueue.Key, _State] = {}
        self.registry.register(_Services(self._services))

    def seen(self, key: workqueue.Key, status: Mapping[str, Any]) -> None:
        """Takes note of the conditions of a service."""
        ready = conditions.condition(status, conditions.READY)
        self._services[key] = _State(tuple(conditions.holds(status, kind) for kind in _TYPES), str(ready.get("reason", "")))

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
    """OCRServices, counted when somebody looks. One series for each: two would be twice thousands."""

    def __init__(self, services: Mapping[workqueue.Key, _State]) -> None:
        self._services = services

    def collect(self) -> Iterator[metrics_core.Metric]:
        yield self._by_condition()
        yield self._each()

    def _by_condition(self) -> metrics_core.Metric:
        family = _gauge("services", "OCRServices by condition", "condition", "status")
        for index, kind in enumerate(_TYPES):
            for status, count in collections.Counter(state.holds[index] for state in self._services.values()).items():
                family.add_metric((kind, status), count)
        return family

    def _each(self) -> metrics_core.Metric:
        family = _gauge("service_ready", "1 for an OCRService that is ready, 0 for one that is not; and why", *_NAMED)
        for key, state in self._services.items():
            family.add_metric(
                (key.namespace, key.name, state.reason), float(state.holds[_TYPES.index(conditions.READY)] == "True")
            )
        return family


def _gauge(name: str, help_text: str, *labels: str) -> metrics_core.GaugeMetricFamily:
    return metrics_core.GaugeMetricFamily(f"{_NAMESPACE}_{_SUBSYSTEM}_{name}", help_text, labels=labels)
