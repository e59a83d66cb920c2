"""Whether some node offers an accelerator, asked at most once a minute: accelerator mode auto is decided by it."""

import logging
import time
from collections.abc import Callable

from kubeocr_operator import cluster, errors, kinds

_FRESH_SECONDS = 60.0
_LOG = logging.getLogger(__name__)


class Devices:
    """What the nodes offer."""

    def __init__(self, server: cluster.Cluster, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds."""
        self._server, self._clock = server, clock
        self._known: dict[str, tuple[float, bool]] = {}

    async def offered(self, resource: str) -> bool:
        """Whether a node has some of the resource to give; False where nodes may not be listed, as when held to namespaces."""
        asked, answer = self._known.get(resource, (float("-inf"), False))
        if self._clock() - asked > _FRESH_SECONDS:
            answer = await self._ask(resource)
            self._known[resource] = self._clock(), answer
        return answer

    async def _ask(self, resource: str) -> bool:
        try:
            async for page in self._server.pages(kinds.NODE):
                if any(node.get("status", {}).get("allocatable", {}).get(resource, "0") != "0" for node in page.items):
                    return True
        except errors.Refused as error:
            _LOG.warning("accelerator auto means cpu: nodes may not be listed: %s", error)
        return False
