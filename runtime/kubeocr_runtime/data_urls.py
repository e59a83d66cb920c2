"""Files inside of texts (RFC 2397)."""

import base64
import binascii

from kubeocr_runtime import errors, forms

PNG, JPEG = "image/png", "image/jpeg"


def of(data: bytes, media: str) -> str:
    """A file as a URL that holds it."""
    return f"data:{media};base64,{base64.b64encode(data).decode()}"


def file(url: str, field: str) -> bytes:
    """The file that a URL holds, which came in this field. Raises `errors.InvalidImageUrl`, `errors.InvalidBase64`."""
    head, comma, data = url.partition(",")
    if not (comma and head[:5].lower() == "data:" and head.lower().endswith(";base64")):
        message = f"{field}: {url[: forms.SHOWN]!r} is no data URL in base64; nothing is fetched from elsewhere"
        raise errors.InvalidImageUrl(message, field=field)
    try:
        found = base64.b64decode(data.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise errors.InvalidBase64(f"{field}: the base64 is broken", field=field) from None
    if not found:
        raise errors.InvalidBase64(f"{field}: it is empty", field=field)
    return found
