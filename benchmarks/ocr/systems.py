"""What every system that is measured looks like, ours as the peers'."""

import dataclasses
import pathlib
import typing

OURS, EXACT, BARE = "ours", "ours-exact", "bare-exact"
"""`kubeocr serve` with its defaults, with nothing taken away from the models, and what the latter's models compute alone."""
SERVED, REFERENCE = "paddlex-serve", "paddleocr"
PEERS = (SERVED, REFERENCE, "rapidocr-onnxruntime", "rapidocr-openvino", "tesseract")
SAME_WEIGHTS = PEERS[:-1]
"""tesseract has models of its own, which are much smaller."""
FLOAT32 = (SERVED, REFERENCE, "rapidocr-onnxruntime")
"""Those of the peers that compute in full precision on every machine; OpenVINO takes bfloat16 where the CPU has it."""


class NotThere(Exception):
    """A system that this machine cannot have, or that does not start; the message says why in one line."""


class ReadFailed(Exception):
    """A file that was not read; the message says why."""


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """A file's text, and the seconds that the system itself says reading took, if it says."""

    text: str
    inside_seconds: float | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Usage:
    """What all processes of a system take: memory that is resident now and the most there was (MiB), CPU time so far."""

    rss_mib: float
    peak_mib: float
    cpu_seconds: float


class System(typing.Protocol):
    """Something that reads files. One that is paused takes no CPU, and reads nothing until it is resumed."""

    name: str

    def start(self) -> float:
        """Brings it up; the seconds until it can read. Raises `NotThere`."""

    def read(self, path: pathlib.Path) -> Answer:
        """Reads an image; may be called by several threads at once. Raises `ReadFailed`."""

    def usage(self) -> Usage:
        """What it takes."""

    def pause(self) -> None:
        """Stops its processes where they are."""

    def resume(self) -> None:
        """Lets them go on."""

    def close(self) -> None:
        """Ends it."""
