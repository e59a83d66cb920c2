"""What nobody foresaw: the log has it under an id, and a client is told the id."""

import logging
import uuid

from kubeocr_runtime import errors

LOG = logging.getLogger("kubeocr.incidents")


def told(error: Exception, where: str) -> errors.OcrError:
    """What a client hears of an error; `where` is for the log, as key=value."""
    if isinstance(error, errors.OcrError):
        return error
    incident = uuid.uuid4().hex[:12]
    LOG.error("incident=%s %s", incident, where, exc_info=error)
    return errors.Internal(f"an error of ours; the log has it as {incident}")
