"""The operator's own ends, at any moment of its life, while everything changes."""

import random
import signal
import time
from collections.abc import Iterator

import authors
import proxies
import pytest
import replicas

from kubeocr_contract import names

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900)]
KILLS = 50
SERVICES = 100
SEED = 20_260
SETTLED_SECONDS = 120.0


@pytest.fixture
def author(space: replicas.Space) -> Iterator[authors.Author]:
    """Someone who has applied all services."""
    with proxies.upstream(space.cluster) as port:
        found = authors.Author(port, space.name, services=SERVICES, seed=SEED)
        try:
            yield found
        finally:
            found.stop()


def test_whatever_moment_the_operator_is_killed_at_the_end_is_right(space: replicas.Space, author: authors.Author) -> None:
    pair = _Pair(space, random.Random(SEED))
    began = time.monotonic()
    author.start()
    for _ in range(KILLS):
        pair.kill_one()
    author.stop()
    stopped = time.monotonic()
    while wrong := author.wrong():
        assert time.monotonic() - stopped < SETTLED_SECONDS, "\n".join(wrong)
        time.sleep(0.5)
    settled = time.monotonic() - stopped
    print(f"{KILLS} kills and {author.changes} changes in {stopped - began:.0f} s; right {settled:.1f} s later")
    assert author.changes > SERVICES


class _Pair:
    """Two operators, of which one leads."""

    def __init__(self, space: replicas.Space, chance: random.Random) -> None:
        self._space, self._chance = space, chance
        self._running = [space.start(), space.start()]

    def kill_one(self) -> None:
        """At some moment of the first second for which one leads; another takes the place of the one that was killed."""
        leader = replicas.until(self._leader, seconds=60)
        assert leader is not None
        time.sleep(self._chance.uniform(0.0, 1.0))
        other = next(each for each in self._running if each is not leader)
        # one kill in five meets the other, which waits, or has not come that far
        killed, kept = self._chance.choices(((leader, other), (other, leader)), weights=(4, 1))[0]
        killed.end(signal.SIGKILL)
        if killed is leader:
            self._free_the_lease()
        self._running = [kept, self._space.start()]

    def _leader(self) -> replicas.Replica | None:
        return next((each for each in self._running if replicas.answers(each) and each.leads), None)

    def _free_the_lease(self) -> None:
        """As if the 15 s had passed for which a lease outlives its holder: fifty times that is too long for a test."""
        self._space.kubectl("patch", "lease", names.LEASE, "--type=merge", "-p", '{"spec": {"holderIdentity": ""}}')
