"""Suggestions over a real server: when they are made, answers as acts, undo, previews, what was
predicted against what was measured, acceptance without a person, what lasts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from server.curate_world import Place, serving
from server.live_world import until

from cincer.compute.frames import unpack_ints
from cincer.config import LoopSettings
from cincer.ledger.verify import verify
from cincer.server.suggestion_views import meter
from cincer.types import unlearning

SETTINGS: dict[str, Any] = {"ask_threshold": 1.0, "advice_every": 2}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Thirty known examples. The fake suggests a for e6, e9, e12 and e15, labelled b, by gains of
    1/4, 1/8, 1/12 and 1/16."""
    with serving(tmp_path, **SETTINGS) as found:
        fill(found)
        yield found


@pytest.fixture
def seldom(tmp_path: Path) -> Iterator[Place]:
    """The same; what is suggested changes by no answer, since none makes it anew."""
    with serving(tmp_path, **SETTINGS | {"advice_every": 100}) as found:
        fill(found)
        yield found


def fill(place: Place) -> None:
    place.stream("b", "b", "c", "b", "b", "c", "b", "b", "c", "b", *"bcabcabcabcabc")


def listed(place: Place, query: str = "", who: str = "cara") -> Any:
    return place.ask(who, "GET", "/suggestions" + query)


def made(place: Place, count: int = 4) -> list[Any]:
    """Wait for so many open suggestions, with nothing under way."""
    def there() -> bool:
        told = listed(place)
        return len(told["suggestions"]) == count and not told["running"]
    until(there)
    found: list[Any] = listed(place)["suggestions"]
    return found


def made_anew(place: Place) -> None:
    """Have suggestions made of what is known now, and wait for them."""
    def asked() -> int:
        return sum(frame["op"] == "advise" for frame in place.world.trainer.frames)
    until(lambda: not listed(place)["running"])
    before = asked()
    place.ask("cara", "POST", "/suggestions/refresh", {})
    until(lambda: asked() > before and not listed(place)["running"])


def answer(place: Place, action: str, *ids: str, who: str = "cara", key: str = "k") -> Any:
    if len(ids) == 1:
        return place.ask(who, "POST", f"/suggestions/{ids[0]}/{action}", {"key": key})
    return place.ask(who, "POST", f"/suggestions/{action}", {"key": key, "ids": ids})


def effective(place: Place, example: str) -> Any:
    return place.ask("admin", "GET", f"/examples/{example}")["labels"]["effective"]


# ---- what is suggested -------------------------------------------------------------------------

def test_nobody_looks_and_nothing_is_suggested(place: Place) -> None:
    assert place.world.trainer.frames == []
    assert listed(place)["chooser"]["note"] == "nothing was looked for yet"
    made(place)


def test_a_suggestion_says_what_and_why(place: Place) -> None:
    first, *_ = made(place)
    assert (first["id"], first["action"], first["given_label"], first["proposed_label"]) == (
        "e6", "relabel", "b", "a")
    assert (first["gain"], first["low"], first["high"], first["harm"]) == (
        0.25, 0.125, 0.375, 0.5)
    assert [(one["id"], one["label"], one["harm"]) for one in first["reasons"]] == [
        ("e0", "a", 0.125)]
    assert (first["state"], first["measured"], first["method"]) == ("open", None, "argmax")
    told = listed(place)
    assert [one["id"] for one in told["suggestions"]] == ["e6", "e9", "e12", "e15"]
    assert (told["total"], told["auto_accept"]) == (4, False)
    assert (told["chooser"]["chosen"], told["chooser"]["trusted"]) == ("relabel", 30)
    assert [one["action"] for one in told["chooser"]["verdicts"]] == ["nothing", "relabel"]


def test_pages_and_bad_parameters(place: Place) -> None:
    made(place)
    told = listed(place, "?limit=2&offset=1")
    assert ([one["id"] for one in told["suggestions"]], told["total"]) == (["e9", "e12"], 4)
    assert listed(place, "?state=perhaps")["code"] == "unknown_name"
    assert listed(place, "?limit=0")["code"] == "invalid"


def test_the_board_shows_the_gain(place: Place) -> None:
    made(place)
    cell = place.get("/cell?given=b&predicted=a")
    assert dict(zip(cell["ids"], cell["gain"], strict=True)) == pytest.approx(
        {"e6": 1 / 4, "e9": 1 / 8, "e12": 1 / 12, "e15": 1 / 16})
    assert place.get("/items/e0")["gain"] is None
    answer(place, "reject", "e6")
    assert place.get("/items/e6")["gain"] is None


