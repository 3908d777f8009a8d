"""Surveys on the curators' board: when they are made, what they change, iterations, what lasts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from server.curate_world import Place, serving
from server.live_world import FakeTrainer, until

from cincer.ledger.verify import verify
from cincer.server.notices import CellMapped
from cincer.server.routes import drawing
from cincer.server.surveys import load_pairs, load_survey


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Thirty examples; the survey says a, b, c, a, b, c and so on, and so does the stream but for
    e6 and e9, labelled b for a."""
    with serving(tmp_path, ask_threshold=1.0, survey="out_of_fold") as found:
        fill(found)
        yield found


def fill(place: Place) -> None:
    place.stream("b", "b", "c", "b", *"bcabcabcabcabcabcabc")


def surveyed(place: Place, number: int = 1) -> None:
    """Wait for this survey."""
    until(lambda: place.get("/matrix")["survey"]["version"] >= number)


def test_nobody_looks_and_nothing_is_surveyed(place: Place) -> None:
    assert place.world.trainer.frames == []
    assert place.ask("admin", "GET", "/health")["trainer"] == "off"
    surveyed(place)
    assert place.ask("admin", "GET", "/health")["trainer"] == "up"


def test_a_survey_replaces_what_arrivals_had_said(place: Place) -> None:
    before = place.get("/cell?given=b&predicted=a")["iies"]
    surveyed(place)
    told = place.get("/matrix")["survey"]
    assert (told["version"], told["held_out"], told["running"], told["behind"]) == (
        1, True, False, 0)
    assert before == pytest.approx([0.95, 0.95])
    assert place.get("/cell?given=b&predicted=a")["iies"] == pytest.approx([0.97, 0.97])
    assert place.get("/items/e0")["beliefs"][1]["p"] == pytest.approx(0.02)


def test_who_looks_hears_of_it(place: Place) -> None:
    wire = place.wire("carl")
    raw = wire.until('42/curate,["survey:updated"')
    while '"version":1' not in raw.replace(" ", ""):
        raw = wire.until('42/curate,["survey:updated"')
    wire.close()


def test_label_changes_put_a_survey_behind(place: Place) -> None:
    surveyed(place)
    place.act("confirm", "e6", "e9")
    assert place.get("/matrix")["survey"]["behind"] == 2


def test_a_fifth_more_examples_are_surveyed_again(place: Place) -> None:
    surveyed(place)
    place.stream(*"abc")
    place.stream(*"abcabc")
    surveyed(place, 2)


def test_similar_pairs_mark_their_cells(place: Place) -> None:
    place.world.trainer.pairs = [(6, 9), (0, 3)]
    surveyed(place)
    until(lambda: place.get("/similar")["total"] == 2)
    pair = place.get("/similar?given=b&predicted=a&limit=5")["pairs"][0]
    assert (pair["left"]["id"], pair["right"]["id"], pair["similarity"], pair["two_labels"]) == (
        "e6", "e9", 1.0, False)
    assert duplicates(place) == 2
    place.act("duplicate", "e9", of="e6")
    assert (duplicates(place), place.get("/similar")["total"]) == (0, 1)
    place.post("/undo", key="u")
    assert (duplicates(place), place.get("/similar")["total"]) == (2, 2)


def duplicates(place: Place) -> int:
    return sum(cell["duplicates"] for row in place.get("/matrix")["rows"]
               for cell in row["cells"])


