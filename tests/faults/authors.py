"""Someone who changes OCRServices and their children all the time, and knows what should be there in the end."""

import random
import threading
from collections.abc import Mapping
from typing import Any

import requests

from kubeocr_contract import names, settings
from kubeocr_operator import cluster, kinds

_APPLY = {"Content-Type": "application/apply-patch+yaml"}
_MERGE = {"Content-Type": "application/merge-patch+json"}
_PAGES = settings.variable("pages")
_DEFAULTS = {"port": names.SERVICE_PORT, "pages": settings.Settings().pages, "minAvailable": None, "maxReplicas": None}


class Author:
    """Works on one namespace, by way of a port of 127.0.0.1 where the API server trusts everybody."""

    def __init__(self, port: int, namespace: str, *, services: int, seed: int) -> None:
        """Applies `services` OCRServices at once; the same seed, the same specs."""
        self._session = requests.Session()
        self._root = f"http://127.0.0.1:{port}"
        self._namespace = namespace
        self._chance = random.Random(seed)
        self._count = 0
        self._told = threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)
        self.changes = 0
        self.wanted: dict[str, dict[str, Any]] = {}
        """Name -> spec of each OCRService that there should be."""
        for _ in range(services):
            self._create()

    def start(self) -> None:
        """Begins to change things."""
        self._thread.start()

    def stop(self) -> None:
        """Changes no more."""
        self._told.set()
        if self._thread.is_alive():
            self._thread.join()

    def wrong(self) -> list[str]:
        """What is not as the specs say; empty when the operator is done."""
        services = {service["metadata"]["name"]: service for service in self._list(kinds.OCR_SERVICE)}
        wrong = [f"{name} should not be there" for name in services.keys() - self.wanted.keys()]
        wrong += [f"{name} is lost" for name in self.wanted.keys() - services.keys()]
        found = {(kind.kind, child["metadata"]["name"]): child for kind in kinds.CHILDREN for child in self._list(kind)}
        expected = {child for name, spec in self.wanted.items() for child in _children(name, spec)}
        wrong += [f"leaked: {' '.join(child)}" for child in found.keys() - expected]
        wrong += [f"missing: {' '.join(child)}" for child in expected - found.keys()]
        if not wrong:
            owned = {service["metadata"]["uid"]: name for name, service in services.items()}
            wrong += [f"{' '.join(child)} has no owner" for child, body in found.items() if _owner(body) not in owned]
            wrong += [name for name, spec in self.wanted.items() if _told(name, found) != _said(spec)]
            wrong += [f"status of {name}" for name, service in services.items() if not _current(service)]
        return wrong

    def _write(self) -> None:
        acts = (self._edit, self._recreate, self._replace, self._delete_child, self._edit_child)
        while not self._told.wait(self._chance.uniform(0.0, 0.1)):
            self._chance.choices(acts, weights=(6, 1, 1, 1, 1))[0]()
            self.changes += 1

    def _create(self) -> None:
        self._apply(f"docs-{self._count}", self._spec())
        self._count += 1

    def _edit(self) -> None:
        self._apply(self._any(), self._spec())

    def _recreate(self) -> None:
        name = self._any()
        self._remove(name)
        self._apply(name, self._spec())

    def _replace(self) -> None:
        self._remove(self._any())
        self._create()

    def _delete_child(self) -> None:
        self._ask("delete", self._child())

    def _edit_child(self) -> None:
        labels = {names.LABEL_MANAGED_BY: "somebody", names.LABEL_OWNER: None}
        self._ask("patch", self._child(), json={"metadata": {"labels": labels}}, headers=_MERGE)

    def _apply(self, name: str, spec: dict[str, Any]) -> None:
        self.wanted[name] = spec
        body = {"apiVersion": names.API_VERSION, "kind": names.KIND, "metadata": {"name": name}, "spec": spec}
        where = f"{self._path(kinds.OCR_SERVICE, name)}?fieldManager=author&force=true"
        assert self._ask("patch", where, json=body, headers=_APPLY).ok

    def _remove(self, name: str) -> None:
        del self.wanted[name]
        assert self._ask("delete", self._path(kinds.OCR_SERVICE, name)).ok

    def _any(self) -> str:
        return self._chance.choice(sorted(self.wanted))

    def _child(self) -> str:
        """Where a child may be."""
        return self._path(self._chance.choice((kinds.DEPLOYMENT, kinds.SERVICE, kinds.DISRUPTION_BUDGET)), self._any())

    def _spec(self) -> dict[str, Any]:
        chance = self._chance
        scaled = {"autoscaling": {"maxReplicas": chance.randint(1, 9)}}
        return {
            "service": {"port": chance.randint(80, 99)},
            "limits": {"pages": chance.randint(1, 999)},
            **chance.choice(({"replicas": 0}, {"replicas": 0}, {"replicas": 1}, scaled)),
            **chance.choice(({}, {"disruption": {"minAvailable": 1}})),
        }

    def _list(self, kind: kinds.Kind) -> list[dict[str, Any]]:
        found = self._ask("get", self._path(kind))
        assert found.ok, found.text
        ours = found.json()["items"]
        return [
            x for x in ours if kind == kinds.OCR_SERVICE or _owner(x) or names.LABEL_OWNER in x["metadata"].get("labels", {})
        ]

    def _path(self, kind: kinds.Kind, name: str | None = None) -> str:
        return cluster.path(kind, self._namespace, name)

    def _ask(self, method: str, path: str, **options: Any) -> requests.Response:
        return self._session.request(method, self._root + path, timeout=30, **options)