def test_every_few_acts_they_are_made_again(place: Place) -> None:
    made(place)
    before = listed(place)["version"]
    place.act("confirm", "e0")
    told = listed(place)
    assert (told["version"], told["behind"]) == (before, 1)
    place.act("confirm", "e6")
    until(lambda: listed(place)["version"] > before)
    told = listed(place)
    assert ([one["id"] for one in told["suggestions"]], told["behind"]) == (
        ["e9", "e12", "e15"], 0)


def test_on_demand(place: Place) -> None:
    made(place)
    before = listed(place)["version"]
    place.act("confirm", "e0")
    assert place.ask("reader", "POST", "/suggestions/refresh", {})["code"] == "forbidden"
    assert place.ask("cara", "POST", "/suggestions/refresh", {})["ok"]
    until(lambda: listed(place)["version"] > before)


def test_who_looks_hears_of_it(place: Place) -> None:
    wire = place.wire("carl")
    raw = wire.until('42/curate,["suggestions:updated"')
    while '"total":4' not in raw.replace(" ", ""):
        raw = wire.until('42/curate,["suggestions:updated"')
    assert '"best_gain":0.25' in raw.replace(" ", "")
    answer(place, "accept", "e6")
    raw = wire.until('42/curate,["suggestions:updated"')
    assert '"total":3' in raw.replace(" ", "")
    wire.close()


def test_a_word_of_a_person_takes_a_suggestion_back(place: Place) -> None:
    made(place)
    place.act("confirm", "e6")
    assert [one["id"] for one in listed(place)["suggestions"]] == ["e9", "e12", "e15"]
    told = answer(place, "accept", "e6")
    assert (told["act"], told["done"], told["refused"][0]["id"]) == (None, [], "e6")
    place.post("/undo", key="u")
    made(place)


# ---- answers -----------------------------------------------------------------------------------

def test_accepting_changes_the_label_and_undo_brings_it_back(place: Place) -> None:
    made(place)
    told = answer(place, "accept", "e6")
    assert (told["done"], told["refused"], told["act"][:2]) == (["e6"], [], "a-")
    assert answer(place, "accept", "e6") == told
    assert effective(place, "e6") == "a"
    assert [one["id"] for one in listed(place)["suggestions"]] == ["e9", "e12", "e15"]
    done, = listed(place, "?state=accepted")["suggestions"]
    assert (done["id"], done["state"], done["gain"], done["proposed_label"]) == (
        "e6", "accepted", 0.25, "a")
    assert place.post("/undo", key="u")["count"] == 1
    assert effective(place, "e6") == "b"
    assert listed(place, "?state=accepted")["suggestions"] == []
    made(place)
    assert place.post("/redo", key="r")["count"] == 1
    done, = listed(place, "?state=accepted")["suggestions"]
    assert (effective(place, "e6"), done["gain"]) == ("a", 0.25)


def test_a_batch_is_one_act(place: Place) -> None:
    made(place)
    answer(place, "reject", "e15", key="k0")
    told = answer(place, "accept", "e6", "e9", "e15", "e0", "nobody")
    assert told["done"] == ["e6", "e9"]
    assert {one["id"]: one["reason"] for one in told["refused"]} == {
        "e15": "its suggestion is rejected already",
        "e0": "it is not suggested, or not any more", "nobody": "there is no such example"}
    assert place.post("/undo", key="u")["count"] == 2
    assert [effective(place, one) for one in ("e6", "e9")] == ["b", "b"]


def test_rejected_ones_do_not_come_back(place: Place) -> None:
    made(place)
    answer(place, "reject", "e6", "e9")
    made_anew(place)
    assert [one["id"] for one in listed(place)["suggestions"]] == ["e12", "e15"]
    told = listed(place, "?state=rejected")
    assert ([one["id"] for one in told["suggestions"]], told["total"]) == (["e9", "e6"], 2)
    assert effective(place, "e6") == "b"


def test_what_was_accepted_is_rejected_after_all_and_stays_so(place: Place) -> None:
    made(place)
    answer(place, "accept", "e6", "e9")
    told = answer(place, "reject", "e6", "e0", who="admin", key="k2")
    assert (told["done"], [one["id"] for one in told["refused"]]) == (["e6"], ["e0"])
    assert (effective(place, "e6"), effective(place, "e9")) == ("b", "a")
    made_anew(place)
    assert [one["id"] for one in listed(place)["suggestions"]] == ["e12", "e15"]
    assert [one["id"] for one in listed(place, "?state=rejected")["suggestions"]] == ["e6"]
    assert place.post("/undo", key="u")["count"] == 1
    assert (effective(place, "e6"), effective(place, "e9")) == ("b", "b")
    assert answer(place, "reject", "e6", key="k3")["refused"][0]["reason"] == (
        "its suggestion is rejected already")


