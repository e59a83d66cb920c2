"""An API server that is away, that asks to be left alone, or whose words do not arrive. All outages happen at the same time."""

import contextlib
import dataclasses
import functools
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import kubelets
import parts
import proxies
import pytest
import replicas
from cluster import clusters, own

from kubeocr_operator import kinds

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900)]
AWAY_SECONDS = 60.0
STORM_SECONDS = 20.0
FOUND_SECONDS = 120.0
"""A watch that has gone silent is found within this."""
BACK_SECONDS = 60.0
"""Well above the 15 s of a lease that has to run out and the 30 s of the longest wait of a watch."""
STORMED = 20
"""OCRServices that change while the API server answers 429."""


@dataclasses.dataclass(kw_only=True)
class Outage:
    """An operator, and what is done to it."""

    kubelet: kubelets.Kubelet
    services: list[str]
    begin: Callable[[], Any]
    end: Callable[[], Any] = lambda: None
    seconds: float = AWAY_SECONDS
    began: float = 0.0
    ended: float = 0.0
    gateway: proxies.Gateway | None = None

    @property
    def space(self) -> replicas.Space:
        """Where it happens."""
        return self.kubelet.space

    def served(self, name: str, count: int) -> bool:
        """Whether the Deployment has so many replicas."""
        found = self.space.get(kinds.DEPLOYMENT, name)
        return found is not None and found["spec"]["replicas"] == count


@pytest.fixture(scope="module")
def outages(api: clusters.Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Outage]]:
    """Every outage, once it is over."""
    with contextlib.ExitStack() as stack:
        stage = _Stage(stack, tmp_path_factory)
        found = {"deaf": stage.deaf(api), "swallowed": stage.swallowed(api), "stormed": stage.stormed(api)}
        if api.origin == "own":
            found |= {"frozen": stage.frozen(), "killed": stage.killed()}
        _happen(tuple(found.values()))
        yield found


@pytest.fixture
def outage(outages: dict[str, Outage], request: pytest.FixtureRequest) -> Outage:
    """One of them, by its name."""
    if request.param not in outages:
        pytest.skip("takes an API server of the project's own cluster")
    return outages[request.param]


@pytest.mark.parametrize("outage", ["frozen", "killed"], indirect=True)
def test_work_resumes_after_the_api_server_was_away_for_60_seconds(outage: Outage) -> None:
    name = outage.services[0]
    outage.kubelet.until(lambda: outage.space.cluster.kubectl("get", "--raw", "/readyz").returncode == 0, seconds=120)
    outage.space.spec(name, replicas=3)
    took = outage.kubelet.until(lambda: outage.served(name, 3), seconds=BACK_SECONDS)
    fresh = outage.space.service(replicas=2)
    outage.kubelet.until(lambda: outage.served(fresh, 2), seconds=BACK_SECONDS)
    print(f"served after {took:.1f} s; operators that ended: {len(outage.kubelet.ended)}")
    assert outage.kubelet.only_lost_its_lease()
    assert "Traceback" not in outage.kubelet.logs()


@pytest.mark.parametrize("outage", ["deaf", "swallowed"], indirect=True)
def test_a_watch_that_went_silent_is_found_and_what_changed_meanwhile_is_served(outage: Outage) -> None:
    left = FOUND_SECONDS - (time.monotonic() - outage.began)
    outage.kubelet.until(lambda: outage.served(outage.services[0], 3), seconds=left)
    print(f"found after {time.monotonic() - outage.began:.1f} s; operators that ended: {len(outage.kubelet.ended)}")
    assert outage.kubelet.only_lost_its_lease()


