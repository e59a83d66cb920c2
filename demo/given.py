"""A cluster that KUBECONFIG names: what the demo needs there, and what it leaves there. Pure."""

from collections.abc import Collection, Mapping

from demo import install

_REFUSAL = (
    "KUBECONFIG names a cluster, which has to pull images that are published nowhere: set KUBEOCR_REGISTRY=registry/path, to "
    "which this checkout's are pushed, or unset KUBECONFIG for a cluster of the demo's own"
)
_LEFT = (
    "The cluster of KUBECONFIG stays as it is. What the demo put there goes with: "
    f"kubectl delete ocrservice {install.SERVICE} --namespace default; "
    f"helm uninstall {install.RELEASE} --namespace {install.NAMESPACE}"
)
_ENDED = "The demo's cluster is gone."


def is_own(environment: Mapping[str, str], kubeconfigs: Collection[str]) -> bool:
    """Whether KUBECONFIG is set as the demo itself tells it to be, to one of its own clusters': then no cluster is given."""
    return environment.get("KUBECONFIG") in kubeconfigs


def refusal(environment: Mapping[str, str]) -> str | None:
    """Why there can be no demo; None where there can."""
    return _REFUSAL if environment.get("KUBECONFIG") and not environment.get("KUBEOCR_REGISTRY") else None


def afterwards(environment: Mapping[str, str]) -> str:
    """What can be done when a page was read."""
    if environment.get("KUBECONFIG"):
        return "make demo again is quick, make demo-down says how to take it off the cluster."
    return "The cluster stays up: make demo again is quick, make demo-down ends it."


def farewell(environment: Mapping[str, str]) -> str:
    """What is gone, or left, when the demo has ended."""
    return _LEFT if environment.get("KUBECONFIG") else _ENDED
