"""What a user may write in the `spec` of an OCRService.

These models are the source of the CRD (schemas.py) and of its reference (docs/OCRSERVICE.md), docstrings included.
"""

from collections.abc import Mapping
from typing import Annotated

import pydantic

from kubeocr_contract import names
from kubeocr_operator import rules, values
from kubeocr_operator.values import Amounts, NumberOrPercent


class Model(rules.Part):
    """The models that read: a version of PP-OCR in one of its sizes."""

    RULES = values.SIZES_OF_VERSIONS
    version: Annotated[str, values.VERSION] = values.RUNTIME.model_version
    """Version of PP-OCR. A language that it does not read is read by the newest version that does."""
    size: Annotated[str, values.SIZE] = values.RUNTIME.model_size
    """Size of the models: small reads fast on CPUs, medium reads best, tiny is for little memory."""


class Image(rules.Part):
    """The runtime's image. Without a repository the operator chooses the smallest of its catalogue that reads the languages."""

    RULES = (
        rules.Rule(
            cel="has(self.repository) == (has(self.tag) || has(self.digest))",
            holds=lambda image: (image.repository is not None) == (image.tag is not None or image.digest is not None),
            message="repository needs a tag or a digest, and a tag or digest needs a repository",
        ),
        rules.Rule(
            cel="!(has(self.tag) && has(self.digest))",
            holds=lambda image: image.tag is None or image.digest is None,
            message="tag and digest exclude each other: set one of them",
        ),
        rules.Rule(
            cel="self.update == 'OnChange' || !has(self.repository)",
            holds=lambda image: image.update == "OnChange" or image.repository is None,
            message="update is about images that the operator chooses: leave it out with a repository",
            at=("update",),
        ),
        values.once("pull_secrets"),
    )
    repository: Annotated[str, values.REPOSITORY] | None = None
    """Where an image of your own is, without tag or digest; it is used as it is."""
    tag: Annotated[str, values.TAG] | None = None
    """Tag of the image in repository."""
    digest: Annotated[str, values.DIGEST] | None = None
    """Digest of the image in repository, for a reference that cannot move."""
    update: Annotated[str, values.IMAGE_UPDATE] = "OnChange"
    """OnChange keeps a chosen image until languages, model or accelerator change; Always takes what the catalogue has now."""
    pull_policy: Annotated[str, values.PULL_POLICY] = "IfNotPresent"
    """When kubelet pulls the image."""
    pull_secrets: tuple[Annotated[str, values.SUBDOMAIN_NAME], ...] = values.listed(16, default=())
    """Names of Secrets of type kubernetes.io/dockerconfigjson in the same namespace."""

    @property
    def reference(self) -> str | None:
        """As a pod's `image` has it; None where the operator has to choose."""
        if self.repository is None:
            return None
        return f"{self.repository}:{self.tag}" if self.digest is None else f"{self.repository}@{self.digest}"


class Engine(rules.Part):
    """What runs the models."""

    name: Annotated[str, values.ENGINE] = values.RUNTIME.engine
    """Inference engine; auto takes the one that the image has for its accelerator."""
    threads: int = values.setting("threads")
    """Threads of one inference; 0 takes what the container may use."""


class Accelerator(rules.Part):
    """What the models run on."""

    RULES = (
        rules.Rule(
            cel="self.mode != 'cpu' || "
            f"(self.resource == '{values.GPU_RESOURCE}' && self.count == 1 && !has(self.runtimeClassName))",
            holds=lambda a: a.mode != "cpu" or (a.resource, a.count, a.runtime_class_name) == (values.GPU_RESOURCE, 1, None),
            message="mode cpu takes no resource, count or runtimeClassName: leave them out, or set mode to auto or gpu",
            at=("mode",),
        ),
    )
    mode: Annotated[str, values.ACCELERATOR] = values.RUNTIME.device
    """auto takes a gpu if a node offers the resource when the service is first seen, and keeps to it (status.accelerator)."""
    resource: Annotated[str, values.RESOURCE] = values.GPU_RESOURCE
    """The extended resource to ask for: a whole device, a MIG profile, a time-sliced share or another vendor's."""
    count: int = values.between(1, 16, default=1)
    """How many of the resource each pod gets."""
    runtime_class_name: Annotated[str, values.SUBDOMAIN_NAME] | None = None
    """RuntimeClass of the pods, where the cluster needs one for its accelerators."""


class Metric(rules.Part):
    """One figure to scale on."""

    type: Annotated[str, values.METRIC] = "cpu"
    """cpu: the pods' mean use of CPU."""
    target: int = values.between(1, 100, default=70)
    """Per cent of the pods' request to hold."""


class Autoscaling(rules.Part):
    """Between how many replicas to scale, and on what. A HorizontalPodAutoscaler then sets spec.replicas."""

    RULES = (
        rules.Rule(
            cel="self.minReplicas <= self.maxReplicas",
            holds=lambda scaling: scaling.min_replicas <= scaling.max_replicas,
            message="minReplicas must be at most maxReplicas",
            at=("minReplicas",),
        ),
    )
    min_replicas: int = values.between(1, 1000, default=1)
    """Never fewer."""
    max_replicas: int = values.between(1, 1000)
    """Never more."""
    metrics: tuple[Metric, ...] = values.listed(1, least=1, default=(Metric(),))
    """What to scale on."""


