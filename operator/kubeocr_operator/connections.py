"""Finds the API server: a pod's own, or one that a kubeconfig names. Called by application.py and by commands."""

import dataclasses
import os
import pathlib
from typing import Any

import yaml
from kubernetes.aio import client as api
from kubernetes.aio import config as kubeconfig

from kubeocr_contract import images, names
from kubeocr_operator import errors, transport

_NAMESPACE_FILE = pathlib.Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
_BROKEN = (kubeconfig.ConfigException, yaml.YAMLError, OSError, AttributeError, TypeError, KeyError)
"""What the library lets through of a kubeconfig that is none."""


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """Which cluster, in kubectl's words; with neither, the pod's own or the one of KUBECONFIG."""

    kubeconfig: str | None = None
    context: str | None = None

    @property
    def inside(self) -> bool:
        """Whether it is the cluster of the pod that this is."""
        named = self.kubeconfig or self.context or "KUBECONFIG" in os.environ
        return not named and "KUBERNETES_SERVICE_HOST" in os.environ

    @property
    def file(self) -> str | None:
        """The kubeconfig: the environment is read now, for the library looks at it once, when it is imported."""
        return self.kubeconfig or os.environ.get("KUBECONFIG")


HERE = Target()


async def connect(target: Target = HERE) -> api.ApiClient:
    """A client with the pod's service account or, outside of a pod, the kubeconfig. Raises `Unavailable` without either."""
    configuration = api.Configuration()
    _look_for(target)
    try:
        if target.inside:
            kubeconfig.load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
        else:
            await kubeconfig.load_kube_config(  # type: ignore[no-untyped-call]
                target.file, context=target.context, client_configuration=configuration
            )
    except _BROKEN as error:
        raise _unavailable(error) from error
    # With trust_env each request has ~/.netrc read, on the threads where names are looked up: while all of them waited for
    # a DNS server that was not there (inspections.py), the lease was lost.
    configuration.proxy = configuration.proxy or transport.proxy(configuration.host)
    configuration.client_session_kwargs = {"trust_env": False}
    client = api.ApiClient(configuration)
    client.user_agent = f"{names.FIELD_MANAGER}/{images.PROJECT_VERSION}"
    return client


def own_namespace() -> str | None:
    """The pod's namespace; None outside of a pod."""
    return _NAMESPACE_FILE.read_text(encoding="utf-8").strip() if _NAMESPACE_FILE.exists() else None


def namespace(target: Target = HERE) -> str | None:
    """The pod's namespace, or the context's; None where neither says one. Raises `Unavailable`."""
    if target.inside:
        return own_namespace()
    _look_for(target)
    try:
        contexts, current = kubeconfig.list_kube_config_contexts(target.file)  # type: ignore[no-untyped-call]
        return _of_context(contexts, target.context or current["name"])
    except _BROKEN as error:
        raise _unavailable(error) from error


def _look_for(target: Target) -> None:
    """The library says of a file that is not there that it lacks a key."""
    if target.kubeconfig and not pathlib.Path(target.kubeconfig).is_file():
        raise errors.Unavailable(f"no cluster: there is no file {target.kubeconfig}")


def _of_context(contexts: list[dict[str, Any]], name: str) -> str | None:
    """The namespace of a context, where there is such a context and it has one."""
    return next((found["context"].get("namespace") for found in contexts if found["name"] == name), None)


def _unavailable(error: Exception) -> errors.Unavailable:
    said = " ".join(str(error).split()) or type(error).__name__
    return errors.Unavailable(f"no cluster: {said}; run in a pod, or set KUBECONFIG")
