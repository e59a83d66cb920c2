"""What keeps a ledger from answering, said once: it is asked several times a second, by each pod."""

import dataclasses
import logging

LOG = logging.getLogger("kubeocr.jobs")


@dataclasses.dataclass(slots=True)
class Trouble:
    """Of one ledger."""

    what: str
    """The ledger, as the log names it."""
    reason: str = ""
    """Empty while all is well."""

    def is_there(self, reason: str) -> None:
        """It does not answer."""
        if reason != self.reason:
            LOG.warning("%s: %s", self.what, reason)
        self.reason = reason

    def is_over(self) -> None:
        """It does."""
        if self.reason:
            LOG.info("%s answers again", self.what)
        self.reason = ""
