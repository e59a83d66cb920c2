"""Every field of the spec is alive: whatever is written into it changes what the operator makes or says, or is refused.

The fields come from the CRD's schema, so that a new one fails here until it has a change (field_changes.py), and that a change.
"""

import json
import re

import field_changes
import pytest
from cluster import apis, versions

from kubeocr_contract import names
from kubeocr_operator import accelerators, conditions, config, errors, objects, ocrservices, plans, rollouts

CHANGES = tuple(field_changes.changes())
DEFAULTS = config.Config(operator_namespace="kubeocr-system")
KEDA = apis.Api(versions.KEDA_MODULE, "config/crd/bases", ("keda.sh_scaledobjects.yaml",))
APIS = (apis.GATEWAY, apis.PROMETHEUS, KEDA)


class Refused(Exception):
    """The spec cannot be met; says why."""


def children(spec, name="reader", status=None):
    """What there is to be, and what the status says of it. Raises `Refused`."""
    try:
        service = ocrservices.parse(field_changes.body(spec, name, status))
        device = accelerators.choose(service, offered=False)
        plan = plans.resolve(service, DEFAULTS, device, rollouts.Room(0, 1))
    except (ocrservices.InvalidService, errors.NotCarried) as error:
        raise Refused(str(error)) from None
    findings = conditions.Findings(generation=2, previous=service.status, plan=plan)
    return objects.desired(plan), conditions.observe(findings, "2026-01-01T00:00:00Z")


def remembered(base):
    """A status in which the image was chosen by an earlier release."""
    _, status = children(base)
    return {**status, "image": "kubeocr/runtime:earlier"}


def outcome(spec, status=None):
    """As `children`, or why not."""
    try:
        return children(spec, status=status)
    except Refused as refused:
        return str(refused)


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_change_is_seen_or_refused(change):
    status = remembered(change.base) if change.path == "image.update" else None
    before, after = outcome(change.base, status), outcome(change.changed, status)
    assert not isinstance(before, str), f"the spec to start from is refused: {before}"
    assert before != after, f"spec.{change.path} went unheard"


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_refusal_names_the_field(change):
    after = outcome(change.changed)
    if isinstance(after, str):
        words = {step.removesuffix("[]") for step in change.path.split(".")}
        assert any(word in after for word in words)


def test_every_field_can_be_used():
    heard = {change.path for change in CHANGES if not isinstance(outcome(change.changed), str)}
    assert {change.path for change in CHANGES} == heard


def test_no_field_is_left_out():
    fields = {path for path, _ in field_changes.leaves(field_changes.schemas.structural(field_changes.specs.Spec))}
    assert {change.path for change in CHANGES} == fields
    assert set(field_changes.VALUES) <= fields


def test_a_new_field_has_to_be_thought_about():
    with pytest.raises(field_changes.Uncovered, match=r"spec\.new\.field is in no change"):
        field_changes._values("new.field", {"type": "string"})


@pytest.fixture
def brought(api):
    """The API server with all optional APIs."""
    for each in APIS:
        apis.install(api, each)
    yield api
    for each in APIS:
        apis.remove(api, each)


def accepted():
    """Name -> object and the change that it comes from: each service whose change is heard, and its children, none twice."""
    found, seen = {}, set()
    for change in CHANGES:
        made = outcome(change.changed)
        service = {"apiVersion": names.API_VERSION, "kind": names.KIND, **field_changes.body(change.changed)}
        for obj in () if isinstance(made, str) else (service, *made[0]):
            text = json.dumps(obj)
            if text not in seen:
                seen.add(text)
                found[f"x{len(found)}-{obj['metadata']['name']}"] = obj, change
    return found


@pytest.mark.cluster
def test_the_api_server_takes_what_every_field_leads_to(brought, space):
    objects = accepted()
    for name, (obj, _) in objects.items():
        obj["metadata"] |= {"name": name, "namespace": space.name}
        obj["metadata"].pop("uid", None)
    listed = {"apiVersion": "v1", "kind": "List", "items": [obj for obj, _ in objects.values()]}
    argv = ("apply", "--server-side", "--dry-run=server", "--validate=strict", "-o", "name", "-f", "-")
    done = brought.kubectl(*argv, input=json.dumps(listed))
    named = {str(objects[name][1]) for name in re.findall(r"x\d+-reader[-a-z0-9]*", done.stderr) if name in objects}
    assert done.returncode == 0, (sorted(named), done.stderr[:4000])
    assert len(done.stdout.split()) == len(objects)