@pytest.mark.parametrize("outage", ["stormed"], indirect=True)
def test_a_storm_of_429_is_weathered_and_not_fed(outage: Outage) -> None:
    for name in outage.services:
        outage.kubelet.until(functools.partial(outage.served, name, 3), seconds=BACK_SECONDS)
    assert outage.gateway is not None
    during = outage.gateway.between(outage.began, outage.ended)
    refused = [seen for seen in during if seen.status == 429]
    print(f"{len(refused)} requests were refused, {proxies.busiest_second(refused)} in one second; all: {len(during)}")
    assert refused
    # each service may ask once a Retry-After, and the lease twice in two seconds
    assert len(refused) <= STORMED * STORM_SECONDS / outage.gateway.retry_after + STORM_SECONDS
    assert outage.kubelet.only_lost_its_lease()
    assert "Traceback" not in outage.kubelet.logs()


@dataclasses.dataclass
class _Stage:
    """Sets outages up."""

    stack: contextlib.ExitStack
    folders: pytest.TempPathFactory

    def frozen(self) -> Outage:
        cluster = self._cluster("frozen")
        server = parts.ApiServer(cluster)
        return self._outage(cluster, begin=server.freeze, end=server.thaw)

    def killed(self) -> Outage:
        cluster = self._cluster("killed")
        server = parts.ApiServer(cluster)
        return self._outage(cluster, begin=server.kill, end=server.start)

    def deaf(self, cluster: clusters.Cluster) -> Outage:
        gateway = proxies.Gateway(self._upstream(cluster))
        found = self._outage(cluster, begin=lambda: None, seconds=0, proxy=gateway)

        def begin() -> None:
            assert gateway.silence(), "no watch was open"
            found.space.spec(found.services[0], replicas=3)

        return dataclasses.replace(found, begin=begin)

    def swallowed(self, cluster: clusters.Cluster) -> Outage:
        tunnel = proxies.Tunnel(self._upstream(cluster))
        found = self._outage(cluster, begin=lambda: None, seconds=0, proxy=tunnel)

        def begin() -> None:
            assert tunnel.swallow(), "no connection was open"
            found.space.spec(found.services[0], replicas=3)

        return dataclasses.replace(found, begin=begin)

    def stormed(self, cluster: clusters.Cluster) -> Outage:
        gateway = proxies.Gateway(self._upstream(cluster))
        found = self._outage(cluster, begin=lambda: None, proxy=gateway, services=STORMED)

        def begin() -> None:
            gateway.throttling = True
            for name in found.services:
                found.space.spec(name, replicas=3)

        def end() -> None:
            gateway.throttling = False

        return dataclasses.replace(found, begin=begin, end=end, seconds=STORM_SECONDS, gateway=gateway)

    def _outage(
        self,
        cluster: clusters.Cluster,
        *,
        begin: Callable[[], Any],
        end: Callable[[], Any] = lambda: None,
        seconds: float = AWAY_SECONDS,
        proxy: proxies.Tunnel | proxies.Gateway | None = None,
        services: int = 1,
    ) -> Outage:
        folder = self.folders.mktemp("outage")
        space = replicas.opened(cluster, folder)
        self.stack.callback(space.close)
        path = proxies.kubeconfig(self.stack.enter_context(proxies.running(proxy)), folder) if proxy else None
        space.lead(kubeconfig=path)
        named = [space.service() for _ in range(services)]
        found = Outage(kubelet=kubelets.Kubelet(space, path), services=named, begin=begin, end=end, seconds=seconds)
        for name in named:
            replicas.until(functools.partial(found.served, name, 1), seconds=60)
        return found

    def _upstream(self, cluster: clusters.Cluster) -> int:
        return self.stack.enter_context(proxies.upstream(cluster))

    def _cluster(self, name: str) -> clusters.Cluster:
        named = f"{name}-{os.getpid()}"
        cluster = clusters.Cluster(
            own.up(own.Options(name=named, node=False)), own.loader(named), lambda: own.down(named), "own"
        )
        self.stack.callback(cluster.down)
        replicas.install_crd(cluster)
        return cluster


def _happen(outages: tuple[Outage, ...]) -> None:
    for outage in outages:
        outage.began = time.monotonic()
        outage.begin()
    for outage in sorted(outages, key=lambda each: each.seconds):
        kubelets.tend((each.kubelet for each in outages), outage.began + outage.seconds - time.monotonic())
        outage.end()
        outage.ended = time.monotonic()
