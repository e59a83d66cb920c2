"""The text alone: a line a row, pages parted by an empty line, as in the JSON's `text`."""

from kubeocr_runtime.formats import content


def render(found: content.Content) -> bytes:
    """UTF-8."""
    return ("\n\n".join(page.text for page in found.pages) + "\n").encode()
