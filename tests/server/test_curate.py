"""Curators over a real server: the matrix, its cells, acts, undo, what is pushed to whom."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from server.curate_world import Place, serving
from server.live_world import until
from server.wires import Wire

from cincer.ledger.verify import verify
from cincer.server import forecasts
from cincer.server.service.curating import PACE


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Beyond the six known: e6 and e9 labelled b where the model says a, e7 c for b, e8 right."""
    with serving(tmp_path, ask_threshold=1.0) as found:
        found.stream("b", "c", "c", "b")
        yield found


def pushed(wire: Wire, event: str) -> Any:
    """The next push of this name."""
    raw = wire.until(f'42/curate,["{event}"')
    return json.loads(raw[raw.index("["):])[1]


def settle() -> None:
    """Until what has arrived so far was told."""
    time.sleep(2 * PACE)


def test_the_matrix_counts_what_the_model_contradicts(place: Place) -> None:
    told = place.get("/matrix")
    assert [(row["label"], row["correct"], row["open"]) for row in told["rows"]] == [
        ("b", 2, 2), ("c", 3, 1), ("a", 2, 0)]
    assert place.counts() == {("b", "a"): 2, ("c", "b"): 1}
    cell = told["rows"][0]["cells"][0]
    assert (cell["saturation"], sum(cell["bars"])) == (1.0, 2)
    assert cell["bars"][9] == 2
    assert told["totals"] == {"items": 10, "open": 3, "resolved": 0, "removed": 0, "bound": 0.3}
    assert (told["kind"], told["classes"]) == ("table", ["a", "b", "c"])


def test_some_classes_only(place: Place) -> None:
    told = place.get("/matrix?classes=a&classes=b")
    assert told["shown"] == ["a", "b"]
    assert [row["label"] for row in told["rows"]] == ["b", "a"]
    assert place.get("/matrix?classes=zebra")["code"] == "unknown_name"


def test_a_cell_and_its_items(place: Place) -> None:
    told = place.get("/cell?given=b&predicted=a")
    assert told["ids"] == ["e6", "e9"]
    assert told["iies"] == pytest.approx([0.95, 0.95])
    assert told["margin"] == pytest.approx([0.9, 0.9])
    assert all(0 <= v <= 1 for v in told["x"] + told["y"])
    assert (told["splits"], told["split"], told["gain"]) == (["stream"], [0, 0], [None, None])
    items = place.post("/items", ids=["e6", "e0"])["items"]
    assert [(i["id"], i["given_label"], i["predicted_label"], i["status"]) for i in items] == [
        ("e6", "b", "a", "known"), ("e0", "a", "a", "known")]
    assert items[0]["content"]["fields"][0]["value"] == "6"
    assert place.post("/items", ids=["nix"])["code"] == "not_found"
    lacking = place.get("/cell?given=b")
    assert (lacking["code"], "predicted" in lacking["error"]) == ("invalid", True)


def test_the_projection_stands_still_while_items_leave(place: Place) -> None:
    place.stream("c", "c", "b", "b", "b", "b", "c", "a", "b", "c")
    before = place.get("/cell?given=b&predicted=a")
    place.act("confirm", before["ids"][0])
    after = place.get("/cell?given=b&predicted=a")
    assert after["ids"] == before["ids"][1:]
    assert after["x"] == before["x"][1:]
    again = place.get("/cell?given=b&predicted=a&seed=1")
    assert (again["ids"], again["seed"]) == (after["ids"], 1)
    assert again["x"] != after["x"]
    assert (min(again["x"]), max(again["x"])) == (0, 1)
    assert place.get("/cell?given=b&predicted=a&basis=magic")["code"] == "unknown_name"


def test_splits_come_from_meta(place: Place) -> None:
    place.stream("a", "b", split="test")
    told = place.get("/cell?given=a&predicted=b")
    assert [told["splits"][code] for code in told["split"]] == ["test"]


def test_everything_about_one(place: Place) -> None:
    place.act("relabel", "e6", label="a", comment="clearly")
    told = place.get("/items/e6")
    assert (told["observed"], told["human"], told["item"]["label"]) == ("b", "a", "a")
    assert (told["beliefs"][0]["label"], told["beliefs"][0]["p"]) == ("a", pytest.approx(0.95))
    assert told["history"][0] | {"at": 0} == {
        "at": 0, "who": "cara", "action": "relabel", "label": "a", "retracted": False,
        "note": "clearly"}
    assert {one["id"] for one in told["nearest"][:2]} == {"e5", "e7"}
    assert [one["similarity"] for one in told["nearest"]] == sorted(
        (one["similarity"] for one in told["nearest"]), reverse=True)
    assert place.get("/items/nix")["status"] == 404


@pytest.mark.parametrize(("action", "more", "effective", "status"), [
    ("confirm", {}, "b", "known"), ("relabel", {"label": "a"}, "a", "known"),
    ("remove", {}, "b", "removed"), ("duplicate", {"of": "e9"}, "b", "removed"),
    ("good", {}, "b", "known"), ("bad", {}, "b", "unlabelled")])
