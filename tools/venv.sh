#!/bin/bash
# Makes .venv with the extra that is asked for: tools/venv.sh dev|demo. Says in one line what is missing.
set -eu
cd "$(dirname "$0")/.."
extra=$1
find_python() {
  for name in python3.13 python3.12 python3.11 python3; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then command -v "$name"; return; fi
  done
  echo "Python 3.11 or newer is needed and PATH has none (on Debian: apt-get install -y python3 python3-venv)" >&2
  return 1
}
if [ ! -x .venv/bin/pip ]; then
  python=$(find_python)
  if ! "$python" -c 'import ensurepip' 2> /dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
      { apt-get update && apt-get install -y --no-install-recommends python3-venv; } > /dev/null 2>&1 < /dev/null
    else
      echo "$python cannot make virtual environments (on Debian: apt-get install -y python3-venv)" >&2
      exit 1
    fi
  fi
  "$python" -m venv .venv
fi
echo "installing the Python packages of [$extra] into .venv" >&2
.venv/bin/pip install --quiet --disable-pip-version-check -e ".[$extra]"
touch ".venv/.$extra"
