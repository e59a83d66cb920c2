"""What the pods loaded, in their own words: ModelsLoaded, and status.models, status.languages and status.engine. Pure.

An operator that has just started keeps to what was said before until the pods have answered it: a restart changes nothing.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

import pydantic

from kubeocr_contract import images, report
from kubeocr_operator import selection, statuses
from kubeocr_operator.conditions import bakes, findings, pods


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What ready pods have loaded of what the spec calls for; what else single pods loaded for single requests is left out."""

    languages: tuple[str, ...]
    models: tuple[statuses.LoadedModel, ...]
    engine: statuses.LoadedEngine


def facts(found: findings.Findings) -> Facts | None:
    """None where no pod is ready, or none has ever answered."""
    if pods.counted(found.deployment).ready == 0:
        return None
    wish = _wish(found)
    if wish is not None and found.report is not None:
        return _reported(wish, found.report)
    return _said_before(found.previous)


def loaded(found: findings.Findings) -> findings.Statement:
    """Whether the pods have loaded what the spec wants."""
    baking, known = bakes.unfinished(found), facts(found)
    if baking is not None:
        return findings.Statement(findings.MODELS_LOADED, "False", baking.reason, baking.message)
    if known is None:
        return findings.Statement(findings.MODELS_LOADED, "Unknown", findings.NOT_ASKED, _silence(found))
    wish = _wish(found)
    wanted = known.languages if wish is None else tuple(language.id for language in wish.languages)
    lacking = [language for language in wanted if language not in known.languages]
    if lacking:
        words = f"not loaded: {', '.join(lacking)}; the pods that were asked have {', '.join(known.languages)}"
        return findings.Statement(findings.MODELS_LOADED, "False", findings.NOT_LOADED, words)
    names = ", ".join(model.name for model in known.models)
    words = f"{', '.join(wanted)}: {names}, in {known.engine.name} on {known.engine.device}"
    return findings.Statement(findings.MODELS_LOADED, "True", findings.LOADED, words)


def _silence(found: findings.Findings) -> str:
    if pods.counted(found.deployment).ready == 0:
        return "no pod is ready to be asked"
    if _wish(found) is None:
        return "no pod is asked what it loaded while the spec is refused: see SpecValid"
    return "no pod has said yet what it loaded; where none ever does, a NetworkPolicy may keep the operator from the Service"


def _wish(found: findings.Findings) -> images.Wish | None:
    """What the pods are to read: by the spec or, where that cannot be met, by the one before."""
    return found.wish if found.plan is None else selection.wish(found.plan.spec)


def _reported(wish: images.Wish, said: report.Report) -> Facts:
    needed = selection.loaded(wish, frozenset(model.name for model in said.models))
    engine = said.engine
    return Facts(
        languages=said.languages,
        models=tuple(statuses.LoadedModel(name=x.name, sha256=x.sha256) for x in said.models if x.name in needed),
        engine=statuses.LoadedEngine(name=engine.name, device=engine.device, provider=engine.provider),
    )


def _said_before(status: Mapping[str, Any]) -> Facts | None:
    """Of a status that has an engine: release 0.1.0 wrote what the pods were to load."""
    try:
        told = statuses.Told.model_validate(status)
    except pydantic.ValidationError:
        return None
    return Facts(languages=told.languages, models=told.models, engine=told.engine)
