"""Routes and sockets around the real session thread and ledger; only the scorer is a fake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from server.live_world import World, until, world

from cincer.server.app import close_app, create_app
from cincer.server.auth.tokens import Tokens

ROLES = ("admin", "annotator", "source", "platform")


class Place:
    def __init__(self, folder: Path, world: World) -> None:
        self.world, tokens = world, Tokens(folder)
        self.app: Flask = create_app(world.service, world.settings, world.schema, tokens,
                                     world.service.archive)
        self.secrets = {role: tokens.create(role, [role])[1] for role in ROLES}

    def ask(self, role: str, method: str, path: str, json: Any = None) -> Any:
        response = self.app.test_client().open(
            "/api/v1" + path, method=method, json=json, buffered=True,
            headers={"Authorization": f"Bearer {self.secrets[role]}"})
        assert response.status_code < 500, response.text
        return response.json


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with world(tmp_path) as found:
        made = Place(tmp_path, found)
        yield made
        close_app(made.app)


def example(number: int, label: str) -> dict[str, Any]:
    return {"id": f"e{number}", "content": [number, 0, 1.5, -2], "label": label}


def test_from_an_arrival_to_a_fixed_label(place: Place) -> None:
    batch = [example(n, "abc"[n % 3]) for n in range(6)] + [example(6, "b"), {"id": "bad"}]
    ack = place.ask("source", "POST", "/examples?wait=5000", batch)
    assert (ack["stored"], ack["rejected"]) == (7, 1)
    assert [item["decision"] for item in ack["items"][:7]] == ["bootstrap"] * 6 + ["asked"]
    assert place.ask("source", "POST", "/examples", batch)["duplicate"] == 7
    clash = place.ask("source", "POST", "/examples", example(6, "c"))
    assert (clash["code"], clash["status"]) == ("conflict", 409)

    place.ask("annotator", "POST", "/queries/lease", {"key": "lease-1"})
    until(lambda: place.ask("annotator", "GET", "/queries")["queries"])
    query = place.ask("annotator", "GET", "/queries")["queries"][0]
    assert (query["example"]["id"], query["example"]["given_label"]) == ("e6", "b")
    assert query["counter_example"]["given_label"] == "a"
    names = [f["name"] for f in query["example"]["content"]["fields"]]
    assert names[0] == "x0"

    assert place.ask("platform", "POST", f"/queries/{query['query']}/reply", {
        "key": "r", "epoch": query["epoch"], "example": {"action": "keep"}})["ok"] is False
    assert place.ask("annotator", "POST", f"/queries/{query['query']}/displayed", {
        "epoch": query["epoch"]})["ok"] is True
    said = {"key": "r", "epoch": query["epoch"], "example": {"action": "relabel", "label": "a"},
            "counter_example": {"action": "keep"}, "comment": "clearly"}
    told = place.ask("annotator", "POST", f"/queries/{query['query']}/reply", said)
    assert told["ok"] is True, told
    assert told["counted"] is True
    assert {"id": "e6", "before": "b", "after": "a", "action": "relabel"} in told["changes"]
    assert place.ask("annotator", "POST", f"/queries/{query['query']}/reply", said) == told

    shown = place.ask("admin", "GET", "/examples/e6")
    assert (shown["labels"]["observed"], shown["labels"]["effective"]) == ("b", "a")
    assert shown["history"][0]["actor"] == "annotator"
    assert shown["history"][0]["body"]["comment"] == "clearly"
    assert place.ask("admin", "GET", "/stats")["fixed_examples"] == 1

    undone = place.ask("annotator", "POST", "/undo", {"key": "undo-1"})
    assert undone["query"] == query["query"]
    assert place.ask("admin", "GET", "/examples/e6")["labels"]["effective"] == "b"


def test_a_pair_says_what_it_would_change_and_is_explained_to_its_holder(place: Place) -> None:
    batch = [example(n, "abc"[n % 3]) for n in range(6)] + [example(6, "b")]
    place.ask("source", "POST", "/examples?wait=5000", batch)
    place.ask("annotator", "POST", "/queries/lease", {"key": "lease-1"})
    query = place.ask("annotator", "GET", "/queries")["queries"][0]
    assert (query["given_probability"], query["predicted_change"]) == (0.08, 0.23)
    path = f"/queries/{query['query']}/explain"
    told = place.ask("annotator", "POST", path, {})
    assert told["ok"] is True, told
    assert (told["query"], told["given_label"], told["probability"]) == (query["query"], "b", 0.08)
    assert told["alone"] == {"examples": ["e0"], "predicted_change": 0.2, "real_change": 0.25,
                             "exact": True, "decrement": 1e-20}
    assert told["group"]["examples"] == ["e0", "e3"]
    assert place.ask("platform", "POST", path, {})["status"] == 404
    assert place.ask("source", "POST", path, {})["status"] == 403
    assert place.ask("annotator", "POST", "/queries/q-99/explain", {})["status"] == 409
    before = place.ask("admin", "GET", "/health")["seq"]
    assert place.ask("annotator", "POST", path, {})["seq"] == before


def test_the_audit_log_in_pages(place: Place) -> None:
    place.ask("source", "POST", "/examples?wait=5000", [example(n, "a") for n in range(6)])
    first = place.ask("admin", "GET", "/events?limit=3")
    assert [event["seq"] for event in first["events"]] == [1, 2, 3]
    assert first["events"][0]["kind"] == "session:started"
    seen, since = 3, first["next"]
    while since is not None:
        page = place.ask("admin", "GET", f"/events?limit=3&since={since}")
        seen, since = seen + len(page["events"]), page["next"]
    assert seen == place.ask("admin", "GET", "/health")["seq"]


def test_settings_change_while_running(place: Place) -> None:
    told = place.ask("admin", "PATCH", "/settings",
                     {"key": "s-1", "changes": {"ask_threshold": 0.4}})
    assert told["ok"] is True
    assert place.ask("admin", "GET", "/settings")["loop"]["ask_threshold"] == 0.4
    for changes in ({"ask_threshold": 7}, {"port": 1}, {"nothing": 1}, {"bootstrap": "x"}, {}):
        assert place.ask("admin", "PATCH", "/settings", {
            "key": "s-2", "changes": changes})["status"] == 400
    assert "tls_key" not in place.ask("admin", "GET", "/settings")["server"]


def test_nothing_to_undo_and_unknown_queries(place: Place) -> None:
    assert place.ask("annotator", "POST", "/undo", {"key": "u"})["ok"] is False
    told = place.ask("annotator", "POST", "/queries/q-99/reply", {
        "key": "r", "example": {"action": "keep"}})
    assert told["status"] in (404, 409)
    for verb in ("skip", "flag"):
        told = place.ask("annotator", "POST", f"/queries/q-99/{verb}", {"key": verb})
        assert told["status"] in (404, 409)
