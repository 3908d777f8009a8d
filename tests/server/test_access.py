"""Who may do what: every route and every event, for every role and for nobody.

`EXPECTED` is written down a second time on purpose, from the promise and not from the table.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from server.fakes import Site, example, served, site
from server.wires import Wire

from cincer.server.auth.access import (
    CONNECT_ACTIONS,
    EVENT_ACTIONS,
    PUBLIC,
    RULES,
    allowed,
    owned,
)
from cincer.server.auth.identity import Identity
from cincer.server.auth.tokens import ROLES
from cincer.server.limits import Buckets, Limits
from cincer.server.routes import ROUTES
from cincer.server.wire import EVENTS

ALL = set(ROLES)
ANSWER = {"curator", "annotator", "platform"}
LOOK = {"admin", "curator", "reader"}
EXPECTED: dict[str, set[str]] = {
    "POST /api/v1/examples": {"source", "platform"},
    "GET /api/v1/examples/<path:id>": ALL,
    "POST /api/v1/queries/lease": ANSWER,
    "GET /api/v1/queries": ANSWER,
    "POST /api/v1/queries/<id>/displayed": ANSWER,
    "POST /api/v1/queries/<id>/reply": ANSWER,
    "POST /api/v1/queries/<id>/skip": ANSWER,
    "POST /api/v1/queries/<id>/flag": ANSWER,
    "POST /api/v1/queries/<id>/explain": ANSWER,
    "POST /api/v1/undo": ANSWER,
    "POST /api/v1/retrain": {"admin", "curator"},
    "GET /api/v1/settings": {"admin"},
    "PATCH /api/v1/settings": {"admin"},
    "GET /api/v1/export": {"admin", "curator"},
    "POST /api/v1/login-links": ALL,
    "POST /api/v1/logout": ALL,
    "GET /api/v1/me": ALL,
    "GET /api/v1/stats": ALL,
    "GET /api/v1/studies": ALL,
    "GET /api/v1/studies/<name>": ALL,
    "GET /api/v1/studies/<name>/files/<file>": ALL,
    "GET /api/v1/metrics": {"admin", "curator", "reader"},
    "GET /api/v1/events": {"admin", "curator"},
    "GET /api/v1/openapi.json": ALL,
    "GET /api/v1/curate/matrix": LOOK,
    "GET /api/v1/curate/cell": LOOK,
    "POST /api/v1/curate/items": LOOK,
    "GET /api/v1/curate/items/<path:id>": LOOK,
    "GET /api/v1/curate/similar": LOOK,
    "GET /api/v1/curate/review": LOOK,
    "POST /api/v1/curate/preview": LOOK,
    "GET /api/v1/curate/iterations": LOOK,
    "POST /api/v1/curate/iterations": {"admin", "curator"},
    "POST /api/v1/curate/acts": {"admin", "curator"},
    "POST /api/v1/curate/undo": {"admin", "curator"},
    "POST /api/v1/curate/redo": {"admin", "curator"},
    "GET /api/v1/suggestions": LOOK,
    "GET /api/v1/suggestions/calibration": LOOK,
    "POST /api/v1/suggestions/preview": LOOK,
    "POST /api/v1/suggestions/refresh": {"admin", "curator"},
    **{f"POST /api/v1/suggestions/{of}{action}": {"admin", "curator"}
       for of in ("", "<path:id>/") for action in ("accept", "reject", "ask")},
    "GET /api/v1/weights": LOOK,
    "GET /api/v1/weights/<path:id>": LOOK,
    "POST /api/v1/weights/policy": {"admin", "curator"},
    "/annotate connect": {"admin", "curator", "annotator", "platform", "reader"},
    "/stream connect": {"source", "platform"},
    "/curate connect": LOOK,
    "/curate selection:set": {"admin", "curator"},
    "/annotate query:lease": ANSWER,
    "/annotate query:displayed": ANSWER,
    "/annotate query:reply": ANSWER,
    "/annotate query:skip": ANSWER,
    "/annotate query:flag": ANSWER,
    "/annotate query:explain": ANSWER,
    "/annotate reply:undo": ANSWER,
    "/annotate session:resume": {"admin", "curator", "annotator", "platform", "reader"},
    "/stream example:push": {"source", "platform"},
}
OPEN = {"GET /api/v1/health", "GET /login", "GET /", "GET /<path:name>"}
DECISION = {"action": "keep"}
BODIES: dict[str, Any] = {
    "/annotate query:lease": {"key": "k"},
    "/annotate query:displayed": {"query": "q-9"},
    "/annotate query:reply": {"query": "q-9", "key": "k", "example": DECISION},
    "/annotate query:skip": {"query": "q-9", "key": "k"},
    "/annotate query:flag": {"query": "q-9", "key": "k"},
    "/annotate query:explain": {"query": "q-9"},
    "/annotate reply:undo": {"key": "k"},
    "/annotate session:resume": {"push": 0},
    "/stream example:push": {"key": "k", "examples": [example("x")]},
    "/curate selection:set": {"given_label": "one", "ids": ["x"], "count": 1},
}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """There are more routes than refusals from one address are put up with."""
    patient = Limits(refused=Buckets(1, 1000, "refused logins"))
    with served(tmp_path_factory.mktemp("access"), limits=patient) as found:
        yield found


def _rules(found: Site) -> set[str]:
    return {f"{method} {rule.rule}" for rule in found.app.url_map.iter_rules()
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}


def test_every_route_and_event_has_a_row(here: Site) -> None:
    assert _rules(here) == {k for k in EXPECTED if k[0] != "/"} | OPEN
    assert {f"{n} {e}" for n, events in EVENTS.items() for e in events} == set(BODIES)
    assert {f"{n} {e}" for n, e in EVENT_ACTIONS} == set(BODIES)
    assert set(CONNECT_ACTIONS) == set(EVENTS)
    used = {r.action for r in ROUTES} | {*EVENT_ACTIONS.values(), *CONNECT_ACTIONS.values()}
    assert used - {PUBLIC} == set(RULES)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.endpoint)
@pytest.mark.parametrize("role", [None, *ROLES])
def test_routes(here: Site, route: Any, role: str | None) -> None:
    path = "/api/v1" + route.rule.replace("<path:id>", "q1").replace("<id>", "q-9")
    response = here.client(role).open(path, method=route.method)
    if route.action == PUBLIC:
        assert response.status_code == 200
    elif role is None:
        assert (response.status_code, response.json["code"]) == (401, "unauthenticated")
    else:
        refused = response.is_json and response.json.get("code") == "forbidden"
        assert refused == (role not in EXPECTED[route.endpoint])
        assert (response.status_code == 403) == refused
        assert response.status_code < 500


@pytest.mark.parametrize("role", ROLES)
def test_events(here: Site, role: str) -> None:
    for namespace in EVENTS:
        wire = Wire(here.url, here.secrets[role])
        joined = wire.join(namespace).startswith("40")
        assert joined == (role in EXPECTED[f"{namespace} connect"])
        for event in EVENTS[namespace] if joined else ():
            name = f"{namespace} {event}"
            told = wire.ask(event, BODIES[name], namespace=namespace)
            assert (told.get("code") == "forbidden") == (role not in EXPECTED[name]), name
        if not joined:
            told = wire.ask(next(iter(EVENTS[namespace])), {}, namespace=namespace)
            assert told["ok"] is False
        wire.close()


def test_nobody_gets_no_socket(here: Site) -> None:
    import websocket

    with pytest.raises(websocket.WebSocketBadStatusException, match="401"):
        Wire(here.url)


def _identity(*roles: str, name: str = "anna") -> Identity:
    return Identity(name, frozenset(roles), "default", "t", None, "bearer")


@pytest.mark.parametrize(("action", "role"), [*itertools.product(RULES, ROLES)])
def test_scopes_of_the_table(action: str, role: str) -> None:
    scope = RULES[action].get(role)
    assert allowed(_identity(role), action, owned("anna")) == (scope is not None)
    assert allowed(_identity(role), action, owned("ben")) == (scope == "any")
    assert allowed(_identity(role), action) == (scope is not None)
    assert not allowed(None, action)


def test_what_is_not_in_the_table_is_denied() -> None:
    assert not allowed(_identity(*ROLES), "anything.else")
    assert allowed(None, PUBLIC)


def test_roles_add_up() -> None:
    assert allowed(_identity("annotator", "curator"), "example.read", owned("ben"))


def test_own_and_other_examples(tmp_path: Path) -> None:
    with site(tmp_path) as found:
        found.token("anna", "annotator")
        found.token("camera", "source")
        assert found.client("camera").post(
            "/api/v1/examples", json=[example("a"), example("q1")]).status_code == 202
        address = "/api/v1/examples/q1"
        seen = {who: found.client(who).get(address).status_code for who in found.secrets}
        assert seen == {"admin": 200, "curator": 200, "reader": 200, "camera": 200,
                        "annotator": 404, "platform": 404, "source": 404, "anna": 404}
        found.client("anna").post("/api/v1/queries/lease", json={"key": "k"})
        assert found.client("anna").get(address).status_code == 200
        assert found.client("anna").get("/api/v1/examples/a").status_code == 200
        hidden = found.client("annotator").get(address).json
        missing = found.client("annotator").get("/api/v1/examples/zz").json
        assert hidden == missing | {"error": "no example 'q1'"}


@pytest.mark.parametrize("verb", ["reply", "skip", "flag", "displayed"])
def test_a_query_of_somebody_else_is_not_there(tmp_path: Path, verb: str) -> None:
    with site(tmp_path) as found:
        found.token("ben", "annotator")
        found.client("source").post("/api/v1/examples", json=[example("q1")])
        held = found.client("ben").post("/api/v1/queries/lease", json={"key": "k"}).json["held"]
        body: dict[str, Any] = {"reply": {"example": DECISION, "key": "x"}, "displayed": {}}.get(
            verb, {"key": "x"})
        theirs = found.client("annotator").post(f"/api/v1/queries/{held[0]}/{verb}", json=body)
        assert theirs.status_code == 404
        mine = found.client("ben").post(f"/api/v1/queries/{held[0]}/{verb}", json=body)
        assert mine.status_code == 200, mine.json


def test_another_projects_token_is_refused(tmp_path: Path) -> None:
    with site(tmp_path) as found:
        found.secrets["guest"] = found.tokens.create("guest", ["admin"], "elsewhere")[1]
        assert found.client("guest").get("/api/v1/stats").status_code == 403


def test_only_platforms_speak_for_workers(tmp_path: Path) -> None:
    with site(tmp_path) as found:
        found.client("source").post("/api/v1/examples", json=[example("q1"), example("q2")])
        for role, status in (("annotator", 400), ("platform", 200)):
            held = found.client(role).post("/api/v1/queries/lease", json={"key": "k"}).json["held"]
            told = found.client(role).post(f"/api/v1/queries/{held[0]}/reply", json={
                "key": "r", "example": DECISION, "worker": "w-1"})
            assert told.status_code == status
