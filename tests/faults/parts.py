"""The API server of one of the project's own clusters as a process: stopped, killed, started anew."""

import os
import pathlib
import signal
import subprocess

from cluster import binaries, clusters

_PROC = pathlib.Path("/proc")


class ApiServer:
    """The API server of an own cluster, whose control plane works in the folder `pki` of its state (control_plane.sh)."""

    def __init__(self, cluster: clusters.Cluster) -> None:
        self._folder = cluster.path.parent / "pki"
        pid = self._pid("kube-apiserver")
        self._command = (_PROC / str(pid) / "cmdline").read_bytes().rstrip(b"\0").split(b"\0")
        self._environment = dict(
            x.split(b"=", 1) for x in (_PROC / str(pid) / "environ").read_bytes().split(b"\0") if b"=" in x
        )

    def freeze(self) -> None:
        """It keeps its connections, and answers nothing."""
        os.kill(self._pid("kube-apiserver"), signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on as if nothing had been."""
        os.kill(self._pid("kube-apiserver"), signal.SIGCONT)

    def kill(self) -> None:
        """It is gone, and its port is closed."""
        os.kill(self._pid("kube-apiserver"), signal.SIGKILL)

    def start(self) -> None:
        """As control_plane.sh started it, in the namespaces that its etcd is in; it ends with them."""
        enter = ("nsenter", "--target", str(self._pid("etcd")), "--net", "--mount", "--pid", f"--wd={self._folder}")
        with (self._folder.parent / "log" / "apiserver-again.log").open("wb") as log:
            subprocess.run(
                ["setsid", "--fork", *enter, "--", *self._command],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=True,
            )

    def _pid(self, program: str) -> int:
        found = [path for path in _PROC.glob("[0-9]*") if _is(path, binaries.BIN / program) and _is(path, self._folder, "cwd")]
        assert len(found) == 1, f"{program} runs {len(found)} times in {self._folder}"
        return int(found[0].name)


def _strings(file: pathlib.Path) -> list[str]:
    return file.read_text().rstrip("\0").split("\0")


def _is(process: pathlib.Path, path: pathlib.Path, what: str = "exe") -> bool:
    try:
        return (process / what).readlink() == path
    except OSError:
        return False
