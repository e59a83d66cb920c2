"""What befalls pods on a real node. A rollout that halts, and Secrets that are missing: test_rollouts.py."""

import pytest
import sites

from kubeocr_contract import names

pytestmark = [pytest.mark.cluster, pytest.mark.image]


def test_pods_that_use_more_memory_than_they_may_are_told_apart_from_crashes(site: sites.Site) -> None:
    # the libraries alone take more
    site.apply("starved", {"resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "64Mi"}}})
    sites.until("it says why", lambda: site.condition("starved", "Degraded").get("reason") == "OOMKilled", seconds=90)
    said = site.condition("starved", "Degraded")
    assert (said["status"], said["message"].partition(": ")[2]) == (
        "True",
        f"container {names.RUNTIME_CONTAINER} used more memory than its limit and was killed",
    )
    assert not site.is_ready("starved")
    site.apply("starved", {"resources": {"requests": {"cpu": "100m", "memory": "512Mi"}, "limits": {"memory": "2Gi"}}})
    sites.until("it is ready", lambda: site.is_ready("starved"), seconds=150)
    sites.until("all is well", lambda: site.condition("starved", "Degraded").get("status") == "False", seconds=30)
    site.kubectl("delete", f"{names.PLURAL}/starved")
