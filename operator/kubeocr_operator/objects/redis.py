"""A Redis of the service's own. Pure.

What was accepted must outlive the pod, so each write goes to a file that reaches the disk within a second:
https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/
"""

from collections.abc import Iterator
from typing import Any

from kubeocr_contract import names
from kubeocr_operator import backend_plans, plans
from kubeocr_operator.objects import servers

_HOME = "/data"
_STARTUP_SECONDS = 300
"""A file of some GB is read in before anybody is answered."""


def build(plan: plans.Plan) -> Iterator[dict[str, Any]]:
    """A claim, a Deployment, a Service and a NetworkPolicy; nothing where the spec names no Redis of its own."""
    redis = plan.backends.redis
    if redis is None:
        return
    yield from servers.claim(plan, redis.server)
    yield servers.deployment(plan, redis.server, _container(redis), home=_HOME)
    yield servers.service(plan, redis.server)
    yield servers.guard(plan, redis.server, [names.COMPONENT], alone=True)


def _container(redis: backend_plans.Redis) -> dict[str, Any]:
    options = {
        "port": str(redis.server.port),
        "dir": _HOME,
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        # Only this service's pods reach it (its NetworkPolicy); without a password it would else answer its own pod alone.
        "protected-mode": "no",
        # What waits must not be thrown away to make room: a full Redis says so to who writes.
        "maxmemory-policy": "noeviction",
        **({"maxmemory": str(redis.data_bytes)} if redis.data_bytes else {}),
    }
    # Ready once it has read its file: until then it answers PING with an error, with exit code 0 all the same.
    answers = ["sh", "-c", f"redis-cli -p {redis.server.port} ping | grep -qx PONG"]
    return {
        "command": ["redis-server"],
        "args": [word for name, value in options.items() for word in (f"--{name}", value)],
        **servers.probes({"exec": {"command": answers}}, startup_seconds=_STARTUP_SECONDS),
    }
