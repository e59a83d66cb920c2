"""Servers that callers may have this one ask: whoever could name any would reach whatever the pod reaches. Pure."""

import urllib.parse
from collections.abc import Iterable

_PORTS = {"http": 80, "https": 443}


def of(url: str) -> str:
    """host:port of a URL of HTTP; empty for anything else."""
    try:
        parts = urllib.parse.urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (KeyError, ValueError):
        return ""
    return f"{parts.hostname}:{port}" if parts.hostname else ""


def allows(allowed: Iterable[str], url: str) -> bool:
    """Whether a URL's server is among those, each host:port, or a host and HTTP's own port."""
    return bool(of(url)) and of(url) in {of(f"http://{host}") for host in allowed}
