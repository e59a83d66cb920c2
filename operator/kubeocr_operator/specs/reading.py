"""What is read with: models, image, engine, device, and the bounds of a request."""

from typing import Annotated, Any

from kubeocr_operator import quantities, rules, values
from kubeocr_operator.values import Amounts


class Model(rules.Part):
    """The models that read: a version of PP-OCR in one of its sizes."""

    RULES = values.SIZES_OF_VERSIONS
    version: Annotated[str, values.VERSION] = values.RUNTIME.model_version
    """Version of PP-OCR. A language that it does not read is read by the newest version that does."""
    size: Annotated[str, values.SIZE] = values.RUNTIME.model_size
    """Size of the models: small reads fast on CPUs, medium reads best, tiny is for little memory."""


class ImageVolume(rules.Part):
    """An OCI image or artifact with models, mounted read-only (Kubernetes 1.33, or 1.31 with the feature gate ImageVolume)."""

    reference: Annotated[str, values.IMAGE]
    """The image, with tag or digest."""
    pull_policy: Annotated[str, values.PULL_POLICY] = "IfNotPresent"
    """When kubelet pulls it."""


class ModelsClaim(rules.Part):
    """A PersistentVolumeClaim with models, shared by all pods."""

    RULES = (
        rules.Rule(
            cel="!has(self.claimName) || "
            "(!has(self.storageClassName) && string(self.size) == '10Gi' && self.accessMode == 'ReadWriteOnce')",
            holds=lambda claim: (
                claim.claim_name is None
                or (claim.storage_class_name, claim.size, claim.access_mode) == (None, "10Gi", "ReadWriteOnce")
            ),
            message="claimName names a claim that is there: size, storageClassName and accessMode are not for it",
            at=("claimName",),
        ),
    )
    claim_name: Annotated[str, values.SUBDOMAIN_NAME] | None = None
    """A claim that is filled already (`kubeocr models bake --out`). Without it the operator makes one and fills it by a Job."""
    size: values.Quantity = "10Gi"
    """Size of the claim that is made."""
    storage_class_name: Annotated[str, values.SUBDOMAIN_NAME] | None = None
    """Its StorageClass; without it the cluster's default."""
    access_mode: Annotated[str, values.ACCESS_MODE] = values.ONE_NODE
    """ReadWriteOnce keeps all pods on one node, unless affinity says otherwise; ReadWriteMany is for storage that several nodes
    mount."""


class Models(rules.Part):
    """Where the models come from."""

    RULES = (
        rules.Rule(
            cel="(self.from == 'imageVolume') == has(self.imageVolume)",
            holds=lambda models: (models.source == "imageVolume") == (models.image_volume is not None),
            message="from: imageVolume and the field imageVolume need each other",
        ),
        rules.Rule(
            cel="self.from == 'persistentVolumeClaim' || !has(self.persistentVolumeClaim)",
            holds=lambda models: models.source == "persistentVolumeClaim" or models.persistent_volume_claim is None,
            message="the field persistentVolumeClaim needs from: persistentVolumeClaim",
        ),
    )
    source: Annotated[str, values.MODELS_SOURCE] = values.named("from", default="image")
    """image: the runtime's own; imageVolume: an OCI image; persistentVolumeClaim: a volume. The latter two are verified by
    their SHA-256 when a pod starts."""
    image_volume: ImageVolume | None = None
    persistent_volume_claim: ModelsClaim | None = None
    """With from: persistentVolumeClaim and without this field the operator makes a claim with its defaults."""


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


class EngineCache(rules.Part):
    """Keeps what OpenVINO and TensorRT compiled for the next start; without this field each container compiles anew."""

    claim_name: Annotated[str, values.SUBDOMAIN_NAME] | None = None
    """A PersistentVolumeClaim of yours, shared by all pods; it outlives them. Without it an emptyDir, which outlives containers
    and goes with its pod."""


class Engine(rules.Part):
    """What runs the models, and how."""

    RULES = (
        rules.Rule(
            cel="!(self.precision in ['bf16', 'int8']) || self.name in ['auto', 'openvino']",
            holds=lambda engine: engine.precision not in {"bf16", "int8"} or engine.name in {"auto", "openvino"},
            message="{name} has no {precision}: set precision to auto, fp32 or fp16, or name to auto or openvino",
            at=("precision",),
        ),
        values.or_zero("detection_side"),
    )
    name: Annotated[str, values.ENGINE] = values.RUNTIME.engine
    """Inference engine; auto takes the one that the image has for its accelerator."""
    precision: Annotated[str, values.PRECISION] = values.RUNTIME.precision
    """What the models are computed in. auto takes what engine and hardware do fastest, as long as no page reads worse; with one
    that they cannot do no pod starts, and Degraded says why."""
    characters: Annotated[str, values.CHARACTERS] = values.RUNTIME.characters
    """languages reads characters of the scripts of spec.languages alone, which is faster and confuses none with one of another
    script; all reads every character that a model knows."""
    detection_side: int = values.setting("detection_side")
    """Pixels that a page's longest side is scaled down to for finding lines; they are read out of the full page all the same.
    A longer one finds smaller print and takes more time; 0 is PaddleOCR's own 4000."""
    threads: int = values.setting("threads")
    """Threads of one inference; 0 is one on up to four CPUs and two on more, or the CPUs divided by spec.engine.streams."""
    streams: int = values.setting("streams")
    """Inferences that run at the same time in one pod; 0 is as many as the CPUs and the engine do best."""
    cache: EngineCache | None = None


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


def _within_limits(part: Any) -> bool:
    limits = {name: quantities.parse(limit) for name, limit in part.limits.items()}
    return all(quantities.parse(amount) <= limits[name] for name, amount in part.requests.items() if name in limits)


_RESOURCES = (
    values.resource_names("requests"),
    values.resource_names("limits"),
    rules.Rule(
        cel="self.requests.all(key, !(key in self.limits) || quantity(string(self.requests[key])).compareTo("
        "quantity(string(self.limits[key]))) <= 0)",
        holds=_within_limits,
        message="no request may be above its limit (a limit that is left out altogether is memory 4Gi)",
        at=("requests",),
    ),
)


class Resources(rules.Part):
    """What each pod asks for besides its accelerator. A map that is given takes the place of the default as a whole."""

    RULES = _RESOURCES
    requests: Amounts = values.amounts(default={"cpu": "1", "memory": "1Gi"})
    """What the scheduler sets aside for a pod."""
    limits: Amounts = values.amounts(default={"memory": "4Gi"})
    """What a pod may never exceed. A scan of 8 megapixels takes 1.8 GB while it is read; a limit on cpu would only slow it."""


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
    queue_megapixels: int = values.setting("queue_megapixels")
    """Most pixels of what waits in one pod, in millions; further requests are answered 429."""
    queue_mib: int = values.setting("queue_mib", alias="queueMiB")
    """Most bytes of what waits in one pod, in MiB; further requests are answered 429."""
    request_timeout_seconds: int = values.setting("request_timeout_seconds")
    """Longest that a request may take."""
