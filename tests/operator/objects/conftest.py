"""Plans to build objects of."""

from collections.abc import Callable
from typing import Any

import pytest

from kubeocr_operator import config, ocrservices, plans

DEFAULTS = config.Config(operator_namespace="kubeocr-system")


@pytest.fixture
def plan(body: Callable[..., dict[str, Any]]) -> Callable[..., plans.Plan]:
    """Resolves a spec, on CPUs."""

    def resolve(defaults: config.Config = DEFAULTS, name: str = "docs", **spec: Any) -> plans.Plan:
        return plans.resolve(ocrservices.parse(body(name, **spec)), defaults, "cpu")

    return resolve
