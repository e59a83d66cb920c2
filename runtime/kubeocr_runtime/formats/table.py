"""From a format's name to what makes it: the module of that name, loaded when it is first asked for.

JSON is not here: it tells of the request too, so `wishes` has it.
"""

import importlib
from collections.abc import Callable
from typing import cast

from kubeocr_contract import outputs
from kubeocr_runtime.formats import content

Render = Callable[[content.Content], bytes]


def renderer(output: outputs.Output) -> Render:
    """What makes a format other than JSON."""
    return cast("Render", importlib.import_module(f"{__package__}.{output.name}").render)
