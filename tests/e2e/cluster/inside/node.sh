# One real node: containerd, kubelet, kube-proxy, with cluster DNS and, where it is built, metrics. Sourced by cluster.sh.

SOCKET=$STATE/containerd/containerd.sock
certificate kubelet /O=system:nodes/CN=system:node:node1 "DNS:node1,IP:$ADDRESS"
certificate proxy /CN=system:kube-proxy
for who in kubelet proxy; do kubeconfig $who https://127.0.0.1:6443 > "$STATE/$who.kubeconfig"; done
mkdir -p "$STATE"/{containerd,cni}

cat > "$STATE/cni/10-pods.conflist" <<C
{"cniVersion": "1.0.0", "name": "pods", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": true, "hairpinMode": true,
   "ipam": {"type": "host-local", "dataDir": "$STATE/cni/addresses", "ranges": [[{"subnet": "10.244.0.0/24"}]],
            "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
C
# restrict_oom_score_adj: lowering it takes CAP_SYS_RESOURCE, which root in a container lacks
cat > "$STATE/containerd/config.toml" <<C
version = 3
root = '$STATE/containerd/root'
state = '$STATE/containerd/state'
[grpc]
  address = '$SOCKET'
[ttrpc]
  address = '$SOCKET.ttrpc'
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = '$PAUSE_IMAGE'
[plugins.'io.containerd.cri.v1.runtime']
  restrict_oom_score_adj = true
  [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
    runtime_type = 'io.containerd.runc.v2'
    [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
      SystemdCgroup = false
  [plugins.'io.containerd.cri.v1.runtime'.cni]
    bin_dirs = ['/usr/lib/cni']
    conf_dir = '$STATE/cni'
C
PATH=$BIN:$PATH start containerd "$BIN/containerd" --config "$STATE/containerd/config.toml"
until_true 30 "$BIN/ctr" --address "$SOCKET" version
"$BIN/ctr" --address "$SOCKET" --namespace k8s.io images import "$PAUSE_ARCHIVE" > /dev/null

# failCgroupV1 and KubeletInUserNamespace: machines with hybrid cgroups, and containers that lack CAP_SYS_RESOURCE, will do.
# No image is pulled here, so none may be collected: a full disk would take what no registry can give back.
# podLogsDir: a kubelet deletes the logs of pods that it does not know, and /var/log/pods is every cluster's of this machine.
cat > "$STATE/kubelet.yaml" <<C
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $ADDRESS
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $STATE/pki/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $STATE/pki/kubelet.crt
tlsPrivateKeyFile: $STATE/pki/kubelet.key
cgroupDriver: cgroupfs
cgroupRoot: $CGROUP
clusterDNS: [$ADDRESS]
clusterDomain: cluster.local
containerRuntimeEndpoint: unix://$SOCKET
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%}
failCgroupV1: false
failSwapOn: false
featureGates: {KubeletInUserNamespace: true}
imageGCHighThresholdPercent: 100
maxOpenFiles: 1024
oomScoreAdj: 0
podLogsDir: $STATE/pod-logs
resolvConf: ""
C
start kubelet "$BIN/kubelet" --config="$STATE/kubelet.yaml" --kubeconfig="$STATE/kubelet.kubeconfig" \
  --hostname-override=node1 --node-ip=$ADDRESS --root-dir="$STATE/kubelet"

# conntrack's sizes are the machine's, not this network's: zero leaves them alone
cat > "$STATE/proxy.yaml" <<C
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: iptables
hostnameOverride: node1
clusterCIDR: 10.244.0.0/16
clientConnection: {kubeconfig: $STATE/proxy.kubeconfig}
conntrack: {maxPerCore: 0, min: 0, tcpCloseWaitTimeout: 0s, tcpEstablishedTimeout: 0s}
C
start proxy "$BIN/kube-proxy" --config="$STATE/proxy.yaml"

cat > "$STATE/Corefile" <<C
.:53 {
  bind $ADDRESS
  errors
  kubernetes cluster.local {
    kubeconfig $STATE/admin.kubeconfig
    ttl 5
  }
}
C
start dns "$BIN/coredns" -conf "$STATE/Corefile"

if [ "$METRICS" = 1 ]; then
  start metrics "$BIN/metrics-server" --kubeconfig="$STATE/admin.kubeconfig" --authentication-kubeconfig="$STATE/admin.kubeconfig" \
    --authorization-kubeconfig="$STATE/admin.kubeconfig" --secure-port=4443 --cert-dir="$STATE/metrics" \
    --kubelet-insecure-tls --kubelet-preferred-address-types=InternalIP --kubelet-request-timeout=5s --metric-resolution=10s
  "$KUBECTL" apply -f - > /dev/null <<C
apiVersion: v1
kind: Service
metadata: {name: metrics-server, namespace: kube-system}
spec: {ports: [{port: 443, targetPort: 4443}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: metrics-server-1, namespace: kube-system, labels: {kubernetes.io/service-name: metrics-server}}
addressType: IPv4
ports: [{port: 4443}]
endpoints: [{addresses: [$ADDRESS]}]
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1beta1.metrics.k8s.io}
spec: {group: metrics.k8s.io, version: v1beta1, service: {name: metrics-server, namespace: kube-system}, insecureSkipTLSVerify: true,
  groupPriorityMinimum: 100, versionPriority: 100}
C
fi

until_true 60 "$KUBECTL" get node node1
"$KUBECTL" wait --for=condition=Ready node/node1 --timeout=60s > /dev/null
# https://kubernetes.io/docs/tasks/administer-cluster/extended-resource-node/ : counted by scheduler and kubelet, nothing behind them
[ "$GPUS" = 0 ] || "$KUBECTL" patch node node1 --subresource=status --type=json \
  -p "[{\"op\": \"add\", \"path\": \"/status/capacity/nvidia.com~1gpu\", \"value\": \"$GPUS\"}]" > /dev/null
