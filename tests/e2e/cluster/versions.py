"""What the project's own cluster is made of: every pinned version, and what each part is needed for."""

import dataclasses
import shutil

KUBERNETES = "1.36.3"
GO = "1.26.0"
DEBIAN = "bookworm"

# k8s.io/kubernetes names its own parts by `replace`, which Go ignores in a dependency, so that who requires it says it again:
# https://go.dev/ref/mod#go-mod-file-replace
_STAGED = (
    "api apiextensions-apiserver apimachinery apiserver cli-runtime client-go cloud-provider cluster-bootstrap "
    "code-generator component-base component-helpers controller-manager cri-api cri-client cri-streaming "
    "csi-translation-lib dynamic-resource-allocation endpointslice externaljwt kms kube-aggregator kube-controller-manager "
    "kube-proxy kube-scheduler kubectl kubelet metrics mount-utils pod-security-admission sample-apiserver "
    "sample-cli-plugin sample-controller streaming"
)


@dataclasses.dataclass(frozen=True, slots=True)
class Module:
    """A Go module at one version, and how it is built."""

    path: str
    version: str
    replaces: tuple[str, ...] = ()
    tags: str = ""
    ldflags: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Binary:
    """One program out of a module."""

    name: str
    module: Module
    package: str


def _kubernetes() -> Module:
    replaces = tuple(f"replace k8s.io/{x} => k8s.io/{x} v0.{KUBERNETES.removeprefix('1.')}" for x in _STAGED.split())
    stamp = f"-X k8s.io/component-base/version.gitVersion=v{KUBERNETES}"
    return Module("k8s.io/kubernetes", f"v{KUBERNETES}", replaces, ldflags=stamp)


_K8S = _kubernetes()
_ETCD = Module("go.etcd.io/etcd/server/v3", "v3.6.0")
_CONTAINERD = Module("github.com/containerd/containerd/v2", "v2.4.2", tags="no_btrfs no_zfs no_devmapper")
_COREDNS = Module("github.com/coredns/coredns", "v1.15.0")
_METRICS = Module("sigs.k8s.io/metrics-server", "v0.9.0")
KEDA_MODULE = Module("github.com/kedacore/keda/v2", "v2.21.0")
GATEWAY_API_MODULE = Module("sigs.k8s.io/gateway-api", "v1.6.3")
PROMETHEUS_OPERATOR_MODULE = Module("github.com/prometheus-operator/prometheus-operator", "v0.85.0")
_CYCLONUS = Module("github.com/mattfenwick/cyclonus", "v0.5.6")
_KWOK = Module("sigs.k8s.io/kwok", "v0.8.0")
# what `helm template` takes for the API server's version where it asks none; left out, that is 1.20
_HELM_KUBERNETES = " ".join(
    f"-X helm.sh/helm/v3/pkg/chartutil.k8sVersion{part}={number}"
    for part, number in zip(("Major", "Minor"), KUBERNETES.split("."), strict=False)
)
_HELM = Module("helm.sh/helm/v3", "v3.22.0", ldflags=_HELM_KUBERNETES)

_ALL = (
    *(
        Binary(name, _K8S, f"{_K8S.path}/cmd/{name}")
        for name in ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
    ),
    *(Binary(name, _K8S, f"{_K8S.path}/cmd/{name}") for name in ("kubelet", "kube-proxy", "kubectl")),
    Binary("etcd", _ETCD, _ETCD.path),
    *(Binary(name, _CONTAINERD, f"{_CONTAINERD.path}/cmd/{name}") for name in ("containerd", "containerd-shim-runc-v2", "ctr")),
    Binary("coredns", _COREDNS, _COREDNS.path),
    Binary("metrics-server", _METRICS, f"{_METRICS.path}/cmd/metrics-server"),
    *(Binary(f"keda-{name}", KEDA_MODULE, f"{KEDA_MODULE.path}/cmd/{name}") for name in ("operator", "adapter", "webhooks")),
    Binary("kwok", _KWOK, f"{_KWOK.path}/cmd/kwok"),
    Binary("cyclonus", _CYCLONUS, f"{_CYCLONUS.path}/cmd/cyclonus"),
    Binary("helm", _HELM, f"{_HELM.path}/cmd/helm"),
)
BINARIES = {binary.name: binary for binary in _ALL}

CONTROL_PLANE = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
NODE = ("kubelet", "kube-proxy", "containerd", "containerd-shim-runc-v2", "ctr", "coredns")
METRICS = ("metrics-server",)
"""Without it an HPA on CPU stands still; a demo does without it."""
KEDA = ("keda-operator", "keda-adapter", "keda-webhooks")
"""Scales an OCRService to zero and from zero; some 10 minutes on two cores to build, so that only what asks for it waits."""
POLICIES = ("cyclonus",)
"""Says who may talk to whom under NetworkPolicies, which nothing here enforces."""
CLIENTS = ("kubectl", "helm")


def clients() -> tuple[str, ...]:
    """The client programs that PATH lacks."""
    return tuple(name for name in CLIENTS if shutil.which(name) is None)