def _children(name: str, spec: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Kind and name of each child that a spec calls for."""
    account = (kinds.SERVICE_ACCOUNT.kind, f"{name}-{names.COMPONENT}")
    scaled = {(kinds.AUTOSCALER.kind, name)} if "autoscaling" in spec else set()
    return {account, *((kind.kind, name) for kind in (kinds.DEPLOYMENT, kinds.SERVICE, kinds.DISRUPTION_BUDGET)), *scaled}


def _said(spec: Mapping[str, Any]) -> dict[str, Any]:
    """What a spec says, by where a child says it too."""
    return {
        **_DEFAULTS,
        **spec["service"],
        **spec["limits"],
        **spec.get("disruption", {}),
        **spec.get("autoscaling", {}),
        **({"replicas": spec["replicas"]} if "replicas" in spec else {}),
        "managed": True,
    }


def _told(name: str, found: Mapping[tuple[str, str], Mapping[str, Any]]) -> dict[str, Any]:
    """What the children say."""
    deployment, service, budget = (
        found[kind.kind, name] for kind in (kinds.DEPLOYMENT, kinds.SERVICE, kinds.DISRUPTION_BUDGET)
    )
    scaler = found.get((kinds.AUTOSCALER.kind, name))
    environment = {x["name"]: x.get("value") for x in deployment["spec"]["template"]["spec"]["containers"][0]["env"]}
    fixed = {"replicas": deployment["spec"]["replicas"]} if scaler is None else {}
    return {
        "port": service["spec"]["ports"][0]["port"],
        "pages": int(environment[_PAGES]),
        "minAvailable": budget["spec"].get("minAvailable"),
        "maxReplicas": scaler and scaler["spec"]["maxReplicas"],
        "managed": all(
            x["metadata"]["labels"].get(names.LABEL_MANAGED_BY) == names.FIELD_MANAGER for x in (deployment, service, budget)
        ),
        **fixed,
    }


def _ours(body: Mapping[str, Any]) -> bool:
    return bool(_owner(body)) or names.LABEL_OWNER in body["metadata"].get("labels", {})


def _owner(body: Mapping[str, Any]) -> str:
    """The uid of the OCRService that controls a child, if one does."""
    owners = [x["uid"] for x in body["metadata"].get("ownerReferences", ()) if x["kind"] == names.KIND]
    return str(owners[0]) if len(owners) == 1 else ""


def _current(service: Mapping[str, Any]) -> bool:
    return bool(service.get("status", {}).get("observedGeneration") == service["metadata"]["generation"])
