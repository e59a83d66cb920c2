#!/bin/bash
# Starts the parts and stays as PID 1: whatever it starts ends with it.
set -eu
ADDRESS=10.99.0.1
start() { # name command...
  local name=$1; shift
  "$@" > "$STATE/log/$name.log" 2>&1 < /dev/null &
}
until_true() { # seconds command...
  local left=$(( $1 * 5 )); shift
  until "$@" > /dev/null 2>&1; do
    (( left-- > 0 )) || { echo "gave up waiting for: $*" >&2; exit 1; }
    sleep .2
  done
}
. "$HERE/control_plane.sh"
[ "$NODE" = 0 ] || . "$HERE/node.sh"
touch "$STATE/ready"
while :; do wait -n || true; sleep 1; done
