"""The operator's configuration, as it lies in the cluster. Called by commands/diff.py."""

import dataclasses

from kubeocr_contract import names
from kubeocr_operator import cluster, config, errors, kinds, workqueue

_CONFIG_MAP = kinds.Kind(group="", version="v1", kind="ConfigMap", plural="configmaps", verbs=frozenset({"get"}))
"""Not in kinds.py: the operator itself has it mounted, and is given no right to read it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Configuration:
    """The configuration, and why it may not be the operator's."""

    config: config.Config
    doubt: str | None = None


async def configuration(server: cluster.KubeCluster, namespace: str) -> Configuration:
    """What the operator in a namespace is configured with. Raises `InvalidConfig`."""
    where = f"ConfigMap {namespace}/{names.CONFIG_MAP}"
    try:
        found = await server.get(_CONFIG_MAP, workqueue.Key(namespace, names.CONFIG_MAP))
    except errors.Refused as error:
        return _unknown(f"{where} may not be read: {error}", namespace)
    text = None if found is None else found.get("data", {}).get(names.CONFIG_IMAGES_KEY)
    if text is None:
        return _unknown(f"there is no {where}", namespace)
    return Configuration(dataclasses.replace(config.parse(text), operator_namespace=namespace))


def _unknown(why: str, namespace: str) -> Configuration:
    doubt = f"{why}; this release's defaults are taken for the operator's (--config and --operator-namespace name others)"
    return Configuration(config.Config(operator_namespace=namespace), doubt)
