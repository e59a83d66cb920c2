"""Models in ONNX, taken apart and put together again: `heads` and `upsampling` change the graphs between."""

import onnx
from google.protobuf import message


class Unsuited(ValueError):
    """A model that cannot be changed in this way, and why: it is used as it is."""


def parse(model: bytes) -> onnx.ModelProto:
    """A model's file. Raises `Unsuited` for one that is none."""
    try:
        return onnx.load_from_string(model)
    except message.DecodeError as e:
        raise Unsuited(f"it is no ONNX model: {e}") from None


def written(model: onnx.ModelProto) -> bytes:
    """A file again, without constants that no node takes any more, nor the shapes that had been worked out."""
    graph = model.graph
    del graph.value_info[:]
    used = {name for node in graph.node for name in node.input}
    kept = [tensor for tensor in graph.initializer if tensor.name in used]
    del graph.initializer[:]
    graph.initializer.extend(kept)
    file: bytes = model.SerializeToString()
    return file
