"""A podTemplate on a real API server: written once, put back when somebody changes it, refused in words."""

import json
import time

import pytest
import replicas
import yaml
from cluster import clusters

from kubeocr_contract import names
from kubeocr_operator import conditions, config, drift, kinds, objects, ocrservices, plans

FULL = yaml.safe_load("""
metadata:
  annotations: {example.com/scan: "off", example.com/empty: ""}
  labels: {team: archive}
spec:
  hostNetwork: false
  hostPID: false
  shareProcessNamespace: false
  dnsPolicy: None
  dnsConfig:
    nameservers: [10.0.0.10]
    options: [{name: ndots, value: "2"}, {name: edns0}]
  hostAliases: [{ip: 10.0.0.1, hostnames: [models.example]}]
  schedulingGates: [{name: example.com/wait}]
  readinessGates: [{conditionType: example.com/listed}]
  nodeSelector: {disk: fast}
  tolerations: [{key: a, operator: Exists}, {key: b, value: "", effect: NoSchedule}]
  topologySpreadConstraints:
    - {topologyKey: kubernetes.io/hostname, maxSkew: 2}
    - topologyKey: topology.kubernetes.io/zone
      maxSkew: 1
      whenUnsatisfiable: DoNotSchedule
      labelSelector: {matchLabels: {team: archive}}
  affinity:
    nodeAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        nodeSelectorTerms: [{matchExpressions: [{key: disk, operator: Exists}]}]
    podAntiAffinity:
      preferredDuringSchedulingIgnoredDuringExecution:
        - weight: 5
          podAffinityTerm: {topologyKey: zone, labelSelector: {matchLabels: {team: archive}}}
  securityContext: {supplementalGroups: [7], sysctls: [], fsGroup: null}
  imagePullSecrets: [{name: more}]
  terminationGracePeriodSeconds: 900
  overhead: {cpu: 1000m}
  initContainers:
    - name: fetch
      image: example.com/fetch:1
      restartPolicy: Always
      command: [fetch]
      env: [{name: EMPTY, value: ""}, {name: CPU, valueFrom: {resourceFieldRef: {resource: limits.cpu, divisor: 1000m}}}]
      resources: {limits: {cpu: 1000m, memory: 1024Mi}}
      volumeMounts: [{name: scratch, mountPath: /scratch, readOnly: false}]
  containers:
    - name: sidecar
      image: example.com/sidecar:1
      args: []
      ports: [{containerPort: 9100}, {containerPort: 9101, name: more, protocol: UDP}]
      envFrom: [{configMapRef: {name: settings, optional: false}}]
      stdin: false
      livenessProbe: {tcpSocket: {port: 9100}, initialDelaySeconds: 0}
      lifecycle: {preStop: {exec: {command: [sleep, "1"]}}}
      volumeMounts: [{name: token, mountPath: /token, readOnly: true}]
    - name: runtime
      env: [{name: LOG, value: more}, {name: NONE, value: ""}]
      resources: {limits: {memory: 8192Mi, example.com/disk: "1"}}
      securityContext: {readOnlyRootFilesystem: false}
      volumeMounts: [{name: scratch, mountPath: /scratch}]
  volumes:
    - name: scratch
      ephemeral:
        volumeClaimTemplate:
          spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1024Mi}}}
    - name: token
      projected:
        sources: [{serviceAccountToken: {path: token}}, {configMap: {name: x, items: [{key: a, path: b}]}}, {downwardAPI: {}}]
    - name: tmp
      emptyDir: {medium: Memory, sizeLimit: 1024Mi}
""")
TEMPLATES = [
    pytest.param(FULL, id="everything"),
    pytest.param({"spec": {"containers": [{"name": "runtime", "resources": {"$patch": "delete"}}]}}, id="no resources"),
    pytest.param({"spec": {"containers": [{"name": "runtime", "livenessProbe": None}]}}, id="no probe"),
    pytest.param({"spec": {"volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": None}}]}}, id="an empty map"),
    pytest.param({"spec": {"topologySpreadConstraints": [{"$patch": "replace"}], "tolerations": []}}, id="empty lists"),
    pytest.param({"spec": {"serviceAccountName": "mine", "automountServiceAccountToken": True}}, id="another account"),
]


class Written:
    """A Deployment that the operator wants, and the server that has it."""

    def __init__(self, cluster: clusters.Cluster, owner: dict, template: dict) -> None:
        plan = plans.resolve(ocrservices.parse({**owner, "spec": {"podTemplate": template}}), config.Config(), "cpu")
        self.cluster, self.place = cluster, ("-n", owner["metadata"]["namespace"])
        self.desired = next(obj for obj in objects.desired(plan) if kinds.of(obj) == kinds.DEPLOYMENT)

    def apply(self):
        argv = ("apply", "--server-side", "--field-manager", names.FIELD_MANAGER, "--force-conflicts", "-f", "-")
        return self.cluster.kubectl(*argv, input=json.dumps(self.desired))

    def kubectl(self, verb, *argv):
        done = self.cluster.kubectl(*self.place, verb, f"deployment/{self.desired['metadata']['name']}", *argv)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def differences(self):
        live = json.loads(self.kubectl("get", "-o", "json", "--show-managed-fields"))
        return tuple(drift.label(path) for path in drift.paths(self.desired, live))


