"""Where images come from at a site with a mirror. Pure; called wherever an image is decided."""

from collections.abc import Mapping
from typing import Any

from kubeocr_operator import config, specs


def of(wanted: specs.Offline, defaults: config.Config) -> str:
    """The mirror to `rewrite` with: the service's own or the cluster's; empty where there is none."""
    return wanted.registry_mirror or defaults.registry_mirror


def rewrite(image: str, mirror: str) -> str:
    """An image's name with the mirror in the place of its registry; tag and digest stay.

    `registry.example/team/ocr:1` and `team/ocr:1` both become `<mirror>/team/ocr:1`. A name that is the mirror's already stays
    as it is, and so does every name where there is no mirror.
    """
    if not mirror or image.startswith(f"{mirror}/"):
        return image
    first, slash, rest = image.partition("/")
    return f"{mirror}/{rest if slash and _is_registry(first) else image}"


def of_workload(obj: dict[str, Any], mirror: str) -> dict[str, Any]:
    """An object with all images of its pods from the mirror, whoever named them: a podTemplate brings containers of its own."""
    template = obj.get("spec", {}).get("template")
    if not mirror or template is None:
        return obj
    pod = {**template["spec"]}
    for field in ("initContainers", "containers"):
        if field in pod:
            pod[field] = [_mirrored(container, "image", mirror) for container in pod[field]]
    if "volumes" in pod:
        pod["volumes"] = [_volume(volume, mirror) for volume in pod["volumes"]]
    return {**obj, "spec": {**obj["spec"], "template": {**template, "spec": pod}}}


def _volume(volume: Any, mirror: str) -> Any:
    """An OCI image may be a volume."""
    image = volume.get("image") if isinstance(volume, Mapping) else None
    return {**volume, "image": _mirrored(image, "reference", mirror)} if image is not None else volume


def _mirrored(holder: Any, field: str, mirror: str) -> Any:
    """What names an image in a field. What does not is for the API server to refuse."""
    name = holder.get(field) if isinstance(holder, Mapping) else None
    return {**holder, field: rewrite(name, mirror)} if isinstance(name, str) else holder


def _is_registry(part: str) -> bool:
    """What tells a registry from a folder: https://github.com/distribution/reference/blob/v0.6.0/normalize.go#L140."""
    return part == "localhost" or "." in part or ":" in part or part != part.lower()
