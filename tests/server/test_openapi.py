"""The OpenAPI document says what there is, and its references hold."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from server.fakes import example, site

from cincer.server.routes import ROUTES
from cincer.server.routes.metrics import COUNTERS, GAUGES
from cincer.server.routes.openapi import document


def _references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(_references, value.values()))
    return set().union(*map(_references, value)) if isinstance(value, list) else set()


def test_every_route_is_in_it_and_every_reference_holds() -> None:
    found = json.loads(document())
    assert found["openapi"].startswith("3.1")
    operations = {(m.upper(), p) for p, ms in found["paths"].items() for m in ms}
    assert operations == {
        (r.method, "/api/v1" + re.sub(r"<(?:path:)?(\w+)>", r"{\1}", r.rule)) for r in ROUTES}
    for reference in _references(found):
        kind, name = reference.removeprefix("#/components/").split("/")
        assert name in found["components"][kind]
    names = [op["operationId"] for ms in found["paths"].values() for op in ms.values()]
    assert len(names) == len(set(names))


def test_it_is_served(tmp_path: Path) -> None:
    with site(tmp_path) as found:
        assert found.client("reader").get("/api/v1/openapi.json").json == json.loads(document())


def test_metrics_are_well_formed(tmp_path: Path) -> None:
    with site(tmp_path) as found:
        found.client("source").post("/api/v1/examples", json=[example("a"), example("b")])
        response = found.client("reader").get("/api/v1/metrics")
        assert response.content_type.startswith("text/plain; version=0.0.4")
        lines = response.text.splitlines()
        samples = dict(line.split(" ") for line in lines if not line.startswith("#"))
        assert samples["cincer_received_total"] == "2"
        assert samples["cincer_scorer_up"] == "1"
        assert len(samples) == len(COUNTERS) + len(GAUGES) + 3
        assert sum(line.startswith("# TYPE ") for line in lines) == len(samples)
