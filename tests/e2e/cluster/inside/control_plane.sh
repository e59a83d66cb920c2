# The API server with its etcd, controller manager and scheduler, reached from outside through api.sock. Sourced by cluster.sh.

ip link set lo up
# The node's address needs a device that is not the loopback: the API server advertises it to pods. A veth pair is one on any kernel.
ip link add node0 type veth peer name node1
ip addr add $ADDRESS/24 dev node0
ip link set node0 up
ip link set node1 up
ip route add default dev node0

cd "$STATE/pki"
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
certificate() { # name subject [alternative names]
  key "$1"
  openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 365 -out "$1.crt" \
    ${3:+-extfile <(echo "subjectAltName=$3")} 2> /dev/null
}
kubeconfig() { # name server
  cat <<K
apiVersion: v1
kind: Config
current-context: kubeocr
contexts: [{name: kubeocr, context: {cluster: kubeocr, user: $1}}]
clusters: [{name: kubeocr, cluster: {server: "$2", certificate-authority-data: $(base64 -w0 ca.crt)}}]
users: [{name: $1, user: {client-certificate-data: $(base64 -w0 "$1.crt"), client-key-data: $(base64 -w0 "$1.key")}}]
K
}
key ca
openssl req -x509 -key ca.key -subj /CN=kubeocr-ca -days 365 -out ca.crt
key accounts
openssl ec -in accounts.key -pubout -out accounts.pub 2> /dev/null
certificate apiserver /CN=kube-apiserver "DNS:localhost,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:10.96.0.1,IP:$ADDRESS"
certificate aggregator /CN=aggregator
certificate admin /O=system:masters/CN=admin
certificate controllers /CN=system:kube-controller-manager
certificate scheduler /CN=system:kube-scheduler
for who in admin controllers scheduler; do kubeconfig $who https://127.0.0.1:6443 > "$STATE/$who.kubeconfig"; done
export KUBECONFIG=$STATE/admin.kubeconfig

# By default a quarter of an API server's time with thousands of objects is Go's collector (its own CPU profile); memory is there.
export GOGC=400 GOMEMLIMIT=4GiB
start etcd "$BIN/etcd" --data-dir "$STATE/etcd" --unsafe-no-fsync
start apiserver "$BIN/kube-apiserver" --etcd-servers=http://127.0.0.1:2379 --service-cluster-ip-range=10.96.0.0/16 \
  --bind-address=0.0.0.0 --advertise-address=$ADDRESS --allow-privileged=true \
  --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
  --client-ca-file=ca.crt --tls-cert-file=apiserver.crt --tls-private-key-file=apiserver.key \
  --service-account-issuer=https://kubernetes.default.svc --service-account-key-file=accounts.pub \
  --service-account-signing-key-file=accounts.key \
  --kubelet-certificate-authority=ca.crt --kubelet-client-certificate=admin.crt --kubelet-client-key=admin.key \
  --kubelet-preferred-address-types=InternalIP \
  --requestheader-client-ca-file=ca.crt --requestheader-allowed-names=aggregator \
  --requestheader-username-headers=X-Remote-User --requestheader-group-headers=X-Remote-Group \
  --requestheader-extra-headers-prefix=X-Remote-Extra- --proxy-client-cert-file=aggregator.crt --proxy-client-key-file=aggregator.key
# The controllers' own rate limits are made for big clusters on many machines; here they would be what a test waits for.
start controllers "$BIN/kube-controller-manager" --kubeconfig="$STATE/controllers.kubeconfig" --leader-elect=false \
  --use-service-account-credentials --service-account-private-key-file=accounts.key --root-ca-file=ca.crt \
  --cluster-signing-cert-file=ca.crt --cluster-signing-key-file=ca.key --allocate-node-cidrs --cluster-cidr=10.244.0.0/16 \
  --horizontal-pod-autoscaler-sync-period=5s --kube-api-qps=500 --kube-api-burst=1000
start scheduler "$BIN/kube-scheduler" --kubeconfig="$STATE/scheduler.kubeconfig" --leader-elect=false \
  --kube-api-qps=500 --kube-api-burst=1000
start api-socket socat "UNIX-LISTEN:$STATE/api.sock,fork" TCP:127.0.0.1:6443,nodelay

until_true 60 "$KUBECTL" get --raw /readyz
until_true 60 "$KUBECTL" get serviceaccount default  # the controllers are at work
kubeconfig admin "https://127.0.0.1:$PORT" > "$STATE/kubeconfig"
