"""Two operators whose clocks are five minutes apart: one writes, never both, whatever happens to the one that does."""

import contextlib
import dataclasses
import datetime as dt
import functools
import itertools
import pathlib
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping

import proxies
import pytest
import replicas
from cluster import binaries, clusters, requirements

from kubeocr_contract import names
from kubeocr_operator import kinds, leadership

pytestmark = pytest.mark.cluster
SKEW_SECONDS = 300
LEASE_SECONDS = leadership.Timing().lease


@dataclasses.dataclass
class Rivals:
    """An operator whose clock is wrong, and one whose clock is right; what each of them asks for is noted apart."""

    space: replicas.Space
    wrong: replicas.Replica
    right: replicas.Replica
    by_wrong: proxies.Gateway
    by_right: proxies.Gateway
    service: str
    counts: Iterator[int] = dataclasses.field(default_factory=lambda: itertools.count(1))

    @property
    def skew(self) -> float:
        """By how many seconds the lease was renewed in the future."""
        renewed = self.space.kubectl("get", "lease", names.LEASE, "-o", "jsonpath={.spec.renewTime}")
        return dt.datetime.fromisoformat(renewed).timestamp() - time.time()

    def change(self) -> None:
        """Both hear of a change that calls for a write."""
        self.space.spec(self.service, replicas=0, limits={"pages": next(self.counts)})


@pytest.fixture
def both(api: clusters.Cluster, tmp_path: pathlib.Path) -> Iterator[list[Rivals]]:
    """Two pairs: in one the leader's clock is ahead of the other's, in one it is behind."""
    try:
        requirements.ensure({"faketime": "faketime"})
    except binaries.Missing as missing:
        pytest.skip(str(missing))
    with contextlib.ExitStack() as stack:
        upstream = stack.enter_context(proxies.upstream(api))
        yield [_rivals(stack, api, tmp_path / sign, _skewed(f"{sign}{SKEW_SECONDS}s"), upstream) for sign in "+-"]


def test_never_two_write_though_their_clocks_are_five_minutes_apart(both: list[Rivals]) -> None:
    _live(both, LEASE_SECONDS + 10)
    for rivals in both:
        assert abs(rivals.skew) > SKEW_SECONDS / 2
        assert rivals.wrong.leads
        assert _writes(rivals.by_right) == []
    for rivals in both:
        rivals.wrong.process.send_signal(signal.SIGSTOP)
    for rivals in both:
        replicas.until(functools.partial(_leads, rivals.right), seconds=2 * LEASE_SECONDS)
    _live(both, 2)
    for rivals in both:
        rivals.wrong.process.send_signal(signal.SIGCONT)
    _live(both, 10)
    for rivals in both:
        first, second = _writes(rivals.by_wrong), _writes(rivals.by_right)
        print(
            f"{len(first)} writes by the one, then {len(second)} by the other, {second[0].began - first[-1].ended:.1f} s later"
        )
        assert len(first) > LEASE_SECONDS
        assert first[-1].ended < second[0].began
        assert rivals.wrong.process.wait(timeout=30) == 1


def _live(both: list[Rivals], seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for rivals in both:
            rivals.change()


def _rivals(
    stack: contextlib.ExitStack, api: clusters.Cluster, folder: pathlib.Path, skewed: Mapping[str, str], upstream: int
) -> Rivals:
    folder.mkdir()
    gateways = proxies.Gateway(upstream), proxies.Gateway(upstream)
    paths = [proxies.kubeconfig(stack.enter_context(proxies.running(gateway)), folder) for gateway in gateways]
    space = replicas.opened(api, folder)
    stack.callback(space.close)
    wrong = space.start(kubeconfig=paths[0], environment=skewed)
    replicas.until(lambda: replicas.answers(wrong) and wrong.leads, seconds=60)
    right = space.start(kubeconfig=paths[1])
    replicas.until(lambda: replicas.answers(right), seconds=60)
    name = space.service(replicas=0)
    replicas.until(lambda: space.get(kinds.DEPLOYMENT, name))
    return Rivals(space, wrong, right, *gateways, service=name)


def _skewed(offset: str) -> Mapping[str, str]:
    """The environment in which every clock of a process is off (https://github.com/wolfcw/libfaketime)."""
    said = subprocess.run(["faketime", "-f", offset, "env"], capture_output=True, text=True, check=True).stdout
    found = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
    return {name: value for name, value in found.items() if name in {"LD_PRELOAD", "FAKETIME"}}


def _leads(replica: replicas.Replica) -> bool:
    return replica.leads


def _writes(gateway: proxies.Gateway) -> list[proxies.Seen]:
    """All but those of the lease, by which one learns that it does not lead."""
    return [seen for seen in tuple(gateway.seen) if seen.writes and "/leases" not in seen.path]
