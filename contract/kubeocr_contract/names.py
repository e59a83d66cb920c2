"""Names and numbers that the operator, the runtime, the chart and the tests share; each is written here and nowhere else."""

GROUP = "kubeocr.io"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"
KIND = "OCRService"
PLURAL = "ocrservices"
SINGULAR = "ocrservice"
SHORT_NAME = "ocr"

FIELD_MANAGER = "kubeocr-operator"
COMPONENT = "ocr-runtime"
LABEL_NAME = "app.kubernetes.io/name"
LABEL_INSTANCE = "app.kubernetes.io/instance"
LABEL_COMPONENT = "app.kubernetes.io/component"
LABEL_MANAGED_BY = "app.kubernetes.io/managed-by"
LABEL_OWNER = f"{GROUP}/{SINGULAR}"

ANNOTATION_QUEUE = f"{GROUP}/queue-url"
"""Of a pod: its queue's URL where that is no secret."""

RUNTIME_CONTAINER = "runtime"
HTTP_PORT = 8000
HTTP_PORT_NAME = "http"
SERVICE_PORT = 80
OPERATOR_PORT = 8080
MODELS_DIR = "/models"
MANIFEST_FILE = "manifest.json"

LIVEZ = "/livez"
READYZ = "/readyz"
METRICS = "/metrics"
DOCS = "/docs"
REDOC = "/redoc"
OPENAPI = "/openapi.json"
LANGUAGES = "/languages"
STATUS = "/status"
REQUESTS = "/api/v1/requests"

# A pod is given this long to finish what it has admitted; kubelet's grace period is this plus GRACE_MARGIN_SECONDS.
DRAIN_SECONDS = 60
GRACE_MARGIN_SECONDS = 15
# The pod stays in its Service's endpoints until every kube-proxy has heard of its end; it must answer that long.
# https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination
UNREADY_SECONDS = 5

EXIT_NO_SUCH_MODEL = 3
"""Of `kubeocr models pull`: trying again would not help."""

OPERATOR_NAMESPACE = "kubeocr-system"
"""Where README and manifests put the operator; a site may choose another."""
LEASE = "kubeocr-operator"
CONFIG_MAP = "kubeocr-config"
CONFIG_IMAGES_KEY = "images.yaml"

METRIC_PREFIX = "kubeocr"

METRIC_REQUESTS = f"{METRIC_PREFIX}_requests"
METRIC_REQUEST_SECONDS = f"{METRIC_PREFIX}_request_seconds"
METRIC_PAGES = f"{METRIC_PREFIX}_pages"
METRIC_PAGE_SECONDS = f"{METRIC_PREFIX}_page_seconds"
METRIC_QUEUE_PAGES = f"{METRIC_PREFIX}_queue_pages"
METRIC_QUEUE_PIXELS = f"{METRIC_PREFIX}_queue_pixels"
METRIC_QUEUE_BYTES = f"{METRIC_PREFIX}_queue_bytes"
METRIC_KEY_REQUESTS = f"{METRIC_PREFIX}_key_requests"
METRIC_KEY_PAGES = f"{METRIC_PREFIX}_key_pages"
METRIC_BUSY_SECONDS = f"{METRIC_PREFIX}_engine_busy_seconds"
METRIC_INFO = f"{METRIC_PREFIX}_runtime"