def test_each_act_empties_the_cell_and_undo_fills_it(
    place: Place, action: str, more: dict[str, str], effective: str, status: str
) -> None:
    told = place.act(action, "e6", **more)
    assert (told["act"], told["done"], told["left"]) == ("a-1", ["e6"], [])
    shown = place.ask("admin", "GET", "/examples/e6")
    assert [line["kind"] for line in shown["history"]] == ["act:resolved"]
    assert (shown["labels"]["effective"], shown["status"]) == (effective, status)
    assert place.counts() == {("b", "a"): 1, ("c", "b"): 1}
    totals = place.get("/matrix")["totals"]
    assert (totals["resolved"], totals["removed"]) == (1, int(status == "removed"))
    back = place.post("/undo", key="u1")
    assert (back["act"], back["action"], back["count"], back["more_undo"], back["more_redo"]) == (
        "a-1", action, 1, 0, 1)
    assert place.counts() == {("b", "a"): 2, ("c", "b"): 1}
    assert place.post("/redo", key="r1")["count"] == 1
    assert place.counts() == {("b", "a"): 1, ("c", "b"): 1}


def test_the_same_key_has_one_effect(place: Place) -> None:
    first = place.act("confirm", "e6", key="once", seen=99)
    assert place.act("confirm", "e6", key="once", seen=99) == first
    assert place.act("confirm", "e7", key="once", seen=99)["code"] == "conflict"
    back = place.post("/undo", key="back")
    assert place.post("/undo", key="back") == back


def test_nobody_overwrites_what_they_have_not_seen(place: Place) -> None:
    seen = place.get("/matrix")["seq"]
    place.act("relabel", "e6", label="c", who="carl")
    told = place.act("relabel", "e6", "e9", label="a", seen=seen)
    assert told["done"] == ["e9"]
    assert told["left"] == [{"id": "e6", "reason": "somebody else has spoken on it since"}]
    nothing = place.act("confirm", "e6", seen=seen)
    assert (nothing["act"], nothing["done"]) == (None, [])
    assert place.act("confirm", "e6")["done"] == ["e6"]


def test_an_act_answers_the_question_about_its_example(place: Place) -> None:
    place.ask("admin", "PATCH", "/settings", {"key": "s", "changes": {"ask_threshold": 0.2}})
    place.stream("c")
    until(lambda: place.ask("admin", "GET", "/stats")["waiting"] == 1)
    place.act("confirm", "e10")
    assert place.ask("admin", "GET", "/stats")["waiting"] == 0
    place.post("/undo", key="u")
    assert place.ask("admin", "GET", "/stats")["waiting"] == 1


def test_what_an_act_would_lead_to(place: Place) -> None:
    told = place.post("/preview", action="confirm", ids=["e6", "e7"])
    assert (told["open_before"], told["open_after"]) == (3, 1)
    assert {(c["given_label"], c["predicted_label"], c["before"], c["after"])
            for c in told["cells"]} == {("b", "a", 2, 1), ("c", "b", 1, 0)}
    assert place.counts() == {("b", "a"): 2, ("c", "b"): 1}
    assert place.post("/preview", action="relabel", ids=["e6"])["code"] == "invalid"


def test_a_preview_tells_what_the_model_would_then_say_of_others(place: Place) -> None:
    told = place.post("/preview", action="relabel", ids=["e6"], label="a")
    assert {(c["given_label"], c["predicted_label"], c["before"], c["after"])
            for c in told["cells"]} == {("b", "a", 2, 0), ("b", "c", 0, 1)}
    assert (told["open_before"], told["open_after"], told["exact"]) == (3, 2, False)


def test_steps_that_turn_too_much_are_not_believed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forecasts, "CREDIBLE", 0.05)
    told = place.post("/preview", action="relabel", ids=["e6"], label="a")
    assert {(c["given_label"], c["predicted_label"], c["before"], c["after"])
            for c in told["cells"]} == {("b", "a", 2, 1)}


def test_without_the_model_a_preview_counts_what_leaves(place: Place) -> None:
    place.world.scorer.die()
    told = place.post("/preview", action="remove", ids=["e6"])
    assert (told["open_before"], told["open_after"], told["exact"]) == (3, 2, False)
    assert place.get("/items/e6")["counter_example"] is None
    assert place.get("/cell?given=b&predicted=a&basis=features")["status"] == 503


def test_what_supports_the_doubt(place: Place) -> None:
    told = place.get("/items/e6")["counter_example"]
    assert (told["id"], told["label"], told["similarity"]) == ("e0", "a", None)
    assert place.get("/items/e0")["counter_example"] is None


