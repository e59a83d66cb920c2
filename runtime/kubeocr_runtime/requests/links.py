"""Links to results that open without an API key, to one file and for a time: HMAC-SHA256 of path and end.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ShareObjectPreSignedURL.html is the idea.
"""

import hashlib
import hmac
from collections.abc import Mapping

from kubeocr_contract import ocr_server, settings
from kubeocr_runtime import backends

EXPIRES, SIGNATURE = "expires", "signature"
_PURPOSE = b"links to results"
"""Keys of several purposes out of one secret are told apart."""


def signed(path: str, expires: float, chosen: settings.Settings) -> str:
    """A path with its signature, or as it is where there is no secret."""
    secret = _secret(chosen)
    if not secret:
        return path
    return f"{path}?{EXPIRES}={int(expires)}&{SIGNATURE}={_signature(secret, path, str(int(expires)))}"


def opens(path: str, query: Mapping[str, str], chosen: settings.Settings, now: float) -> bool:
    """Whether a request needs no API key: its link is one of ours, and its time is not over."""
    given, expires = query.get(SIGNATURE, ""), query.get(EXPIRES, "")
    if not given or not path.startswith(f"{ocr_server.DOWNLOAD}/") or not (expires.isascii() and expires.isdigit()):
        return False
    secret = _secret(chosen)
    right = bool(secret) and hmac.compare_digest(_signature(secret, path, expires).encode(), given.encode())
    return right and now < int(expires[:16])


def _signature(secret: str, path: str, expires: str) -> str:
    key = hmac.new(secret.encode(), _PURPOSE, hashlib.sha256).digest()
    return hmac.new(key, f"{path}\n{expires}".encode(), hashlib.sha256).hexdigest()


def _secret(chosen: settings.Settings) -> str:
    """Empty where there is none, or it cannot be read now."""
    if not chosen.signing_secret_file:
        return ""
    try:
        return backends.secret(chosen.signing_secret_file)
    except backends.Unreachable:
        return ""
