"""What a pod tells of itself at `names.STATUS`: the runtime writes it with `to_json`, the operator reads it back."""

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")


class InvalidReport(ValueError):
    """JSON that is no report; the message names the field, what is there and what is allowed."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Model:
    """A model that is loaded."""

    name: str
    """PaddleOCR's official name."""
    sha256: str
    """Of its weights' file (of the parameters where Paddle's format has two), hexadecimal, as it was when it was loaded."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Engine:
    """What runs the models; all empty until the first one is loaded."""

    name: str = ""
    """onnxruntime, openvino, tensorrt or paddle."""
    device: str = ""
    """cpu or gpu: what it came to, not what was asked for."""
    provider: str = ""
    """As the engine's library calls it: CUDAExecutionProvider, say."""
    threads: int = 0
    """Of one inference on CPUs."""


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Backend:
    """Another server that this one works with, as it was when it was last asked."""

    configured: bool = False
    reachable: bool = False
    """Whether it answered as it should; False until it was asked for the first time."""
    models_present: Mapping[str, bool] = dataclasses.field(default_factory=dict)
    """Model that the settings name -> whether the server has it; empty while it is not reachable."""
    message: str = ""
    """What is wrong, in words, or what is to be known of one that is good; empty where there is nothing to say."""
    checked_at: str = ""
    """RFC 3339, UTC, in seconds; empty until it was asked for the first time."""

    @property
    def good(self) -> bool:
        """Whether everything that is wanted of it is there."""
        return self.reachable and all(self.models_present.values())


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Backends:
    """Every kind of backend; one that the settings do not name is not configured."""

    llm: Backend = Backend()
    vlm: Backend = Backend()
    queue: Backend = Backend()


@dataclasses.dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A pod's own words. Nothing in it is secret: it is told without an API key."""

    version: str
    """Of the runtime."""
    ready: bool = False
    """Whether everything that the settings name is loaded and a known page came back right."""
    models: tuple[Model, ...] = ()
    """Loaded ones, sorted by name; further ones of the image come with the first request for them."""
    languages: tuple[str, ...] = ()
    """Catalogue ids that are loaded and warm."""
    pipelines: tuple[str, ...] = ()
    engine: Engine = Engine()
    backends: Backends = Backends()


def to_json(report: Report) -> dict[str, Any]:
    """The body of the answer; `from_json(to_json(r)) == r`."""
    return dataclasses.asdict(report)


def from_json(body: object) -> Report:
    """Raises `InvalidReport`. What a newer runtime adds is passed over, what an older one does not tell has its default."""
    return _value(Report, body, "report")


def _value(kind: type[T], found: object, path: str) -> T:
    if not isinstance(found, dict):
        raise InvalidReport(f"{path}: {found!r} is not an object")
    hints = typing.get_type_hints(kind)
    known = {name: _parsed(hint, found[name], f"{path}.{name}") for name, hint in hints.items() if name in found}
    try:
        return kind(**known)
    except TypeError as e:
        raise InvalidReport(f"{path}: {e}") from None


def _parsed(hint: Any, found: object, path: str) -> Any:
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _value(hint, found, path)
    match typing.get_origin(hint), typing.get_args(hint):
        case (builtin, (item, types.EllipsisType())) if builtin is tuple:
            return tuple(_parsed(item, each, f"{path}[{i}]") for i, each in enumerate(_exactly((list, tuple), found, path)))
        case (None, ()):
            return _exactly((hint,), found, path)
        case (_, (_, item)):
            return {key: _parsed(item, each, f"{path}.{key}") for key, each in _exactly((dict,), found, path).items()}
    raise NotImplementedError(f"{path}: {hint}")


def _exactly(kinds: tuple[type, ...], found: Any, path: str) -> Any:
    """A boolean is no number here, though Python has it so."""
    if type(found) not in kinds:
        raise InvalidReport(f"{path}: {found!r} is not a {kinds[0].__name__}")
    return found
