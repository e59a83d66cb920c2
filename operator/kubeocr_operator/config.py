"""What a cluster's administrator sets for all OCRServices: a YAML file that the chart mounts from a ConfigMap.

images:                                  # what runtime images there are; without this list: those of this release
  - repository: registry.example/kubeocr/runtime
    tag: 0.2.0                           # or digest: sha256:...
    accelerator: cpu                     # or gpu
    carries: wheels                      # a set of models by its name, or models: [their official names]
imagePullSecrets: [mirror]               # besides those of a spec
pullPolicy: IfNotPresent                 # of images chosen from the list
runtimeClassName: nvidia                 # of pods on a gpu, where a spec names none
operatorImage: kubeocr/operator:0.2.0    # for the list of what a site has to mirror
bakeImage: kubeocr/bake:0.2.0            # what downloads models that none of them has onto a claim
registryMirror: mirror.example:5000      # takes the place of the registry in the name of every image
networkPolicy:                           # NetworkPolicyPeers for the policies of all OCRServices
  dns: []                                # what answers names; without it: kube-system, and NodeLocal DNS at its usual address
  metrics: []                            # what reads metrics; without it: Prometheus, where a spec asks for a ServiceMonitor
"""

import dataclasses
import pathlib
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

import pydantic
import yaml

from kubeocr_contract import images, models
from kubeocr_operator import errors, rules, values

Peer = Mapping[str, Any]
"""A NetworkPolicyPeer."""
_DNS_PEERS: tuple[Peer, ...] = (
    {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}},
    # https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/
    {"ipBlock": {"cidr": "169.254.20.10/32"}},
)


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Config:
    """Cluster-wide defaults."""

    catalogue: tuple[images.Image, ...] = images.PUBLISHED
    """What runtime images there are."""
    pull_secrets: tuple[str, ...] = ()
    pull_policy: str = "IfNotPresent"
    runtime_class_name: str | None = None
    operator_image: str = images.OPERATOR
    """The operator's own, for the list of what a site has to mirror."""
    bake_image: str = images.BAKER
    """What downloads models that no image of the catalogue has."""
    registry_mirror: str = ""
    """Where all images are; empty: where their names say."""
    dns_peers: tuple[Peer, ...] = _DNS_PEERS
    """What answers names."""
    metrics_peers: tuple[Peer, ...] | None = None
    """What reads metrics; None: Prometheus, where a spec asks for a ServiceMonitor."""
    operator_namespace: str = ""
    """Where the operator runs, which asks the pods what they have loaded; empty: it runs outside the cluster."""


class _Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class _Image(_Strict):
    repository: Annotated[str, pydantic.Field(min_length=1)]
    tag: str = ""
    digest: Annotated[str, pydantic.Field(pattern="^(sha256:[0-9a-f]{64})?$")] = ""
    accelerator: Literal["cpu", "gpu"]
    carries: str = ""
    models: tuple[str, ...] = ()

    @pydantic.model_validator(mode="after")
    def _whole(self) -> "_Image":
        if bool(self.tag) == bool(self.digest):
            raise ValueError("needs a tag or a digest, and not both")
        if bool(self.carries) == bool(self.models):
            raise ValueError("needs carries or models, and not both")
        if self.carries and self.carries not in models.SETS:
            raise ValueError(f"carries is one of {', '.join(models.SETS)}, not {self.carries!r}")
        unknown = sorted(set(self.models) - models.known())
        if unknown:
            raise ValueError(f"models has {', '.join(unknown)}, which the catalogue does not know")
        return self

    def image(self) -> images.Image:
        carried = models.SETS[self.carries] if self.carries else frozenset(self.models)
        return images.Image(
            repository=self.repository, tag=self.tag, digest=self.digest, accelerator=self.accelerator, models=carried
        )


class _NetworkPolicy(_Strict):
    dns: tuple[dict[str, Any], ...] = ()
    metrics: tuple[dict[str, Any], ...] = ()


class _File(_Strict):
    images: tuple[_Image, ...] | None = None
    imagePullSecrets: tuple[str, ...] = ()  # noqa: N815 - as the file spells it
    pullPolicy: Literal["Always", "IfNotPresent", "Never"] = "IfNotPresent"  # noqa: N815
    runtimeClassName: str | None = None  # noqa: N815
    operatorImage: Annotated[str, values.IMAGE] | None = None  # noqa: N815
    bakeImage: Annotated[str, values.IMAGE] | None = None  # noqa: N815
    registryMirror: Annotated[str, values.REGISTRY] | None = None  # noqa: N815
    networkPolicy: _NetworkPolicy = _NetworkPolicy()  # noqa: N815


def parse(text: str) -> Config:
    """The configuration that a file's text holds. Raises `InvalidConfig` with every wrong entry."""
    try:
        file = _File.model_validate(yaml.safe_load(text) or {})
    except yaml.YAMLError as error:
        raise errors.InvalidConfig(f"no YAML: {' '.join(str(error).split())}") from None
    except pydantic.ValidationError as error:
        raise errors.InvalidConfig("; ".join(_problems(error))) from None
    return Config(
        catalogue=images.PUBLISHED if file.images is None else tuple(entry.image() for entry in file.images),
        pull_secrets=file.imagePullSecrets,
        pull_policy=file.pullPolicy,
        runtime_class_name=file.runtimeClassName or None,
        operator_image=file.operatorImage or images.OPERATOR,
        bake_image=file.bakeImage or images.BAKER,
        registry_mirror=file.registryMirror or "",
        dns_peers=file.networkPolicy.dns or _DNS_PEERS,
        metrics_peers=file.networkPolicy.metrics or None,
    )


def read(path: pathlib.Path | None) -> Config:
    """The configuration of a file; the defaults where there is none. Raises `InvalidConfig`."""
    if path is None:
        return Config()
    try:
        return parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise errors.InvalidConfig(f"{path} cannot be read: {error}") from None


def _problems(error: pydantic.ValidationError) -> Iterator[str]:
    for line in error.errors(include_url=False):
        path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in line["loc"]).removeprefix(".")
        got = "" if line["type"] == rules.BROKEN else f", got {line['input']!r}"
        yield f"{path or 'the file'}: {line['msg'].removeprefix('Value error, ')}{got}"
