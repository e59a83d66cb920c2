"""Least privilege: what is declared is what the code emits, no more and no less."""

import io
import pathlib
import sys

import pytest
import yaml

from kubeocr_contract import names
from kubeocr_operator import cluster, kinds, rbac, triggers, workqueue

ROOT = pathlib.Path(__file__).parents[2]


def pairs(rules):
    """(group, resource, verb) of PolicyRules."""
    return {(g, r, v) for rule in rules for g in rule["apiGroups"] for r in rule["resources"] for v in rule["verbs"]}


async def test_a_whole_life_emits_nothing_but_what_is_declared(scene):
    """Watches are of every kind that is listed; leases are test_leadership's."""
    stage = scene(autoscaling={"maxReplicas": 2})
    told = triggers.Triggers(stage.world.store, workqueue.WorkQueue())
    for kind in (kinds.OCR_SERVICE, *kinds.OWNED):
        await triggers.take_stock(stage.server, cluster.Scope(kind), told)
    await stage.settle()
    stage.spec(autoscaling=None)
    await stage.settle()
    stage.spec(autoscaling={"minReplicas": 2, "maxReplicas": 2})
    await stage.settle()
    emitted = {(kind.group, *_resource(kind.plural, verb)) for verb, kind in stage.server.calls}
    assert (names.GROUP, f"{names.PLURAL}/scale", "patch") in emitted
    applied = {(g, r, "create") for g, r, v in emitted if v == "patch" and "/" not in r}
    watched = {(kind.group, kind.plural, "watch") for kind in (kinds.OCR_SERVICE, *kinds.OWNED)}
    assert emitted | applied | watched <= pairs(rbac.rules() + rbac.cluster_rules())


async def test_nothing_is_declared_that_no_life_emits(scene):
    """The golden OCRServices have every kind of child; each comes and, with another spec, goes again."""
    emitted = set()
    for path in sorted((pathlib.Path(__file__).parent / "golden").glob("*/ocrservice.yaml")):
        stage = scene()
        told = triggers.Triggers(stage.world.store, workqueue.WorkQueue())
        for kind in (kinds.OCR_SERVICE, *kinds.OWNED):
            await triggers.take_stock(stage.server, cluster.Scope(kind), told)
        for spec in (yaml.safe_load(path.read_text()).get("spec", {}), {"image": {"repository": "site/ocr", "tag": "1"}}):
            stage.server.put(kinds.OCR_SERVICE, {**stage.server.items[kinds.OCR_SERVICE, stage.key], "spec": spec})
            await stage.settle()
        emitted |= {(kind.group, *_resource(kind.plural, verb)) for verb, kind in stage.server.calls}
    applied = {(g, r, "create") for g, r, v in emitted if v == "patch" and "/" not in r}
    watched = {(kind.group, kind.plural, "watch") for kind in (kinds.OCR_SERVICE, *kinds.OWNED)}
    elsewhere = {
        (names.GROUP, f"{names.PLURAL}/scale", "patch"),  # the test above
        (kinds.EVENT.group, kinds.EVENT.plural, "list"),  # test_sightings
    }
    assert pairs(rbac.rules() + rbac.cluster_rules()) <= emitted | applied | watched | elsewhere


def _resource(plural, call):
    """What a call of the fake cluster is to an authorizer: `patch-status` is a patch of the subresource status."""
    verb, _, subresource = call.partition("-")
    return (f"{plural}/{subresource}" if subresource else plural), verb


def test_the_lease_is_all_that_is_needed_in_the_operators_namespace():
    assert pairs(rbac.lease_rules()) == {("coordination.k8s.io", "leases", verb) for verb in ("get", "create", "update")}


def test_nothing_is_granted_by_wildcard():
    every = pairs(rbac.rules() + rbac.cluster_rules() + rbac.lease_rules())
    assert not any("*" in part for pair in every for part in pair)


@pytest.mark.parametrize("plural", ["secrets", "configmaps", "roles", "pods/exec", "pods/log"])
def test_what_is_not_needed_is_not_there(plural):
    assert not any(resource == plural for _, resource, _ in pairs(rbac.rules() + rbac.cluster_rules()))


def test_the_command_prints_what_the_chart_embeds(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    rbac.main()
    printed = yaml.safe_load(sys.stdout.getvalue())
    assert printed == {"rules": rbac.rules(), "clusterRules": rbac.cluster_rules(), "leaseRules": rbac.lease_rules()}


def test_the_chart_grants_exactly_this():
    """charts/kubeocr/templates/rbac.yaml makes its roles of this file; `make generate` writes it."""
    granted = yaml.safe_load((ROOT / "charts" / "kubeocr" / "files" / "rules.yaml").read_text())
    assert granted == {"rules": rbac.rules(), "clusterRules": rbac.cluster_rules(), "leaseRules": rbac.lease_rules()}
