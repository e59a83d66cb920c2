"""What every route works with: made once by `app`, handed to each request."""

import dataclasses

from aiohttp import web

from kubeocr_contract import settings
from kubeocr_runtime import admission, backends, errors, keys, metrics, readers, turns, worker
from kubeocr_runtime.formats import press
from kubeocr_runtime.llm import client as llm


@dataclasses.dataclass(frozen=True, slots=True)
class Services:
    """The parts of a running service."""

    settings: settings.Settings
    store: readers.Store
    worker: worker.Worker
    entrance: admission.Admission
    uploads: admission.Budget
    """Bytes of files that are in memory."""
    turns: turns.Turns
    metrics: metrics.Metrics
    backends: backends.Watch
    keys: keys.Keys | None
    """None where requests need no key."""
    llm: llm.Client
    """Asks other people's language models."""
    printer: press.Press = dataclasses.field(default_factory=press.Press)
    """What makes answers of other formats than JSON."""

    @property
    def file_bytes(self) -> int:
        """The largest file: one that the queue cannot take at all would only be told to come again, for ever."""
        return min(self.settings.upload_mib, self.settings.queue_mib) * 2**20


SERVICES = web.AppKey("services", Services)


def refuse_while_loading(services: Services) -> None:
    """Raises `errors.Unavailable`."""
    if not services.worker.ready:
        raise errors.Unavailable("models are still loading", headers=errors.retry_after(2))