def test_asking_makes_an_ordinary_query(place: Place) -> None:
    made(place)
    assert answer(place, "ask", "e6")["done"] == ["e6"]
    place.ask("annotator", "POST", "/queries/lease", {"key": "l"})
    until(lambda: place.ask("annotator", "GET", "/queries")["queries"])
    query, = place.ask("annotator", "GET", "/queries")["queries"]
    assert (query["example"]["id"], query["example"]["given_label"]) == ("e6", "b")
    assert query["example"]["predicted_label"] == "a"
    assert query["margin"] == pytest.approx(0.9)
    assert [one["id"] for one in listed(place, "?state=asked")["suggestions"]] == ["e6"]


def test_who_may(place: Place) -> None:
    made(place)
    assert listed(place, who="reader")["ok"]
    assert place.ask("admin", "GET", "/suggestions/calibration")["ok"]
    for who in ("annotator", "source"):
        assert listed(place, who=who)["code"] == "forbidden"
    for action in ("accept", "reject", "ask"):
        assert answer(place, action, "e6", who="reader")["code"] == "forbidden"
        assert answer(place, action, "e6", "e9", who="annotator")["code"] == "forbidden"
    assert answer(place, "accept", "e6", who="admin")["done"] == ["e6"]


# ---- what it brings ----------------------------------------------------------------------------

def test_a_preview_changes_nothing(place: Place) -> None:
    made(place)
    told = place.ask("reader", "POST", "/suggestions/preview", {"ids": ["e6", "e9", "e0"]})
    assert told["ok"], told
    assert (told["count"], told["predicted"], told["together"], told["selection"]) == (
        2, 0.375, 0.125, 0.0625)
    assert told["flips"] == 2
    made(place)
    asked = place.world.trainer.frames[-1]
    assert asked["op"] == "preview"
    told = place.ask("cara", "POST", "/suggestions/preview", {"ids": ["e0"]})
    assert (told["code"], "none of these" in told["error"]) == ("unavailable", True)
    place.world.trainer.die()
    told = place.ask("cara", "POST", "/suggestions/preview", {"ids": ["e6"]})
    assert (told["code"], told["status"]) == ("unavailable", 503)


def test_a_preview_does_not_wait_for_a_long_job(place: Place) -> None:
    made(place)
    place.world.trainer.slow = {"advise"}
    place.ask("cara", "POST", "/suggestions/refresh", {})
    until(lambda: place.world.trainer.frames[-1]["op"] == "advise")
    told = place.ask("reader", "POST", "/suggestions/preview", {"ids": ["e6"]})
    assert told["together"] == 0.0625
    assert listed(place)["running"]
    place.world.trainer.release()
    made(place)


def test_what_is_to_be_unlearned_is_told_as_such(place: Place) -> None:
    trainer = place.world.trainer
    trainer.action = "unlearn"
    made(place)
    assert listed(place)["suggestions"][0]["action"] == "unlearn"
    place.ask("cara", "POST", "/suggestions/preview", {"ids": ["e6"]})
    given = trainer.labels[6]
    assert unpack_ints(trainer.frames[-1]["labels"]).tolist() == [unlearning(given)]
    answer(place, "accept", "e6")
    for process in (trainer, place.world.scorer):
        until(lambda process=process: process.labels[6] == unlearning(given))
    trainer.die()
    trainer.come_up()
    until(lambda: trainer.labels.get(6) == unlearning(given))
    place.post("/undo", key="u")
    for process in (trainer, place.world.scorer):
        until(lambda process=process: process.labels[6] == given)


def calibration(place: Place) -> Any:
    return place.ask("cara", "GET", "/suggestions/calibration")


def test_what_was_predicted_is_held_against_what_was_measured(seldom: Place) -> None:
    place = seldom
    made_anew(place)
    made(place)
    assert calibration(place) == {"ok": True, "accepted": [], "slope": None, "correlation": None}
    answer(place, "accept", "e6", "e9", key="k1")
    answer(place, "accept", "e12", key="k2")
    answer(place, "accept", "e15", key="k3")
    until(lambda: len(calibration(place)["accepted"]) == 3)
    told = calibration(place)
    assert [(one["count"], one["action"], one["measured"]) for one in told["accepted"]] == [
        (2, "relabel", 0.25), (1, "relabel", 0.125), (1, "relabel", 0.125)]
    predicted = [one["predicted"] for one in told["accepted"]]
    assert predicted == pytest.approx([3 / 8, 1 / 12, 1 / 16])
    measured = [0.25, 0.125, 0.125]
    assert told["slope"] == pytest.approx(
        sum(a * b for a, b in zip(predicted, measured, strict=True))
        / sum(a * a for a in predicted))
    assert 0.99 < told["correlation"] <= 1
    single = listed(place, "?state=accepted")["suggestions"][0]
    assert (single["id"], single["measured"]) == ("e15", 0.125)
    effect = next(f for f in place.world.trainer.frames if f["op"] == "effect")
    assert effect["act"] == "a-1"


