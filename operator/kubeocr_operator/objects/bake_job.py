"""The Job that fills a claim with models before the pods of a spec come. Pure.

A Job cannot be changed: other models make another one, under another name, and old pods run until it is done.
"""

from collections.abc import Iterator
from typing import Any

from kubeocr_operator import kinds, model_plans, plans
from kubeocr_operator.objects import metadata, placement, security, servers

_MODELS, _SCRATCH = "/volume", "4Gi"
"""Where the claim is, beside the image's own models; and room for what is downloaded before it is unpacked."""
_TRIES = 6


def name(plan: plans.Plan) -> str | None:
    """The Job's name, None where there is nothing to bake. The digest in it is of what is baked, not of how."""
    if plan.models.bake is None:
        return None
    return metadata.name(plan.owner.name, _part(plan, plan.models.bake))


def build(plan: plans.Plan) -> Iterator[dict[str, Any]]:
    """A Job; nothing where the models come from elsewhere."""
    bake = plan.models.bake
    if bake is None:
        return
    yield {
        **metadata.build(kinds.JOB, plan.owner, part=_part(plan, bake), component=model_plans.BAKE),
        "spec": {
            "backoffLimit": _TRIES,
            "template": {
                "metadata": {"labels": metadata.labels(plan.owner.name, model_plans.BAKE)},
                "spec": {
                    **servers.shared(plan),
                    **({"affinity": where} if (where := placement.affinity(plan)) else {}),
                    "restartPolicy": "Never",
                    "containers": [_container(plan, bake)],
                    "volumes": [
                        {"name": "models", "persistentVolumeClaim": {"claimName": plan.models.claim}},
                        {"name": "tmp", "emptyDir": {"sizeLimit": _SCRATCH}},
                    ],
                },
            },
        },
    }


def _part(plan: plans.Plan, bake: model_plans.Bake) -> str:
    return f"{model_plans.BAKE}-{metadata.digest([plan.models.claim, *bake.wanted])}"


def _container(plan: plans.Plan, bake: model_plans.Bake) -> dict[str, Any]:
    return {
        "name": model_plans.BAKE,
        "image": bake.image,
        "imagePullPolicy": bake.pull_policy,
        "command": ["kubeocr", "models", "bake", "--out", _MODELS, "--source", bake.source, *bake.wanted],
        **({"env": [variable.document() for variable in plan.spec.env]} if plan.spec.env else {}),
        "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "1Gi"}},
        "securityContext": security.container(),
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "volumeMounts": [
            {"name": "models", "mountPath": _MODELS},
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - the pod's own, not this machine's
        ],
    }