class Resources(rules.Part):
    """What each pod asks for besides its accelerator. A map that is given takes the place of the default as a whole."""

    RULES = values.RESOURCES
    requests: Amounts = values.amounts(default={"cpu": "1", "memory": "1Gi"})
    """What the scheduler sets aside for a pod."""
    limits: Amounts = values.amounts(default={"memory": "4Gi"})
    """What a pod may never exceed. A scan of 8 megapixels takes 1.8 GB while it is read; a limit on cpu would only slow it."""


class Service(rules.Part):
    """The Service in front of the pods."""

    RULES = (values.ANNOTATION_KEYS,)
    type: Annotated[str, values.SERVICE_TYPE] = "ClusterIP"
    """Who reaches it: the cluster, the nodes' networks or a load balancer's clients."""
    port: int = values.between(1, 65535, default=names.SERVICE_PORT)
    """The Service's port."""
    annotations: Mapping[str, Annotated[str, pydantic.Strict(), pydantic.Field(max_length=4096)]] = pydantic.Field(
        default={}, max_length=32
    )
    """Annotations of the Service, as load balancers read them."""


class Limits(rules.Part):
    """What one client may ask for, and how much may wait."""

    upload_mib: int = values.setting("upload_mib", alias="uploadMiB")
    """Largest request body in MiB; a larger one is answered 413."""
    pages: int = values.setting("pages")
    """Most pages of one document."""
    megapixels: int = values.setting("megapixels")
    """Largest page, in millions of pixels."""
    queue_pages: int = values.setting("queue_pages")
    """Most pages that wait in one pod; further requests are answered 429 with Retry-After."""
    request_timeout_seconds: int = values.setting("request_timeout_seconds")
    """Longest that a request may take."""


class Rollout(rules.Part):
    """How new pods take the place of old ones."""

    RULES = (
        rules.Rule(
            cel="!(string(self.maxSurge) in ['0', '0%'] && string(self.maxUnavailable) in ['0', '0%'])",
            holds=lambda rollout: not {str(rollout.max_surge), str(rollout.max_unavailable)} <= {"0", "0%"},
            message="maxSurge and maxUnavailable must not both be 0: no pod could ever be replaced",
        ),
    )
    max_surge: NumberOrPercent = 1
    """Pods above the wanted number during a rollout."""
    max_unavailable: NumberOrPercent = 0
    """Pods below the wanted number during a rollout."""
    drain_seconds: int = values.setting("drain_seconds")
    """How long a pod that ends may finish what it has accepted."""


class Disruption(rules.Part):
    """How many pods a node drain may take at once. With neither field: one pod (maxUnavailable 1)."""

    RULES = (
        rules.Rule(
            cel="!(has(self.maxUnavailable) && has(self.minAvailable))",
            holds=lambda part: part.max_unavailable is None or part.min_available is None,
            message="maxUnavailable and minAvailable exclude each other: set one of them",
        ),
    )
    max_unavailable: NumberOrPercent | None = None
    """Pods that may be away at once."""
    min_available: NumberOrPercent | None = None
    """Pods that must stay. Beware: as many as there are replicas blocks every node drain."""

    @property
    def budget(self) -> Mapping[str, int | str]:
        """As a PodDisruptionBudget's spec has it: a minAvailable of 1 would block every drain of a service with one replica."""
        if self.min_available is not None:
            return {"minAvailable": self.min_available}
        return {"maxUnavailable": 1 if self.max_unavailable is None else self.max_unavailable}


class Spec(rules.Part):
    """What is wanted. Every field has a default: an empty spec reads English and Chinese on whatever the cluster has."""

    RULES = (
        values.once("languages"),
        values.once("pipelines"),
        rules.Rule(
            cel="!has(self.autoscaling) || self.replicas >= 1",
            holds=lambda spec: spec.autoscaling is None or spec.replicas >= 1,
            message="replicas must be at least 1 with autoscaling: 0 would switch the autoscaler off",
            at=("replicas",),
        ),
        rules.Rule(
            cel="!has(self.autoscaling) || 'cpu' in self.resources.requests || 'cpu' in self.resources.limits",
            holds=lambda spec: spec.autoscaling is None or "cpu" in {**spec.resources.requests, **spec.resources.limits},
            message="requests must have cpu with autoscaling: its target is a percentage of that request",
            at=("resources", "requests"),
        ),
        rules.Rule(
            cel="!(self.accelerator.resource in self.resources.requests || self.accelerator.resource in self.resources.limits)",
            holds=lambda spec: spec.accelerator.resource not in {**spec.resources.requests, **spec.resources.limits},
            message="resources must not have the accelerator's resource: set accelerator.count instead",
            at=("resources",),
        ),
    )
    languages: tuple[Annotated[str, values.LANGUAGE], ...] = values.listed(
        len(values.READABLE), least=1, default=values.RUNTIME.languages
    )
    """Languages to load and keep warm, by their BCP 47 ids in the catalogue."""
    pipelines: tuple[Annotated[str, values.PIPELINE], ...] = values.listed(
        len(values.PIPELINES), least=1, default=values.RUNTIME.pipelines
    )
    """What is loaded: ocr finds lines and reads them."""
    model: Model = Model()
    image: Image = Image()
    engine: Engine = Engine()
    accelerator: Accelerator = Accelerator()
    replicas: int = values.between(0, 1000, default=1)
    """Pods wanted. `kubectl scale` and an autoscaler set it; 0 stops the service and keeps its address."""
    autoscaling: Autoscaling | None = None
    resources: Resources = Resources()
    service: Service = Service()
    limits: Limits = Limits()
    rollout: Rollout = Rollout()
    disruption: Disruption = Disruption()
