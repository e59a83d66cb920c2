"""Docker archives: the pause image that every pod rests on, and loading an archive into a node."""

import hashlib
import io
import json
import pathlib
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from typing import Any

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
            write(archive, PAUSE_IMAGE, {"pause": path / "pause"}, config={"Entrypoint": ["/pause"]})
    return archive


def write(archive: pathlib.Path, reference: str, programs: Mapping[str, pathlib.Path], *, config: Mapping[str, Any]) -> None:
    """An image of nothing but static programs in its root folder, whole or not at all.

    One layer, one config, one manifest: https://github.com/moby/docker-image-spec/blob/main/v1.2.md#combined-image-json--filesystem-changeset-format
    """
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
        layer, whole = pathlib.Path(folder) / "layer.tar", pathlib.Path(folder) / "archive.tar"
        with tarfile.open(layer, "w") as tar:
            for name, program in programs.items():
                tar.add(program, name)
        with layer.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        described = {
            "architecture": "amd64",
            "os": "linux",
            "config": dict(config),
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
        }
        manifest = [{"Config": "config.json", "RepoTags": [reference.removeprefix("docker.io/")], "Layers": ["layer.tar"]}]
        with tarfile.open(whole, "w") as tar:
            _add(tar, "config.json", json.dumps(described).encode())
            _add(tar, "manifest.json", json.dumps(manifest).encode())
            tar.add(layer, "layer.tar")
        whole.rename(archive)


def renamed(archive: pathlib.Path, reference: str, folder: pathlib.Path) -> pathlib.Path:
    """The image of an archive under another name: a further archive, in that folder."""
    copy = folder / "renamed.tar"
    with tarfile.open(archive) as old, tarfile.open(copy, "w") as new:
        for member in old:
            content = old.extractfile(member)
            if member.name == "manifest.json" and content is not None:
                manifest = [{**image, "RepoTags": [reference]} for image in json.load(content)]
                _add(new, member.name, json.dumps(manifest).encode())
            elif member.name != "repositories":  # the same, in the form of old
                new.addfile(member, content)
    return copy


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    tar.addfile(info, io.BytesIO(content))
