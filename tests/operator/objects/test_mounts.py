"""Volumes of the runtime's pods: each is mounted where its setting says, and read-only but for an engine's cache."""

import pytest

from kubeocr_operator.objects import deployment, mounts


def test_a_plain_service_mounts_nothing(plan):
    assert mounts.of(plan()) == ()


@pytest.mark.parametrize(
    ("spec", "setting", "secret"),
    [
        pytest.param({"auth": {"apiKeysSecret": "keys"}}, "api_keys_dir", "keys", id="API keys"),
        pytest.param({"tls": {"secret": "cert"}}, "tls_dir", "cert", id="TLS"),
    ],
)
def test_a_secret_is_mounted_where_the_runtime_looks(plan, spec, setting, secret):
    found = plan(**spec)
    (pods,) = deployment.build(found)
    container = pods["spec"]["template"]["spec"]["containers"][0]
    (volume,) = [v for v in pods["spec"]["template"]["spec"]["volumes"] if "secret" in v]
    (mount,) = [m for m in container["volumeMounts"] if m["name"] == volume["name"]]
    assert volume["secret"] == {"secretName": secret, "defaultMode": 0o440}
    assert mount["readOnly"]
    assert mount["mountPath"] == getattr(found.settings, setting)


@pytest.mark.parametrize(
    ("cache", "want"),
    [
        pytest.param({}, {"emptyDir": {"sizeLimit": "4Gi"}}, id="that goes with the pod"),
        pytest.param({"claimName": "compiled"}, {"persistentVolumeClaim": {"claimName": "compiled"}}, id="that outlives it"),
    ],
)
def test_an_engine_has_a_cache_that_it_can_write_to(plan, cache, want):
    found = plan(engine={"cache": cache})
    (mount,) = mounts.of(found)
    assert mount.volume() == {"name": "engine-cache", **want}
    assert mount.volume_mount() == {"name": "engine-cache", "mountPath": found.settings.engine_cache_dir}
