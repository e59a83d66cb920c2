"""Every decision, one at a time."""

import dataclasses

import pytest

from kubeocr_contract import images, names
from kubeocr_operator import config, ocrservices, plans, specs

CATALOGUE = config.Config(pull_secrets=("mirror",), runtime_class_name="nvidia", pull_policy="Always")


@pytest.fixture
def plan(body):
    """Resolves a spec."""

    def resolve(device="cpu", defaults=CATALOGUE, **spec):
        return plans.resolve(ocrservices.parse(body(**spec)), defaults, device)

    return resolve


@pytest.mark.parametrize(("device", "suffix"), [pytest.param("cpu", "", id="cpu"), pytest.param("gpu", "-gpu", id="gpu")])
def test_the_image_is_for_the_device(plan, device, suffix):
    found = plan(device)
    assert found.image == f"{images.REPOSITORY}:{images.PROJECT_VERSION}{suffix}"
    assert found.settings.device == device


def test_an_image_of_ones_own_is_used_as_it_is(plan):
    found = plan(image={"repository": "mine", "tag": "2"}, languages=["ta"])
    assert (found.image, found.image_reason) == ("mine:2", "spec.image")


@pytest.mark.parametrize(
    ("spec", "pinned"),
    [
        pytest.param({}, True, id="a new catalogue restarts nothing"),
        pytest.param({"replicas": 3, "limits": {"pages": 7}}, True, id="nor does what the choice does not hang on"),
        pytest.param({"languages": ["en", "fr"]}, False, id="other languages"),
        pytest.param({"model": {"size": "medium"}}, False, id="another model"),
        pytest.param({"image": {"update": "Always"}}, False, id="whoever wants the newest"),
    ],
)
def test_an_image_stays_while_the_reason_for_it_does(body, plan, spec, pinned):
    before = plan()
    status = {"image": "older:1", "imageReason": before.image_reason}
    found = plans.resolve(ocrservices.parse({**body(**spec), "status": status}), CATALOGUE, "cpu")
    assert (found.image == "older:1") == pinned


MIRRORED = dataclasses.replace(CATALOGUE, registry_mirror="mirror.example")


@pytest.mark.parametrize(
    ("spec", "want"),
    [
        pytest.param({}, f"mirror.example/{images.REPOSITORY}:{images.PROJECT_VERSION}", id="a chosen one"),
        pytest.param({"image": {"repository": "own.example/a", "tag": "2"}}, "mirror.example/a:2", id="the user's own"),
        pytest.param(
            {"image": {"repository": "own.example/a", "tag": "2"}, "offline": {"registryMirror": "m.example"}},
            "m.example/a:2",
            id="from the service's own mirror",
        ),
    ],
)
def test_every_image_comes_from_the_mirror(plan, spec, want):
    assert plan(defaults=MIRRORED, **spec).image == want


def test_a_mirror_is_a_reason_for_an_image_and_each_image_is_rewritten_once(body):
    def resolved(defaults, before=None):
        status = {"image": before.image, "imageReason": before.image_reason} if before else {}
        return plans.resolve(ocrservices.parse({**body(), "status": status}), defaults, "cpu")

    direct, mirrored = resolved(CATALOGUE), resolved(MIRRORED)
    moved = dataclasses.replace(CATALOGUE, registry_mirror="other.example/folder")
    assert resolved(MIRRORED, mirrored).image == mirrored.image
    assert resolved(MIRRORED, direct).image == mirrored.image
    assert resolved(moved, mirrored).image == f"other.example/folder/{images.REPOSITORY}:{images.PROJECT_VERSION}"
    assert resolved(CATALOGUE, mirrored).image == direct.image


def test_tls_reaches_settings_and_address(plan):
    found = plan(tls={"secret": "cert"}, auth={"apiKeysSecret": "keys"})
    assert found.settings.tls_dir
    assert found.settings.api_keys_dir
    assert found.settings.tls_dir != found.settings.api_keys_dir
    assert found.url == "https://docs.office.svc:80"


@pytest.mark.parametrize(
    ("image", "want"),
    [
        pytest.param({}, "Always", id="the cluster's"),
        pytest.param({"pullPolicy": "Never"}, "Never", id="the user's"),
        pytest.param({"repository": "r", "tag": "t"}, "IfNotPresent", id="the schema's, for an image of one's own"),
    ],
)
def test_pull_policy(plan, image, want):
    assert plan(image=image).pull_policy == want


def test_pull_secrets_are_the_users_and_then_the_clusters_each_once(plan):
    assert plan(image={"pullSecrets": ["mine", "mirror"]}).pull_secrets == ("mine", "mirror")


@pytest.mark.parametrize(
    ("device", "accelerator", "want"),
    [
        pytest.param("gpu", {}, "nvidia", id="the cluster's"),
        pytest.param("gpu", {"runtimeClassName": "mine"}, "mine", id="the user's"),
        pytest.param("cpu", {"runtimeClassName": "mine"}, None, id="not on a cpu"),
    ],
)
def test_runtime_class(plan, device, accelerator, want):
    assert plan(device, accelerator=accelerator).runtime_class_name == want


def test_a_gpu_is_asked_for_on_both_sides(plan):
    found = plan("gpu", accelerator={"resource": "nvidia.com/mig-1g.10gb", "count": 2})
    assert found.requests["nvidia.com/mig-1g.10gb"] == found.limits["nvidia.com/mig-1g.10gb"] == "2"
    assert "nvidia.com/mig-1g.10gb" not in plan("cpu", accelerator={"resource": "nvidia.com/mig-1g.10gb"}).limits


def test_limits_and_drain_reach_the_settings(plan):
    limits = {"uploadMiB": 7, "pages": 8, "megapixels": 9, "queuePages": 10, "requestTimeoutSeconds": 11}
    found = plan(limits={**limits, "queueMegapixels": 13, "queueMiB": 14}).settings
    assert (found.upload_mib, found.pages, found.megapixels, found.request_timeout_seconds) == (7, 8, 9, 11)
    assert (found.queue_pages, found.queue_megapixels, found.queue_mib) == (10, 13, 14)
    assert plan(rollout={"drainSeconds": 12}).settings.drain_seconds == 12


def test_what_is_said_of_the_engine_reaches_the_settings(plan):
    engine = {"name": "openvino", "precision": "bf16", "characters": "all", "detectionSide": 0, "threads": 3, "streams": 2}
    found = plan(engine=engine).settings
    assert (found.engine, found.precision, found.characters) == ("openvino", "bf16", "all")
    assert (found.detection_side, found.threads, found.streams) == (0, 3, 2)


def test_an_engine_has_a_cache_when_it_is_asked_for(plan):
    assert plan(engine={"name": "openvino"}).settings.engine_cache_dir == ""
    assert plan(engine={"cache": {}}).settings.engine_cache_dir


def test_the_url_has_the_services_port_and_no_cluster_domain(plan):
    assert plan(service={"port": 81}).url == "http://docs.office.svc:81"
    assert plan().url.endswith(f":{names.SERVICE_PORT}")


def test_the_budget_lets_one_pod_go_unless_told_otherwise(plan):
    assert plan().budget == {"maxUnavailable": 1}
    assert plan(disruption={"minAvailable": "50%"}).budget == {"minAvailable": "50%"}
    assert specs.Disruption(max_unavailable=2).budget == {"maxUnavailable": 2}
