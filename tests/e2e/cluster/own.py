"""The project's own Kubernetes: real parts in namespaces of their own, no packet in or out, one kill ends it."""

import contextlib
import dataclasses
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable

from cluster import archives, binaries, requirements, versions

INSIDE = pathlib.Path(__file__).parent / "inside"
_CGROUPS = pathlib.Path("/sys/fs/cgroup")
_START_SECONDS = 240
_CHILDREN: dict[str, subprocess.Popen[bytes]] = {}
"""Clusters that this process started: whoever starts a process has to wait for its end."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What to start. `keep`: outlive the process that starts it; `gpus`: how many pretend nvidia.com/gpu the node counts."""

    name: str
    node: bool = True
    metrics: bool = True
    gpus: int = 0
    keep: bool = False

    @property
    def programs(self) -> tuple[str, ...]:
        """The binaries that it takes."""
        kubectl = tuple(name for name in versions.clients() if name == "kubectl")
        return (
            versions.CONTROL_PLANE + kubectl + (versions.NODE * self.node) + (versions.METRICS * (self.node and self.metrics))
        )


def up(options: Options) -> pathlib.Path:
    """Starts the cluster unless it runs. Returns its kubeconfig, good from outside its network too. Raises `Missing`."""
    state = _state(options.name)
    if not _running(state):
        prepare(options)
        down(options.name)
        _start(options, state)
        _await(state)
    return kubeconfig(options.name)


def kubeconfig(name: str) -> pathlib.Path:
    """Where `up` leaves a cluster's."""
    return _state(name) / "kubeconfig"


def prepare(options: Options) -> None:
    """Installs and builds what the cluster takes. Raises `Missing`."""
    requirements.ensure(requirements.NODE if options.node else requirements.CONTROL_PLANE)
    binaries.ensure(options.programs)


def loader(name: str) -> Callable[[pathlib.Path], None]:
    """What imports a docker archive into the node's containerd, once."""
    state = _state(name)

    def load(archive: pathlib.Path) -> None:
        loaded = state / "loaded" / archive.name
        if not loaded.exists():
            archives.load(archive, state / "containerd" / "containerd.sock")
            loaded.parent.mkdir(exist_ok=True)
            loaded.touch()

    return load


def network(name: str) -> pathlib.Path:
    """The network namespace of a running cluster, as a file (namespaces(7)); the kubeconfigs of its parts are good in there."""
    outer = _pid(_state(name))
    inner = pathlib.Path(f"/proc/{outer}/task/{outer}/children").read_text().split()[0]
    return pathlib.Path(f"/proc/{inner}/ns/net")


def down(name: str) -> None:
    """Kills PID 1 of its PID namespace, with which everything of it ends, and clears its files and cgroups away."""
    state = _state(name)
    if _running(state):
        os.kill(_pid(state), signal.SIGKILL)
        _until(lambda: not _running(state), seconds=20)
    if child := _CHILDREN.pop(name, None):
        child.wait()
    for folder in sorted(_CGROUPS.glob(f"**/{_cgroup(name)}/**/"), reverse=True) if _CGROUPS.exists() else ():
        with contextlib.suppress(OSError):
            folder.rmdir()
    shutil.rmtree(state, ignore_errors=True)


def _start(options: Options, state: pathlib.Path) -> None:
    for folder in ("log", "pki"):
        (state / folder).mkdir(parents=True)
    _make_cgroups(_cgroup(options.name))
    # without --keep the kernel ends it with the process that asked for it, however that ends
    leash = () if options.keep else ("setpriv", "--pdeathsig", "KILL")
    namespaces = ("unshare", "--pid", "--mount", "--fork", "--kill-child", "--mount-proc", "--propagation", "private")
    with (state / "log" / "boot.log").open("wb") as log:
        process = _CHILDREN[options.name] = subprocess.Popen(
            [*leash, *namespaces, "bash", str(INSIDE / "boot.sh")],
            env=os.environ | _environment(options, state),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    (state / "process.json").write_text(json.dumps({"pid": process.pid, "started": _started(process.pid)}))


def _environment(options: Options, state: pathlib.Path) -> dict[str, str]:
    return {
        "BIN": str(binaries.BIN),
        "KUBECTL": binaries.tool("kubectl"),
        "HERE": str(INSIDE),
        "STATE": str(state),
        "PORT": str(_free_port()),
        "CGROUP": f"/{_cgroup(options.name)}",
        "NODE": str(int(options.node)),
        "METRICS": str(int(options.metrics)),
        "GPUS": str(options.gpus),
        "PAUSE_IMAGE": archives.PAUSE_IMAGE,
        "PAUSE_ARCHIVE": str(archives.pause()) if options.node else "",
    }


def _await(state: pathlib.Path) -> None:
    _until(lambda: (state / "ready").exists() or not _running(state), seconds=_START_SECONDS)
    if not (state / "ready").exists():
        log = (state / "log" / "boot.log").read_text()[-2000:]
        raise binaries.Missing(f"the cluster did not start; its logs are in {state / 'log'}\n{log}")


def _until(true: Callable[[], bool], *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.1)


def _state(name: str) -> pathlib.Path:
    return binaries.CACHE / "clusters" / name


def _pid(state: pathlib.Path) -> int:
    return int(json.loads((state / "process.json").read_text())["pid"])


def _running(state: pathlib.Path) -> bool:
    """Whether the process that was started still runs; its start time tells it from a later one of the same number."""
    try:
        known = json.loads((state / "process.json").read_text())
    except (OSError, ValueError):
        return False
    return bool(known["started"]) and _started(known["pid"]) == str(known["started"])


def _started(pid: int) -> str:
    """Field 22 of /proc/PID/stat (proc(5)), with zombies counted as gone."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]


def _cgroup(name: str) -> str:
    return f"kubeocr-{name}"


def _make_cgroups(name: str) -> None:
    """The kubelet wants its root cgroup made before it starts, in every hierarchy where cgroups are of version 1."""
    unified = (_CGROUPS / "cgroup.controllers").exists()
    for hierarchy in (_CGROUPS,) if unified else tuple(_CGROUPS.iterdir()):
        (hierarchy / name).mkdir(exist_ok=True)
    cpuset = _CGROUPS / "cpuset"
    for setting in ("cpuset.cpus", "cpuset.mems") if (cpuset / name).exists() else ():
        (cpuset / name / setting).write_text((cpuset / setting).read_text())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
