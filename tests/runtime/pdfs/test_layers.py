"""A layer goes from process to process unchanged."""

import json

from kubeocr_runtime import results
from kubeocr_runtime.pdfs import layers


def test_a_layer_survives_its_way() -> None:
    words = results.Word("Total:", 1.0, ((1, 2), (12, 2), (12, 12), (1, 12))), results.Word("12,50", 1.0, ((14, 2),) * 4)
    line = results.Line("Total: 12,50 €", 1.0, ((1, 2), (30, 2), (30, 12), (1, 12)), words)
    layer = layers.Layer((100, 200), (line,), layers.Facts(1, 2, 0.25, 4, 5))
    assert layers.from_json(json.loads(json.dumps(layers.to_json(layer)))) == layer