@pytest.fixture
def written(space):
    """Applies a Deployment with a podTemplate as the operator does."""

    def write(template):
        owner = space.get(kinds.OCR_SERVICE, space.service())  # a real one: what nobody owns is garbage, and collected
        found = Written(space.cluster, owner, template)
        done = found.apply()
        assert done.returncode == 0, done.stderr
        return found

    return write


@pytest.mark.cluster
@pytest.mark.parametrize("template", TEMPLATES)
def test_what_was_applied_is_as_wanted_and_stays_so(written, template):
    deployment = written(template)
    assert deployment.differences() == ()
    deployment.kubectl("annotate", "somebody=else")
    deployment.kubectl("scale", "--replicas=1")
    assert deployment.differences() == ()


RUNTIME = "spec.template.spec.containers[runtime]"
SIDECAR = "spec.template.spec.containers[sidecar]"
CHANGES = [
    pytest.param("/spec/containers/0/image", "example.com/other:1", f"{SIDECAR}.image", id="a sidecar's image"),
    pytest.param("/spec/containers/0/ports/0/containerPort", 9102, f"{SIDECAR}.ports[9100/TCP]", id="a port by default TCP"),
    pytest.param("/spec/containers/0/envFrom/0/prefix", "X_", f"{SIDECAR}.envFrom", id="more in a list that is one value"),
    pytest.param("/spec/initContainers/0/command", ["x"], "spec.template.spec.initContainers[fetch].command", id="init"),
    pytest.param("/spec/hostNetwork", True, "spec.template.spec.hostNetwork", id="what was false"),
    pytest.param("/spec/hostAliases/0/hostnames", ["x"], "spec.template.spec.hostAliases[10.0.0.1].hostnames", id="an alias"),
    pytest.param("/spec/tolerations/0/effect", "NoSchedule", "spec.template.spec.tolerations", id="more in a toleration"),
    pytest.param("/spec/nodeSelector/more", "x", "spec.template.spec.nodeSelector", id="more in a map that is one value"),
    pytest.param(
        "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/0/matchFields",
        [{"key": "metadata.name", "operator": "In", "values": ["a"]}],
        "spec.template.spec.affinity.nodeAffinity",
        id="more in an affinity",
    ),
    pytest.param("/spec/volumes/2/emptyDir/medium", "", "spec.template.spec.volumes[tmp].emptyDir.medium", id="a volume"),
    pytest.param("/metadata/labels/team", "x", "spec.template.metadata.labels.team", id="a label"),
]


@pytest.mark.cluster
@pytest.mark.parametrize(("path", "value", "want"), CHANGES)
def test_what_somebody_changes_is_named_and_put_back(written, path, value, want):
    deployment = written(FULL)
    patch = [{"op": "add", "path": f"/spec/template{path}", "value": value}]
    deployment.kubectl("patch", "--type=json", "-p", json.dumps(patch))
    assert want in deployment.differences()
    assert deployment.apply().returncode == 0
    assert deployment.differences() == ()


REFUSED = [
    pytest.param({"spec": {"hostNetwok": True}}, "hostNetwok", id="a field that is none"),
    pytest.param({"spec": {"hostNetwork": "yes"}}, "hostNetwork", id="another type"),
    pytest.param({"spec": {"dnsPolicy": "Nonsense"}}, "spec.template.spec.dnsPolicy", id="a value that is none"),
    pytest.param({"spec": {"containers": [{"name": "sidecar"}]}}, "spec.template.spec.containers[0].image", id="no image"),
    pytest.param({"spec": {"volumes": [{"name": "tmp", "hostPath": {"path": "/x"}}]}}, "spec.template.spec.volumes", id="two"),
]


@pytest.mark.cluster
@pytest.mark.parametrize(("template", "words"), REFUSED)
def test_what_the_api_server_refuses_is_said_and_not_tried_all_the_time(served, template, words):
    name = served.service(podTemplate=template)
    replicas.until(lambda: served.condition(name, conditions.DEGRADED)[1] == conditions.WRITE_REFUSED)
    assert words in served.condition(name, conditions.DEGRADED)[2]
    assert served.get(kinds.DEPLOYMENT, name) is None
    tried = served.leader.metric("errors_total")
    time.sleep(4)
    assert served.leader.metric("errors_total") - tried <= 3
    served.spec(name)
    replicas.until(lambda: served.get(kinds.DEPLOYMENT, name) is not None)
