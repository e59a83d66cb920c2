"""The `spec` as a whole: its parts, and the rules that cross them."""

from collections.abc import Mapping
from typing import Annotated, Any

from kubeocr_operator import rules, values
from kubeocr_operator.specs.backends import Llm, Queue, Vlm
from kubeocr_operator.specs.exposure import Auth, Monitoring, NetworkPolicy, Route, Service, Tls
from kubeocr_operator.specs.operation import Disruption, Offline, Rollout
from kubeocr_operator.specs.placement import EnvVar, PodTemplate, Toleration
from kubeocr_operator.specs.reading import Accelerator, Engine, Image, Limits, Model, Models, Resources
from kubeocr_operator.specs.scaling import Autoscaling


def _request_for(resource: str) -> rules.Rule:
    """The rule of a resource that an autoscaler measures: pods have to ask for it."""
    return rules.Rule(
        cel=f"!has(self.autoscaling) || !self.autoscaling.metrics.exists(m, m.type == '{resource}') || "
        f"'{resource}' in self.resources.requests || '{resource}' in self.resources.limits",
        holds=lambda spec: (
            spec.autoscaling is None
            or not spec.autoscaling.measures(resource)
            or resource in {**spec.resources.requests, **spec.resources.limits}
        ),
        message=f"requests must have {resource} with autoscaling on {resource}: its target is a percentage of that request",
        at=("resources", "requests"),
    )


class Spec(rules.Part):
    """What is wanted. Every field has a default: an empty spec reads English and Chinese on whatever the cluster has."""

    RULES = (
        values.once("languages"),
        values.once("pipelines"),
        values.label_keys("nodeSelector"),
        rules.Rule(
            cel="self.env.all(x, self.env.exists_one(y, y.name == x.name))",
            holds=lambda spec: len({variable.name for variable in spec.env}) == len(spec.env),
            message="must not have a name twice",
            at=("env",),
        ),
        _request_for("cpu"),
        _request_for("memory"),
        rules.Rule(
            cel="!(self.accelerator.resource in self.resources.requests || self.accelerator.resource in self.resources.limits)",
            holds=lambda spec: spec.accelerator.resource not in {**spec.resources.requests, **spec.resources.limits},
            message="resources must not have the accelerator's resource: set accelerator.count instead",
            at=("resources",),
        ),
        rules.Rule(
            cel="self.engine.name != 'tensorrt' || self.accelerator.mode != 'cpu'",
            holds=lambda spec: spec.engine.name != "tensorrt" or spec.accelerator.mode != "cpu",
            message="tensorrt runs on GPUs alone: set accelerator.mode to auto or gpu, or engine.name to auto, onnxruntime, "
            "openvino or paddle",
            at=("engine", "name"),
        ),
        rules.Rule(
            cel="!self.networkPolicy.enabled || size(self.networkPolicy.from) > 0 || "
            "(!has(self.route) && self.service.type == 'ClusterIP')",
            holds=lambda spec: (
                not spec.network_policy.enabled
                or bool(spec.network_policy.sources)
                or (spec.route is None and spec.service.type == "ClusterIP")
            ),
            message="from must say who may ask where there is a route or a Service of type NodePort or LoadBalancer: empty "
            "means the same namespace, which would keep their clients out",
            at=("networkPolicy", "from"),
        ),
        rules.Rule(
            cel="!self.offline.strict || !has(self.llm) || !has(self.llm.ollama.managed) || !self.llm.ollama.managed.pull || "
            "has(self.llm.ollama.managed.modelsPath)",
            holds=lambda spec: not (spec.offline.strict and spec.llm is not None and spec.llm.ollama.pulls),
            message="with offline.strict nothing is pulled: set modelsPath to where the image has the models, or pull: false "
            "where the volume has them",
            at=("llm", "ollama", "managed"),
        ),
    )
    languages: tuple[Annotated[str, values.LANGUAGE], ...] = values.listed(
        len(values.READABLE), least=1, default=values.RUNTIME.languages
    )
    """Languages to load and keep warm, by their BCP 47 ids in the catalogue."""
    pipelines: tuple[Annotated[str, values.PIPELINE], ...] = values.listed(
        len(values.PIPELINES), least=1, default=values.RUNTIME.pipelines
    )
    """What is loaded before a pod is ready: ocr finds lines and reads them, structure finds regions and tables. What is not
    named is loaded with the first request for it."""
    model: Model = Model()
    models: Models = Models()
    image: Image = Image()
    engine: Engine = Engine()
    accelerator: Accelerator = Accelerator()
    replicas: int = values.between(0, 1000, default=1)
    """Pods wanted. `kubectl scale` and an autoscaler set it; 0 stops the service and keeps its address."""
    suspend: values.Flag = False
    """Stops all pods and keeps everything else, replicas and autoscaling included, for when it is false again."""
    autoscaling: Autoscaling | None = None
    resources: Resources = Resources()
    node_selector: Mapping[str, values.LabelText] = values.labels()
    """Labels of the nodes that the pods may go to."""
    tolerations: tuple[Toleration, ...] = values.listed(32, default=())
    """Taints of nodes that the pods bear."""
    affinity: Mapping[str, Any] | None = values.anything()
    """A pod's affinity: nodeAffinity, podAffinity, podAntiAffinity."""
    topology_spread: tuple[Mapping[str, Any], ...] | None = values.objects(8, default=None)
    """A pod's topologySpreadConstraints; one without labelSelector gets the service's. Without this field pods are spread over
    nodes where that can be done; an empty list spreads nothing."""
    priority_class_name: Annotated[str, values.SUBDOMAIN_NAME] | None = None
    """PriorityClass of the pods."""
    env: tuple[EnvVar, ...] = values.listed(64, default=())
    """Further variables of the runtime's environment, such as proxies."""
    pod_template: PodTemplate | None = values.anything()
    """A PodTemplateSpec (metadata and spec) that is merged over what the operator made, last, as `kubectl patch` with type
    strategic would: null takes a field away, $patch: delete an item. The container to change is called runtime."""
    service: Service = Service()
    route: Route | None = None
    auth: Auth | None = None
    tls: Tls | None = None
    llm: Llm | None = None
    vlm: Vlm | None = None
    queue: Queue = Queue()
    limits: Limits = Limits()
    rollout: Rollout = Rollout()
    disruption: Disruption = Disruption()
    network_policy: NetworkPolicy = NetworkPolicy()
    monitoring: Monitoring = Monitoring()
    offline: Offline = Offline()
