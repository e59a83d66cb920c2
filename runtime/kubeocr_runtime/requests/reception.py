"""What the routes of requests work with, beside `services`: the desk of `jobs`, and what this pod alone remembers."""

import dataclasses
import time
from collections.abc import Callable

from aiohttp import web

from kubeocr_contract import settings
from kubeocr_runtime import callers, errors, keys
from kubeocr_runtime.jobs import desk as desks
from kubeocr_runtime.jobs import ledger
from kubeocr_runtime.requests import clients, messenger, timeouts


@dataclasses.dataclass(slots=True)
class Reception:
    """Lives on the event loop's thread only."""

    desk: desks.Desk
    timeouts: timeouts.Timeouts
    """That orders are taken with from now on. This pod's: others, and the next start, have those of the settings."""
    messenger: messenger.Messenger
    clock: Callable[[], float] = time.time
    """Seconds since the epoch."""
    heard: clients.Clients = dataclasses.field(default_factory=clients.Clients)

    @classmethod
    def of(cls, chosen: settings.Settings, desk: desks.Desk) -> "Reception":
        """As a pod begins."""
        return cls(desk, timeouts.Timeouts.of(chosen), messenger.Messenger(chosen, desk))

    @property
    def jobs(self) -> ledger.Ledger:
        """All of them."""
        return self.desk.jobs


RECEPTION = web.AppKey("reception", Reception)


def owner(request: web.Request) -> ledger.Owner:
    """Whose requests may be seen and changed: an admin sees everybody's."""
    key = request[callers.CALLER].key
    return None if key.admin else key.name


def refuse_all_but_admins(request: web.Request) -> None:
    """Raises `errors.Forbidden`."""
    key = request[callers.CALLER].key
    if not key.admin:
        who = f"the API key {key.name} may not" if key != keys.NONE else "a service without API keys has none"
        raise errors.Forbidden(f"only an admin's API key may do this; {who}")
