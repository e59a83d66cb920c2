"""Each of the project's own clusters keeps the logs of its pods: a kubelet deletes those of pods that it does not know."""

import pytest
import sites

pytestmark = [pytest.mark.cluster, pytest.mark.image]


def test_a_clusters_pod_logs_lie_with_its_files(site: sites.Site) -> None:
    if site.cluster.origin != "own":
        pytest.skip("where kubelet puts logs is the given cluster's affair")
    logs = site.cluster.path.parent / "pod-logs"
    assert list(logs.glob(f"{sites.OPERATOR_NAMESPACE}_*/*/*.log"))
    site.kubectl("logs", f"deployment/{sites.OPERATOR}", namespace=sites.OPERATOR_NAMESPACE)
