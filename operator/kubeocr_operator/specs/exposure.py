"""Who reaches a service, how, and who watches it."""

from collections.abc import Mapping
from typing import Annotated, Any

from kubeocr_contract import names
from kubeocr_operator import rules, values


class Service(rules.Part):
    """The Service in front of the pods."""

    RULES = (values.ANNOTATION_KEYS,)
    type: Annotated[str, values.SERVICE_TYPE] = "ClusterIP"
    """Who reaches it: the cluster, the nodes' networks or a load balancer's clients."""
    port: int = values.between(1, 65535, default=names.SERVICE_PORT)
    """The Service's port."""
    annotations: Mapping[str, values.AnnotationText] = values.annotations()
    """Annotations of the Service, as load balancers read them."""


class Ingress(rules.Part):
    """An Ingress that leads a host's requests to the Service."""

    RULES = (values.ANNOTATION_KEYS,)
    host: Annotated[str, values.HOST]
    """The host name that clients use; a leading *. takes all names below."""
    class_name: Annotated[str, values.SUBDOMAIN_NAME] | None = None
    """IngressClass; without it the cluster's default."""
    tls_secret: Annotated[str, values.SUBDOMAIN_NAME] | None = None
    """Secret of type kubernetes.io/tls in the same namespace with which the ingress controller ends TLS."""
    annotations: Mapping[str, values.AnnotationText] = values.annotations()
    """Annotations of the Ingress, as its controller reads them: body size, timeouts."""


class Gateway(rules.Part):
    """The Gateway that an HTTPRoute hangs on."""

    name: Annotated[str, values.SUBDOMAIN_NAME]
    """Its name."""
    namespace: Annotated[str, values.LABEL_NAME] | None = None
    """Its namespace; without it that of the service."""
    section_name: Annotated[str, values.SUBDOMAIN_NAME] | None = None
    """One of its listeners; without it all that allow the route."""


class HttpRoute(rules.Part):
    """A Gateway API HTTPRoute that leads a host's requests to the Service. TLS is the Gateway's."""

    host: Annotated[str, values.HOST]
    """The host name that clients use; a leading *. takes all names below."""
    gateway: Gateway


class Route(rules.Part):
    """Ways in from outside the cluster."""

    RULES = (
        rules.Rule(
            cel="has(self.ingress) || has(self.httpRoute)",
            holds=lambda route: route.ingress is not None or route.http_route is not None,
            message="route needs ingress or httpRoute",
        ),
    )
    ingress: Ingress | None = None
    http_route: HttpRoute | None = None


class Auth(rules.Part):
    """Who may read pages."""

    api_keys_secret: Annotated[str, values.SUBDOMAIN_NAME]
    """Secret in the same namespace; each of its entries is an API key. Changed keys count within seconds, without a restart."""


class Tls(rules.Part):
    """TLS up to the pods."""

    secret: Annotated[str, values.SUBDOMAIN_NAME]
    """Secret of type kubernetes.io/tls in the same namespace. A renewed certificate is taken without a restart."""


class NetworkPolicy(rules.Part):
    """A NetworkPolicy for the pods: who may ask them. Takes a network plugin that enforces it."""

    RULES = (
        rules.Rule(
            cel="self.enabled || size(self.from) == 0",
            holds=lambda policy: policy.enabled or not policy.sources,
            message="from needs enabled: true",
            at=("from",),
        ),
    )
    enabled: values.Flag = False
    """Whether there is one. Where offline.strict is set there is one for what the pods may ask."""
    sources: tuple[Mapping[str, Any], ...] = values.objects(16, alias="from")
    """Who may ask, as NetworkPolicyPeers (podSelector, namespaceSelector, ipBlock); empty: the same namespace. The operator and
    who reads the metrics may ask besides."""


class Monitoring(rules.Part):
    """What the Prometheus operator is told; each where its API is there, else a condition says so."""

    RULES = (values.label_keys("labels"),)
    service_monitor: values.Flag = False
    """A ServiceMonitor that scrapes the pods."""
    prometheus_rule: values.Flag = False
    """A PrometheusRule with alerts: no pod answers, errors, a full queue, slow pages. They need what a ServiceMonitor reads."""
    labels: Mapping[str, values.LabelText] = values.labels()
    """Labels of both, as a Prometheus selects them."""
