"""Where images come from at a site with a mirror. Pure; called wherever an image is decided."""

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


def _is_registry(part: str) -> bool:
    """What tells a registry from a folder: https://github.com/distribution/reference/blob/v0.6.0/normalize.go#L140."""
    return part == "localhost" or "." in part or ":" in part or part != part.lower()
