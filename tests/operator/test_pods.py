"""What pods say of themselves, in words that do not change while the trouble is the same."""

import pytest

from kubeocr_operator import pods


def pod(name="docs-1", *, node="n", conditions=(), containers=(), **metadata):
    status = {"conditions": list(conditions), "containerStatuses": list(containers)}
    return {"metadata": {"name": name, **metadata}, "spec": {"nodeName": node} if node else {}, "status": status}


def container(*, waiting=None, ended=None, last=None, ready=False):
    state = {"waiting": waiting} if waiting else {"terminated": ended} if ended else {"running": {}}
    return {
        "name": "runtime",
        "image": "r:1",
        "ready": ready,
        "state": state,
        "lastState": {"terminated": last} if last else {},
    }


BACK_OFF = 'Back-off pulling image "r:1"'
NOT_FOUND = "rpc error: code = NotFound desc = r:1: not found"
KILLED = {"reason": "OOMKilled", "exitCode": 137}
FAILED = {"reason": "Error", "exitCode": 2, "message": "no such model\n"}


@pytest.mark.parametrize(
    ("found", "reason", "words"),
    [
        pytest.param(
            pod(containers=[container(waiting={"reason": "ErrImagePull", "message": NOT_FOUND})]),
            "ImagePullBackOff",
            f"pod docs-1: image r:1 cannot be had: {NOT_FOUND}",
            id="an image that is not there",
        ),
        pytest.param(
            pod(
                containers=[
                    container(waiting={"reason": "ImagePullBackOff", "message": f"{BACK_OFF}: ErrImagePull: {NOT_FOUND}"})
                ]
            ),
            "ImagePullBackOff",
            f"pod docs-1: image r:1 cannot be had: {NOT_FOUND}",
            id="the same, waiting",
        ),
        pytest.param(
            pod(containers=[container(waiting={"reason": "CreateContainerConfigError", "message": 'secret "k" not found'})]),
            "CreateContainerConfigError",
            'pod docs-1: secret "k" not found',
            id="a secret that is missing",
        ),
        pytest.param(
            pod(containers=[container(last=KILLED)]),
            "OOMKilled",
            "pod docs-1: container runtime used more memory than its limit and was killed",
            id="out of memory, started anew",
        ),
        pytest.param(
            pod(containers=[container(waiting={"reason": "CrashLoopBackOff", "message": "back-off 5m0s"}, last=KILLED)]),
            "OOMKilled",
            "pod docs-1: container runtime used more memory than its limit and was killed",
            id="out of memory, again and again",
        ),
        pytest.param(
            pod(containers=[container(waiting={"reason": "CrashLoopBackOff", "message": "back-off 20s"}, last=FAILED)]),
            "CrashLoopBackOff",
            "pod docs-1: container runtime ends with exit code 2: no such model",
            id="crashes, with its last words",
        ),
        pytest.param(
            pod(containers=[container(ended=FAILED)]),
            "CrashLoopBackOff",
            "pod docs-1: container runtime ends with exit code 2: no such model",
            id="has just crashed",
        ),
        pytest.param(
            pod(
                node="",
                conditions=[
                    {
                        "type": "PodScheduled",
                        "status": "False",
                        "reason": "Unschedulable",
                        "message": "0/1 nodes are available: 1 Insufficient nvidia.com/gpu. preemption: no victims",
                    }
                ],
            ),
            "Unschedulable",
            "pod docs-1: 0/1 nodes are available: 1 Insufficient nvidia.com/gpu.",
            id="no room",
        ),
    ],
)
def test_complaint(found, reason, words):
    said = pods.complaint([found])
    assert (said.reason, said.message) == (reason, words)


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(pod(), id="says nothing yet"),
        pytest.param(pod(containers=[container()]), id="starts"),
        pytest.param(pod(containers=[container(waiting={"reason": "ContainerCreating"})]), id="is being made"),
        pytest.param(pod(containers=[container(last=KILLED, ready=True)]), id="was killed and is well again"),
        pytest.param(pod(containers=[container(ended={"exitCode": 0})]), id="ended well"),
        pytest.param(pod(deletionTimestamp="now", containers=[container(last=KILLED)]), id="goes"),
    ],
)
def test_no_complaint(found):
    assert pods.complaint([found]) is None


