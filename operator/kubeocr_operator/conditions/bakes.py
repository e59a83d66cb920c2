"""How it stands with the Job that fills a claim with models: pods of the current spec come when it is done. Pure."""

from kubeocr_operator.conditions import findings
from kubeocr_operator.objects import bake_job


def unfinished(found: findings.Findings) -> findings.Trouble | None:
    """That the models are still being baked, or why they cannot be; None where there is nothing to wait for."""
    name = None if found.plan is None else bake_job.name(found.plan)
    if found.plan is None or name is None:
        return None
    job = next((job for job in found.jobs if job.name == name), None)
    if job is not None and job.state == findings.COMPLETE:
        return None
    claim, languages = found.plan.models.claim, ", ".join(found.plan.spec.languages)
    words = job.words if job is not None else ""
    if job is not None and job.state == findings.FAILED:
        said = f"Job {name} failed to put the models for {languages} into the claim {claim}: {words}; delete it to try again"
        return findings.Trouble(findings.BAKE_FAILED, said)
    last = f"; the last try failed: {words}" if words else ""
    return findings.Trouble(findings.BAKING, f"Job {name} puts the models for {languages} into the claim {claim}{last}")


def failed(found: findings.Findings) -> findings.Trouble | None:
    """What is wrong where the Job has given up."""
    trouble = unfinished(found)
    return trouble if trouble is not None and trouble.reason == findings.BAKE_FAILED else None
