"""Docker archives: the pause image that every pod rests on, and loading an archive into a node."""

import hashlib
import io
import json
import pathlib
import subprocess
import tarfile
import tempfile

from cluster import binaries

PAUSE_IMAGE = "docker.io/kubeocr/pause:1"
_PAUSE = """package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGINT, syscall.SIGTERM)
	<-end
}
"""


def load(archive: pathlib.Path, socket: pathlib.Path) -> None:
    """Imports an archive into the containerd behind that socket, for its Kubernetes."""
    ctr = [str(binaries.BIN / "ctr"), "--address", str(socket), "--namespace", "k8s.io"]
    subprocess.run([*ctr, "images", "import", str(archive)], check=True, capture_output=True, stdin=subprocess.DEVNULL)


def pause() -> pathlib.Path:
    """The archive of an image whose one program waits to be told to end; built once."""
    archive = binaries.BIN / "kubeocr-pause.tar"
    if not archive.exists():
        with tempfile.TemporaryDirectory(dir=binaries.BIN) as folder:
            path = pathlib.Path(folder)
            (path / "go.mod").write_text("module pause\n")
            (path / "main.go").write_text(_PAUSE)
            binaries.go(path, "build", "-ldflags=-s -w", "-o", "pause", ".")
            written = path / "archive.tar"
            _write(written, (path / "pause").read_bytes())
            written.rename(archive)
    return archive


def _write(archive: pathlib.Path, program: bytes) -> None:
    """One layer, one config, one manifest: https://github.com/moby/docker-image-spec/blob/main/v1.2.md#combined-image-json--filesystem-changeset-format"""
    layer = _tar({"pause": program}, mode=0o755)
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Entrypoint": ["/pause"]},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
    }
    manifest = [{"Config": "config.json", "RepoTags": [PAUSE_IMAGE.removeprefix("docker.io/")], "Layers": ["layer.tar"]}]
    files = {"layer.tar": layer, "config.json": json.dumps(config).encode(), "manifest.json": json.dumps(manifest).encode()}
    archive.write_bytes(_tar(files, mode=0o644))


def _tar(files: dict[str, bytes], *, mode: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), mode
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()
