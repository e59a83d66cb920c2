"""Files inside of texts (RFC 2397)."""

import base64

PNG, JPEG = "image/png", "image/jpeg"


def of(data: bytes, media: str) -> str:
    """A file as a URL that holds it."""
    return f"data:{media};base64,{base64.b64encode(data).decode()}"
