"""What the own cluster and the images need of the machine; Debian's packages are installed where that can be done."""

import os
import shutil
import subprocess
from collections.abc import Mapping

from cluster import binaries

CONTROL_PLANE: Mapping[str, str] = {"openssl": "openssl", "ip": "iproute2", "unshare": "util-linux", "socat": "socat"}
"""Program -> the Debian package that has it."""
NODE: Mapping[str, str] = {
    **CONTROL_PLANE,
    "runc": "runc",
    "/usr/lib/cni/bridge": "containernetworking-plugins",
    "iptables": "iptables",
    "conntrack": "conntrack",
    "ethtool": "ethtool",
}
IMAGES: Mapping[str, str] = {"buildah": "buildah", "debootstrap": "debootstrap"}


def ensure(programs: Mapping[str, str]) -> None:
    """Installs what is missing. Raises `binaries.Missing`, in one line, where that is not possible."""
    if os.geteuid() != 0:
        raise binaries.Missing("an own cluster needs root; or use Docker with kind, or point KUBECONFIG at a cluster")
    packages = sorted({package for program, package in programs.items() if shutil.which(program) is None})
    if not packages:
        return
    command = f"apt-get install -y {' '.join(packages)}"
    if shutil.which("apt-get") is None:
        raise binaries.Missing(f"missing: {' '.join(packages)} (on Debian: {command})")
    for line in ("apt-get update -q", f"{command} -q --no-install-recommends"):
        done = subprocess.run(line.split(), capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise binaries.Missing(f"{command} failed: {done.stderr.strip()[-500:]}")
