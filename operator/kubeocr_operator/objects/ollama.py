"""An Ollama of the service's own, and the Job that fetches its models. Pure.

The image's user is root and its models lie in root's home, so it is told of other places for both:
https://github.com/ollama/ollama/blob/main/docs/faq.md
"""

from collections.abc import Iterator
from typing import Any

from kubeocr_contract import names
from kubeocr_operator import backend_plans, kinds, plans
from kubeocr_operator.objects import metadata, security, servers

_HOME, _FETCHED = "/ollama", "/ollama/models"
"""Of its volume: the key that it makes for itself when it starts, and models."""
_VERSION = "/api/version"
_STARTUP_SECONDS = 300


def job(plan: plans.Plan) -> str | None:
    """The Job's name, None where nothing is fetched. One cannot be changed: other models make another."""
    ollama = plan.backends.ollama
    return metadata.name(plan.owner.name, _part(ollama)) if ollama and ollama.pulled else None


def build(plan: plans.Plan) -> Iterator[dict[str, Any]]:
    """A claim, a Deployment, a Service, a NetworkPolicy and a Job; nothing where the spec names no Ollama of its own."""
    ollama = plan.backends.ollama
    if ollama is None:
        return
    server = ollama.server
    clients = [names.COMPONENT, *([backend_plans.PULL] if ollama.pulled else [])]
    yield from servers.claim(plan, server)
    yield servers.deployment(plan, server, _container(ollama), home=_HOME)
    yield servers.service(plan, server)
    yield servers.guard(plan, server, clients, alone=not ollama.pulled)
    if ollama.pulled:
        yield _pull(plan, ollama)


def _part(ollama: backend_plans.Ollama) -> str:
    return f"pull-{metadata.digest(ollama.pulled)}"


def _container(ollama: backend_plans.Ollama) -> dict[str, Any]:
    check = {"httpGet": {"path": _VERSION, "port": ollama.server.part}}
    # What it takes for unused it removes as it starts, which a folder of the image does not let it do.
    baked = {"OLLAMA_NOPRUNE": "1"} if ollama.models_path else {}
    env = {
        "HOME": _HOME,
        "OLLAMA_HOST": f"0.0.0.0:{ollama.server.port}",
        "OLLAMA_MODELS": ollama.models_path or _FETCHED,
        **baked,
    }
    return {
        "env": [{"name": name, "value": value} for name, value in env.items()],
        **servers.probes(check, startup_seconds=_STARTUP_SECONDS),
    }


def _pull(plan: plans.Plan, ollama: backend_plans.Ollama) -> dict[str, Any]:
    """The runtime's image fetches, which is there in any case."""
    template = {
        "metadata": {"labels": metadata.labels(plan.owner.name, backend_plans.PULL)},
        "spec": {
            **servers.shared(plan),
            "restartPolicy": "Never",
            "containers": [_puller(plan, ollama)],
            "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": servers.SCRATCH}}],
        },
    }
    given_up = {"containerName": backend_plans.PULL, "operator": "In", "values": [names.EXIT_NO_SUCH_MODEL]}
    return {
        **metadata.build(kinds.JOB, plan.owner, part=_part(ollama), component=backend_plans.PULL),
        "spec": {
            "backoffLimit": 6,
            # A model that does not exist will not exist in a minute, either.
            "podFailurePolicy": {"rules": [{"action": "FailJob", "onExitCodes": given_up}]},
            "template": template,
        },
    }


def _puller(plan: plans.Plan, ollama: backend_plans.Ollama) -> dict[str, Any]:
    return {
        "name": backend_plans.PULL,
        "image": plan.image,
        "imagePullPolicy": plan.pull_policy,
        "command": ["kubeocr", "models", "pull", "--ollama", ollama.url, *ollama.pulled],
        "resources": {"requests": {"cpu": "10m", "memory": "64Mi"}, "limits": {"memory": "256Mi"}},
        "securityContext": security.container(),
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108 - the pod's own, not this machine's
    }