def test_an_act_that_was_taken_back_is_not_measured(place: Place) -> None:
    made(place)
    place.world.trainer.held = True
    place.ask("cara", "POST", "/suggestions/refresh", {})
    answer(place, "accept", "e6")
    place.post("/undo", key="u")
    place.world.trainer.held = False
    place.world.trainer.release()
    made(place)
    assert all(frame["op"] != "effect" for frame in place.world.trainer.frames)


# ---- without a person --------------------------------------------------------------------------

def test_accepted_without_a_person_within_bounds(tmp_path: Path) -> None:
    """A tenth of 30 known examples may change: three of the four."""
    with serving(tmp_path, **SETTINGS, auto_accept=0.1) as place:
        fill(place)
        until(lambda: effective(place, "e12") == "a")
        assert [effective(place, one) for one in ("e6", "e9", "e15")] == ["a", "a", "b"]
        assert listed(place)["auto_accept"] is True
        until(lambda: calibration(place)["accepted"])
        place.act("confirm", "e15")
        place.act("reopen", "e15")
        before = listed(place)["version"]
        place.ask("cara", "POST", "/suggestions/refresh", {})
        until(lambda: listed(place)["version"] > before)
        assert effective(place, "e15") == "b"
        acts = place.world.service.loop().auto_accept
        assert acts == 0.1


def test_a_gain_that_is_too_small_is_left_to_people(tmp_path: Path) -> None:
    with serving(tmp_path, **SETTINGS, auto_accept=1.0, auto_accept_gain=0.1) as place:
        fill(place)
        until(lambda: effective(place, "e9") == "a")
        assert [one["id"] for one in listed(place)["suggestions"]] == ["e12", "e15"]
        history = place.get("/items/e6")
        assert history["machine"] == "a"


# ---- what lasts --------------------------------------------------------------------------------

def test_a_restart_keeps_all(tmp_path: Path) -> None:
    with serving(tmp_path, **SETTINGS) as place:
        fill(place)
        made(place)
        answer(place, "accept", "e6", key="k1")
        answer(place, "reject", "e9", key="k2")
        until(lambda: calibration(place)["accepted"])
        made(place, 2)
        before = [listed(place, f"?state={state}")["suggestions"]
                  for state in ("open", "accepted", "rejected")]
        told = calibration(place)
    with serving(tmp_path, fresh=False, **SETTINGS) as place:
        place.world.trainer.held = True
        after = [listed(place, f"?state={state}")["suggestions"]
                 for state in ("open", "accepted", "rejected")]
        assert after == before
        assert calibration(place) == told
    assert verify(tmp_path / "ledger.db").ok


def test_a_trainer_that_dies_is_asked_again(place: Place) -> None:
    place.world.trainer.held = True
    listed(place)
    until(lambda: listed(place)["running"])
    place.world.trainer.die()
    place.world.trainer.held = False
    place.world.trainer.come_up()
    made(place)


def test_advice_can_be_off(tmp_path: Path) -> None:
    with serving(tmp_path, ask_threshold=1.0) as place:
        fill(place)
        assert listed(place)["suggestions"] == []
        told = place.ask("cara", "POST", "/suggestions/refresh", {})
        assert "--advice-every" in told["error"]
        assert place.ask("admin", "GET", "/health")["trainer"] == "off"


# ---- the meter ---------------------------------------------------------------------------------

def stats(**counts: Any) -> Any:
    return SimpleNamespace(**{"received": 200, "asked": 18, "audits": 2, "replies": 10,
                              "fixed_examples": 4, "arrivals_per_second": 0.5} | counts)


@pytest.mark.parametrize(("loop", "expected"), [
    ({}, 180.0), ({"query_budget": 50.0}, 90.0),
    ({"query_budget": 70.0, "budget_per": "hour"}, 70.0)])
def test_the_meter(loop: dict[str, Any], expected: float) -> None:
    told = meter(stats(), LoopSettings(**loop, audit_share=0.2))
    assert (told.asked, told.arrivals_per_hour, told.find_rate) == (20, 1800, 0.4)
    assert (told.expected, told.finds, told.audits) == pytest.approx(
        (expected, 0.4 * expected, 0.2 * expected))


def test_the_meter_before_any_reply() -> None:
    told = meter(stats(received=0, asked=0, audits=0, replies=0), LoopSettings())
    assert (told.asked, told.expected, told.find_rate, told.finds) == (0, 0, None, None)