def test_umap_is_made_in_the_background(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = place.get("/cell?given=b&predicted=a&method=umap")
    assert (missing["status"], "cincer[umap]" in missing["error"]) == (503, True)
    monkeypatch.setattr(drawing, "find_spec", lambda name: name)
    assert place.get("/cell?given=b&predicted=a")["umap"] == "missing"
    place.world.trainer.held = True
    told = place.get("/cell?given=b&predicted=a&method=umap")
    assert (told["method"], told["umap"]) == ("pca", "running")
    place.world.trainer.release()
    until(lambda: place.get("/cell?given=b&predicted=a&method=umap")["method"] == "umap")
    told = place.get("/cell?given=b&predicted=a&method=umap")
    assert (told["umap"], told["x"], told["y"]) == ("ready", [0.25, 0.25], [0.25, 0.25])
    assert place.get("/cell?given=b&predicted=a")["method"] == "pca"
    place.act("confirm", "e6")
    assert place.get("/cell?given=b&predicted=a&method=umap")["x"] == [0.25]
    assert place.get("/cell?given=b&predicted=a")["methods"] == ["pca", "umap"]
    assert place.get("/cell?given=b&predicted=a&method=tsne")["code"] == "unknown_name"


def test_umap_of_what_the_model_sees(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its numbers go to the trainer in a file that is gone when the picture is there."""
    surveyed(place)
    monkeypatch.setattr(drawing, "find_spec", lambda name: name)
    seen: list[tuple[int, ...]] = []
    trainer = place.world.trainer

    def mapped(frame: Any) -> Any:
        seen.append(np.load(frame["rows"]).shape)
        return FakeTrainer._umap(trainer, frame)

    monkeypatch.setattr(trainer, "_umap", mapped)
    where = "/cell?given=b&predicted=a&method=umap&basis=features"
    until(lambda: place.get(where)["method"] == "umap")
    told = place.get(where)
    assert (told["basis"], seen) == ("features", [(len(told["ids"]), 2)])
    frame = next(f for f in trainer.frames if f["op"] == "umap")
    assert not Path(frame["rows"]).exists()
    assert place.get("/cell?given=b&predicted=a&method=pca")["umap"] == "missing"


def test_a_picture_that_fails_says_why_and_may_be_asked_for_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    surveyed(place)
    monkeypatch.setattr(drawing, "find_spec", lambda name: name)
    where, trainer = "/cell?given=b&predicted=a&method=umap", place.world.trainer
    real = trainer._umap
    monkeypatch.setattr(trainer, "_umap", lambda frame: {"error": "no room", "code": "invalid"})
    told = place.get(where)
    until(lambda: place.world.told(CellMapped))
    told = place.get(where)
    assert (told["method"], told["umap"], told["umap_error"]) == ("pca", "failed", "no room")
    monkeypatch.setattr(trainer, "_umap", real)
    until(lambda: place.get(where)["method"] == "umap")
    assert len(place.world.told(CellMapped)) == 2


def test_a_map_that_died_with_the_trainer_may_be_asked_for_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    surveyed(place)
    monkeypatch.setattr(drawing, "find_spec", lambda name: name)
    place.world.trainer.held = True
    where = "/cell?given=b&predicted=a&method=umap"
    for query in (where, where, where + "&basis=features"):
        assert place.get(query)["umap"] == "running"
    rows = [command.rows for command in place.world.service._core.mapping._asked.values()]
    place.world.trainer.die()
    until(lambda: place.get("/cell?given=b&predicted=a")["umap"] == "missing")
    assert [row is None or not Path(row).exists() for row in rows] == [True, True]
    place.world.trainer.held = False
    place.world.trainer.come_up()
    until(lambda: place.get("/cell?given=b&predicted=a&method=umap")["method"] == "umap")


def test_iterations(place: Place) -> None:
    surveyed(place)
    until(lambda: place.get("/iterations")["iterations"])
    place.act("relabel", "e6", label="a")
    place.act("remove", "e9", who="carl")
    told = place.post("/iterations", key="next")
    assert told["survey"]["running"] or told["survey"]["version"] == 2
    until(lambda: len(place.get("/iterations")["iterations"]) == 2)
    first, second = place.get("/iterations")["iterations"]
    assert (first["number"], first["open"], first["accuracy"], first["holdout"]) == (
        1, 2, None, None)
    assert first["bound"] == pytest.approx(2 / 30)
    assert (first["resolved"], first["relabelled"], first["removed"]) == (2, 1, 1)
    assert (second["number"], second["open"], second["accuracy"], second["resolved"]) == (
        2, 0, 1.0, 0)
    assert place.post("/iterations", "reader", key="k")["code"] == "forbidden"


def test_two_later_models_that_contradict_reopen(place: Place) -> None:
    surveyed(place)
    place.act("confirm", "e6")
    for number in (2, 3):
        assert place.get("/cell?given=b&predicted=a")["ids"] == ["e9"]
        place.post("/iterations", key=f"i{number}")
        surveyed(place, number)
    told = place.get("/cell?given=b&predicted=a")
    assert (told["ids"], told["reopen"]) == (["e9", "e6"], [False, True])
    assert place.get("/matrix")["rows"][0]["cells"][0]["reopen"] == 1
    place.act("confirm", "e6")
    until(lambda: place.get("/cell?given=b&predicted=a")["ids"] == ["e9"])


def test_contradictions_are_counted_over_a_restart(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"ask_threshold": 1.0, "survey": "out_of_fold"}
    cell = "/cell?given=b&predicted=a"
    with serving(tmp_path, **settings) as place:
        fill(place)
        surveyed(place)
        place.act("confirm", "e6")
        place.post("/iterations", key="i2")
        surveyed(place, 2)
        assert place.get(cell)["ids"] == ["e9"]
    with serving(tmp_path, fresh=False, **settings) as place:
        assert place.get(cell)["ids"] == ["e9"]
        place.post("/iterations", key="i3")
        surveyed(place, 3)
        assert place.get(cell)["ids"] == ["e9", "e6"]
    with serving(tmp_path, fresh=False, **settings) as place:
        told = place.get(cell)
        assert (told["ids"], told["reopen"]) == (["e9", "e6"], [False, True])
        assert place.act("confirm", "e6", key="later")["ok"]
        until(lambda: place.get(cell)["ids"] == ["e9"])
    with serving(tmp_path, fresh=False, **settings) as place:
        assert place.get(cell)["ids"] == ["e9"]


def test_how_far_a_survey_is_is_told(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    surveyed(place)
    trainer = place.world.trainer
    survey = trainer._survey

    def slow(frame: Any) -> Any:
        trainer.held = True
        return survey(frame)

    monkeypatch.setattr(trainer, "_survey", slow)
    wire = place.wire()
    place.post("/iterations", key="i2")
    until(lambda: sum(frame["op"] == "survey" for frame in trainer.frames) == 2)
    job = next(frame["job"] for frame in reversed(trainer.frames) if frame["op"] == "survey")
    for said, share in ((job - 1, 0.25), (job, 0.5)):
        trainer.word({"op": "survey", "job": said, "share": share})
    told = json.loads(wire.until('42/curate,["survey:updated"').removeprefix("42/curate,"))
    while told[1]["survey"]["progress"] != 0.5:
        told = json.loads(wire.until('42/curate,["survey:updated"').removeprefix("42/curate,"))
    assert place.get("/matrix")["survey"]["progress"] == 0.5
    wire.close()
    trainer.release()
    surveyed(place, 2)
    assert place.get("/matrix")["survey"]["progress"] is None


def test_a_trainer_that_dies_is_asked_again(place: Place) -> None:
    surveyed(place)
    place.world.trainer.held = True
    place.post("/iterations", key="i")
    until(lambda: place.get("/matrix")["survey"]["running"])
    place.world.trainer.die()
    place.world.trainer.held = False
    place.world.trainer.come_up()
    surveyed(place, 2)


def test_a_restart_keeps_surveys_pairs_and_iterations(tmp_path: Path) -> None:
    seen = ("/matrix", "/cell?given=b&predicted=a", "/iterations")
    with serving(tmp_path, ask_threshold=1.0, survey="out_of_fold") as place:
        place.world.trainer.pairs = [(6, 9)]
        fill(place)
        surveyed(place)
        until(lambda: place.get("/similar")["total"] == 1)
        before = [place.get(path) for path in seen]
    with serving(tmp_path, fresh=False, ask_threshold=1.0, survey="out_of_fold") as place:
        after = [place.get(path) for path in seen]
    assert after[0]["rows"] == before[0]["rows"]
    assert after[1]["iies"] == before[1]["iies"]
    assert after[2]["iterations"] == before[2]["iterations"]
    assert verify(tmp_path / "ledger.db").ok


def test_surveys_can_be_off(tmp_path: Path) -> None:
    with serving(tmp_path, survey="off") as place:
        assert place.get("/matrix")["survey"]["version"] == 0
        told = place.post("/iterations", key="k")
        assert (told["code"], "surveys are off" in told["error"]) == ("invalid", True)


def test_a_broken_file_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "survey-000007.npz").write_bytes(b"PK nonsense")
    (tmp_path / "models" / "pairs-000007.npz").write_bytes(b"")
    assert load_survey(tmp_path / "models" / "survey-000007.npz") is None
    assert load_pairs(tmp_path / "models" / "pairs-000007.npz") is None
    with serving(tmp_path, ask_threshold=1.0, survey="out_of_fold") as place:
        fill(place)
        surveyed(place)
