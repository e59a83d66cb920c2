"""What keeps an operator running in a cluster, for tests that take something away from it."""

import dataclasses
import pathlib
import time
import urllib.error
from collections.abc import Callable, Iterable

import replicas

from kubeocr_contract import names


@dataclasses.dataclass
class Kubelet:
    """Starts an operator anew when it ended or says that it is not well, as a kubelet would, and notes how it ended."""

    space: replicas.Space
    kubeconfig: pathlib.Path | None = None
    ended: list[tuple[int, replicas.Replica]] = dataclasses.field(default_factory=list)
    """Exit status of each that was started anew."""

    @property
    def operator(self) -> replicas.Replica:
        """The one that runs."""
        return self.space.replicas[-1]

    def tend(self) -> None:
        """One look at it."""
        if self.operator.running and _sick(self.operator):
            self.operator.end()
        if not self.operator.running:
            self.ended.append((self.operator.process.returncode, self.operator))
            self.space.start(kubeconfig=self.kubeconfig)

    def until(self, holds: Callable[[], object], seconds: float) -> float:
        """Tends until something holds; the seconds that it took."""
        began = time.monotonic()
        while not holds():
            self.tend()
            assert time.monotonic() - began < seconds, f"it did not hold within {seconds} s; ended: {self.ended}"
            time.sleep(0.5)
        return time.monotonic() - began

    def only_lost_its_lease(self) -> bool:
        """Whether each operator that ended had lost its lease, and said so in one line; none at all is fine too."""
        return all(status == 1 and "could not be renewed" in each.log.read_text() for status, each in self.ended)

    def logs(self) -> str:
        """What all of them said."""
        return "".join(each.log.read_text() for each in self.space.replicas)


def tend(kubelets: Iterable[Kubelet], seconds: float) -> None:
    """Tends to all of them for some time."""
    kubelets, end = tuple(kubelets), time.monotonic() + seconds
    while time.monotonic() < end:
        for each in kubelets:
            each.tend()
        time.sleep(0.5)


def _sick(replica: replicas.Replica) -> bool:
    """Whether it answers, with anything but 200; one that does not answer yet is starting."""
    try:
        replica.ask(names.LIVEZ)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return False
