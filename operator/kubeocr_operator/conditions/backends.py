"""Whether the servers that a service leans on answer it: LLMReachable, VLMReachable, QueueReachable. Pure.

They are what the service's own pods say, who are the ones that have to reach them; so while no pod is ready, nothing is known.
Pages are read whether they are there or not: Ready does not hang on any of them.
"""

import dataclasses
from collections.abc import Set as AbstractSet

from kubeocr_contract import report as reports
from kubeocr_operator import backend_plans
from kubeocr_operator.conditions import findings, pods
from kubeocr_operator.objects import ollama

_MODELS = {"llm": ("llm_model", "llm_vision_model"), "vlm": ("vlm_model",), "queue": ()}
"""Field of `report.Backends` -> the settings that name the models that it has to have."""


def llm(found: findings.Findings) -> findings.Statement | None:
    """Whether Ollama answers and has its models; while it lacks some, how the Job stands that fetches them."""
    said = _stated(found, findings.LLM_REACHABLE, "llm")
    wanted = ollama.job(found.plan) if found.plan else None
    job = next((job for job in found.jobs if job.name == wanted), None)
    if said is None or job is None or job.state == findings.COMPLETE or said.status == "Unknown":
        return said
    words = (
        f"Job {job.name} {'failed' if job.state == findings.FAILED else 'fetches models'}{': ' if job.words else ''}{job.words}"
    )
    pulling = findings.PULL_FAILED if job.state == findings.FAILED else findings.PULLING
    reason = pulling if said.reason == findings.MODEL_MISSING else said.reason
    return dataclasses.replace(said, reason=reason, message=f"{said.message}; {words}")


def vlm(found: findings.Findings) -> findings.Statement | None:
    """Whether the server that reads whole pages answers and has its model."""
    return _stated(found, findings.VLM_REACHABLE, "vlm")


def queue(found: findings.Findings) -> findings.Statement | None:
    """Whether Redis answers."""
    return _stated(found, findings.QUEUE_REACHABLE, "queue")


def _stated(found: findings.Findings, kind: str, name: str) -> findings.Statement | None:
    where = _where(found.plan.backends, name) if found.plan else ""
    if where is None:
        return None
    before = _as_before(found, kind)
    if found.plan is None or (found.report is None and before is not None and pods.counted(found.deployment).ready):
        return before
    backend = getattr(found.report.backends, name) if found.report else reports.Backend()
    wanted = {found.plan.backends.settings.get(field) for field in _MODELS[name]} - {"", None}
    return findings.Statement(kind, *_judged(backend, where, wanted))


def _where(backends: backend_plans.Backends, name: str) -> str | None:
    """The server's URL, or where it is to be found; None where the spec names none."""
    told = backends.settings
    secret = f"the Redis of Secret {backends.redis_secret}" if backends.redis_secret else None
    return {"llm": told.get("llm_url"), "vlm": told.get("vlm_url"), "queue": backends.redis_url or secret}[name]


def _judged(backend: reports.Backend, where: str, wanted: AbstractSet[str | None]) -> tuple[str, str, str]:
    """Status, reason and message."""
    if not backend.configured:
        return "Unknown", findings.NOT_ASKED, "no ready pod of this spec has said yet whether it reaches it"
    if not backend.reachable:
        told = (findings.UNREACHABLE, f"{where}: {backend.message}")
        return ("False", *told) if backend.message else ("Unknown", findings.NOT_ASKED, "the pods have not asked it yet")
    if set(backend.models_present) != wanted:
        return "Unknown", findings.NOT_ASKED, "no ready pod of this spec has said yet whether it has the models"
    lacking = [model for model, there in backend.models_present.items() if not there]
    if lacking:
        return "False", findings.MODEL_MISSING, f"{where} answers, and has no model {', '.join(lacking)}"
    has = f" and has {', '.join(backend.models_present)}" if backend.models_present else ""
    note = f"; {backend.message}" if backend.message else ""
    return "True", findings.REACHABLE, f"{where} answers{has}{note}"


def _as_before(found: findings.Findings, kind: str) -> findings.Statement | None:
    """Of a spec that cannot be met nothing is known, and what ran runs on; an operator that has just started asks anew."""
    before = findings.condition(found.previous, kind)
    return findings.Statement(kind, before["status"], before["reason"], before["message"]) if before else None
