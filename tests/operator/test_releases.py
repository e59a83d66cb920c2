"""An upgrade of the operator writes no child: what each release left behind (tests/releases) is as this one has it."""

import json
import pathlib

import pytest

from kubeocr_contract import names
from kubeocr_operator import config, kinds, reconcile, store

RELEASES = pathlib.Path(__file__).parents[1] / "releases"
LINES = {path.parent.name: path.read_text().splitlines() for path in sorted(RELEASES.glob("*/objects.jsonl"))}
CASES = [
    pytest.param(release, service["metadata"]["name"], id=f"{release}-{service['metadata']['name']}")
    for release, lines in LINES.items()
    for service in map(json.loads, lines)
    if service["kind"] == names.KIND
]
# images of a later release: none that the recorded objects have
LATER = config.parse(
    "images:\n"
    + "".join(
        f"  - {{repository: kubeocr/runtime, tag: later-{device}, accelerator: {device}, carries: all}}\n"
        for device in ("cpu", "gpu")
    )
    + "imagePullSecrets: [mirror]"
)


@pytest.fixture
def upgraded(scene):
    """Puts what a release left before this operator, reconciles one service of it, and returns the server."""

    async def run(release, name, **changes):
        stage = scene(defaults=LATER)
        for obj in map(json.loads, LINES[release]):
            kind = kinds.OCR_SERVICE if obj["kind"] == names.KIND else kinds.of(obj)
            stage.server.put(kind, {**obj, "metadata": {**obj["metadata"], "generation": 0}})
        (key,) = [x for x in stage.world.store.keys(kinds.OCR_SERVICE) if x.name == name]
        stage.key = key
        if changes:
            stage.spec(**changes)
        await reconcile.reconcile(key, stage.world)
        return stage.server

    return run


def writes(server):
    return [(verb, kind.kind) for verb, kind in server.writes if kind in kinds.OWNED]


def test_there_is_something_to_upgrade_from():
    assert len(CASES) >= 9


@pytest.mark.parametrize(("release", "name"), CASES)
async def test_an_upgrade_writes_no_child(upgraded, release, name):
    server = await upgraded(release, name)
    assert writes(server) == []


@pytest.mark.parametrize("release", LINES)
async def test_who_wants_each_release_s_image_gets_it(upgraded, release):
    """The counterpart: such a write would be seen."""
    server = await upgraded(release, "minimal", image={"update": "Always"})
    assert writes(server) == [("patch", "Deployment")]
    (deployment,) = [obj for (kind, key), obj in server.items.items() if kind == kinds.DEPLOYMENT and key.name == "minimal"]
    assert deployment["spec"]["template"]["spec"]["containers"][0]["image"] == "kubeocr/runtime:later-cpu"


@pytest.mark.parametrize("release", LINES)
def test_every_child_has_its_service(release):
    objects = [json.loads(line) for line in LINES[release]]
    services = {store.key_of(obj) for obj in objects if obj["kind"] == names.KIND}
    assert {store.owner_of(obj) for obj in objects if obj["kind"] != names.KIND} == services
