"""What others changed, for the status. Pure."""

from kubeocr_operator import statuses
from kubeocr_operator.conditions import findings

_MOST = 20


def said(found: findings.Findings) -> tuple[statuses.Drift, ...] | None:
    """What was put back since the spec last changed. The same again is not said anew: two who fight must not write for ever."""
    before = found.previous if found.previous.get("observedGeneration") == found.generation else {}
    entries = [*(statuses.Drift.model_validate(entry) for entry in before.get("drift", ())), *found.drift]
    each = {(entry.object, entry.field, entry.manager): entry for entry in reversed(entries)}
    return tuple(reversed(each.values()))[-_MOST:] or None
