"""Pages as JPEG files, for eyes and for models that see."""

import cv2

from kubeocr_runtime import tensors


def encode(image: tensors.Image, longest: int, quality: int) -> bytes:
    """A file of it, its longer side at most so many pixels; `quality` is 0 to 100."""
    done, coded = cv2.imencode(".jpg", _fitted(image, longest), [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise RuntimeError("a page's picture could not be written as JPEG")
    return bytes(coded)


def _fitted(image: tensors.Image, longest: int) -> tensors.Image:
    height, width = image.shape[:2]
    share = longest / max(height, width)
    return image if share >= 1 else tensors.shrink(image, (max(1, round(width * share)), max(1, round(height * share))))
