#!/bin/bash
# PID 1 of the cluster's PID namespace, still in the machine's network: leaves one door open, then takes the cluster into a network
# of its own. A unix socket is a file, so it joins the two networks where no packet can pass.
set -eu
socat "TCP-LISTEN:$PORT,bind=127.0.0.1,fork,reuseaddr,nodelay" "UNIX-CONNECT:$STATE/api.sock" 2> "$STATE/log/door.log" &
exec unshare --net bash "$HERE/cluster.sh"