PULL = 'failed to pull and unpack image "docker.io/team/r:1": failed to resolve reference "docker.io/team/r:1"'
HEAD = f'{PULL}: failed to do request: Head "https://registry.example/v2/team/r/manifests/1"'
SANDBOX = "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox"
DIGEST = 'failed commit on ref "manifest-sha256:{0}": unexpected commit digest sha256:{0}'


@pytest.mark.parametrize(
    ("said", "want"),
    [
        pytest.param(
            f"{HEAD}: dial tcp: lookup registry.example on 10.99.0.10:53: read udp 10.99.0.1:56499->10.99.0.10:53: i/o timeout",
            f"{HEAD}: dial tcp: lookup registry.example on 10.99.0.10:53: read udp 10.99.0.10:53: i/o timeout",
            id="no answer from DNS",
        ),
        pytest.param(
            f"{HEAD}: dial tcp: lookup registry.example on [fd00:10:96::a]:53: "
            "read udp [fd00:10:244::1%eth0]:56499->[fd00:10:96::a]:53: read: connection refused",
            f"{HEAD}: dial tcp: lookup registry.example on [fd00:10:96::a]:53: "
            "read udp [fd00:10:96::a]:53: read: connection refused",
            id="over IPv6",
        ),
        pytest.param(
            f"{HEAD}: read tcp 10.0.2.15:41234->104.18.121.25:443: read: connection reset by peer",
            f"{HEAD}: read tcp 104.18.121.25:443: read: connection reset by peer",
            id="a connection that broke",
        ),
        pytest.param(
            f"{HEAD}: dial tcp 10.0.0.5:5000: connect: connection refused",
            f"{HEAD}: dial tcp 10.0.0.5:5000: connect: connection refused",
            id="where it was to go stays",
        ),
        pytest.param(DIGEST.format("ab" * 32), DIGEST.format("ab" * 32), id="and so does a digest"),
    ],
)
def test_the_words_are_the_same_as_long_as_the_trouble_is(said, want):
    found = pod(containers=[container(waiting={"reason": "ErrImagePull", "message": said})])
    assert pods.complaint([found]).message == f"pod docs-1: image r:1 cannot be had: {want}"


def test_a_sandbox_that_is_made_again_and_again_has_no_name():
    found = pod(containers=[container(waiting={"reason": "ContainerCreating"})])
    said = {"docs-1": f'{SANDBOX} "{"3f" * 32}": plugin type="calico" failed (add): error getting ClusterInformation'}
    want = f'pod docs-1: {SANDBOX}: plugin type="calico" failed (add): error getting ClusterInformation'
    assert pods.complaint([found], said).message == want


def scheduled(message):
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    return pod(node="", conditions=[condition])


@pytest.mark.parametrize(
    "after",
    [
        pytest.param("", id="nothing"),
        pytest.param(
            " preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.", id="of preemption"
        ),
        pytest.param(
            " no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming.",
            id="of claims and preemption, as Kubernetes 1.36 says it",
        ),
        pytest.param(
            " still not schedulable, preemption: 0/2 nodes are available: 1 No preemption victims found for incoming pod, "
            "1 Preemption is not helpful for scheduling.",
            id="of claims that were given up",
        ),
    ],
)
def test_of_the_scheduler_the_nodes_are_heard(after):
    words = "0/1 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s)."
    assert pods.complaint([scheduled(words + after)]).message == f"pod docs-1: {words}"


def test_the_first_by_name_speaks():
    found = [pod("b", containers=[container(last=KILLED)]), pod("a", containers=[container(last=FAILED)])]
    assert "pod a" in pods.complaint(found).message


def test_events_speak_for_a_pod_that_waits_for_volumes():
    found = pod(containers=[container(waiting={"reason": "ContainerCreating"})])
    assert pods.waits_for_volumes(found)
    said = pods.complaint([found], {"docs-1": 'secret "keys" not found'})
    assert (said.reason, said.message) == ("ContainerCreating", 'pod docs-1: secret "keys" not found')