@pytest.mark.parametrize("basis", ["features", "saliency"])
def test_other_bases_come_from_the_model(place: Place, basis: str) -> None:
    told = place.get(f"/cell?given=b&predicted=a&basis={basis}")
    assert (told["basis"], told["bases"]) == (basis, ["pixels", "features", "saliency"])
    assert told["ids"] == ["e6", "e9"]
    assert not list((place.world.service.folder / "models").glob("basis-*"))


def test_a_confusion_is_noticed_after_three_equal_fixes(place: Place) -> None:
    place.stream("c", "a", "b", "b", "b", "b", "b", "b", "b")
    ids = place.get("/review?given=b&to=a")["ids"]
    assert ids == ["e6", "e9", "e12", "e15", "e18"]
    assert place.act("relabel", ids[0], label="a")["offer"] is None
    assert place.act("relabel", ids[1], label="a")["offer"] is None
    told = place.act("relabel", ids[2], label="a")
    assert told["offer"] == {"given_label": "b", "to": "a", "count": 2}
    assert place.get("/review?given=b&to=a")["ids"] == ids[3:]
    place.post("/undo", key="u")
    assert place.act("relabel", ids[3], label="a")["offer"]["count"] == 2


@pytest.mark.parametrize("said", [
    {"action": "relabel"}, {"action": "confirm", "label": "a"}, {"action": "duplicate"},
    {"action": "accept"}, {"ids": []}, {"ids": ["e6"], "of": "e6", "action": "duplicate"},
    {"label": "zebra", "action": "relabel"}, {"of": "nix", "action": "duplicate"}])
def test_acts_that_cannot_be(place: Place, said: dict[str, Any]) -> None:
    told = place.act(**({"action": "confirm"} | said)) if "ids" in said else place.act(
        said.pop("action"), "e6", **said)
    assert told["ok"] is False
    assert told["status"] in (400, 404)
    assert place.get("/matrix")["totals"]["resolved"] == 0


def test_nothing_to_take_back(place: Place) -> None:
    place.act("confirm", "e6")
    assert place.post("/undo", "carl", key="u")["code"] == "not_found"
    assert place.post("/redo", "cara", key="r")["code"] == "not_found"


# ---- pushes ------------------------------------------------------------------------------------

def test_an_act_is_told_to_every_curator_at_once(place: Place) -> None:
    settle()
    wire = place.wire("carl")
    hello = pushed(wire, "session:hello")
    assert (hello["me"], hello["selections"]) == ("carl", [])
    told = place.act("relabel", "e6", label="a")
    found = pushed(wire, "matrix:changed")
    assert (found["by"], found["act"], found["seq"]) == ("cara", "a-1", told["seq"])
    assert found["cells"] == [{
        "given_label": "b", "predicted_label": "a", "count": 1, "saturation": 1.0,
        "bars": [0] * 9 + [1], "left": ["e6"], "came": []}]
    assert found["totals"]["open"] == 2
    place.post("/undo", key="u")
    assert pushed(wire, "matrix:changed")["cells"][0]["came"] == ["e6"]
    wire.close()


def test_arrivals_appear_by_themselves(place: Place) -> None:
    settle()
    wire = place.wire("reader")
    pushed(wire, "session:hello")
    place.stream("c", "c")
    came: list[str] = []
    end = time.monotonic() + 5
    while "e10" not in came and time.monotonic() < end:
        for cell in pushed(wire, "matrix:changed")["cells"]:
            came += cell["came"]
    assert came == ["e10"]
    wire.close()


def test_curators_see_each_others_selections(place: Place) -> None:
    cara, carl = place.wire("cara"), place.wire("carl")
    said = {"given_label": "b", "predicted_label": "a", "ids": ["e6"], "count": 1}
    assert cara.ask("selection:set", said, namespace="/curate")["ok"] is True
    seen = pushed(carl, "selection:changed")
    assert (seen["selection"], seen["gone"]) == ({"who": "cara", **said}, False)
    late = place.wire("reader")
    assert pushed(late, "session:hello")["selections"] == [{"who": "cara", **said}]
    refused = late.ask("selection:set", said, namespace="/curate")
    assert refused["code"] == "forbidden"
    cara.close()
    assert pushed(carl, "selection:changed")["gone"] is True
    carl.close()
    late.close()


# ---- what lasts --------------------------------------------------------------------------------

def test_a_restart_knows_all_of_it(tmp_path: Path) -> None:
    with serving(tmp_path, ask_threshold=1.0) as place:
        place.stream("b", "c", "c", "b")
        place.act("relabel", "e6", label="a")
        place.act("remove", "e7", who="carl")
        before, seen = place.get("/matrix"), place.get("/matrix")["seq"]
    with serving(tmp_path, fresh=False, ask_threshold=1.0) as place:
        after = place.get("/matrix")
        assert {k: after[k] for k in ("rows", "totals")} == {k: before[k] for k in
                                                             ("rows", "totals")}
        assert place.act("confirm", "e6", who="carl", seen=seen - 2)["done"] == []
        assert place.post("/undo", key="u")["act"] == "a-1"
    assert verify(tmp_path / "ledger.db").ok


