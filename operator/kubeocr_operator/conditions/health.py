"""What stands in the way of a service: SpecValid and Degraded. Pure."""

from kubeocr_operator.conditions import bakes, findings, pods


def spec_valid(found: findings.Findings) -> findings.Statement:
    """Whether the spec can be met."""
    if found.refusal is not None:
        return findings.Statement(findings.SPEC_VALID, "False", found.refusal.reason, found.refusal.message)
    return findings.Statement(findings.SPEC_VALID, "True", findings.ACCEPTED, "the spec can be met")


def degraded(found: findings.Findings) -> findings.Statement:
    """Whether something failed: what could not be written, why there are no pods, what they say; and what the cluster lacks."""
    runtime = pods.refused(found.deployment) or found.pods or pods.stuck(found.deployment)
    trouble = found.obstacle or bakes.failed(found) or runtime
    troubles = [each for each in (trouble, _missing(found)) if each is not None]
    if troubles:
        message = "; ".join(each.message for each in troubles)
        return findings.Statement(findings.DEGRADED, "True", troubles[0].reason, message)
    return findings.Statement(findings.DEGRADED, "False", findings.AS_EXPECTED, "nothing failed")


def _missing(found: findings.Findings) -> findings.Trouble | None:
    if not found.missing:
        return None
    lacking = ", ".join(f"{kind.kind} ({kind.api_version})" for kind in found.missing)
    words = f"the cluster does not have {lacking}: install it, or take what needs it out of the spec; all else works"
    return findings.Trouble(findings.API_MISSING, words)
