"""The scorer's answers, without a process around it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from compute.making import Place

from cincer.compute.frames import pack_floats, pack_ints, unpack_ints
from cincer.compute.messages import labels_frame
from cincer.compute.scorer import Scorer
from cincer.models.learned import learned_path
from cincer.types import unlearning


def _ask(scorer: Scorer, op: str, **fields: Any) -> Any:
    return scorer.handle({"op": op, "job": 1, **fields})

ALONE: dict[str, Any] = {"instead": [None], "exclude": [[]], "limit": [1]}
"""One ordinary question: labelled as the model would, none barred, one side."""



def _scorer(place: Place, **settings: Any) -> Scorer:
    return place.scorer(place.labels(2, range(60)), **settings)


def test_opinions_name_the_class_the_margin_and_the_version(place: Place) -> None:
    scorer = _scorer(place)
    found = _ask(scorer, "score", positions=[70, 71, 72], given=[int(place.true[70]), 1, -1])
    assert (found["version"], found["head"]["known"], found["job"]) == (2, 60, 1)
    (_, agrees, low, _), (_, differs, _, beliefs), (_, _, none, _) = found["scored"]
    assert (agrees, low) == (place.true[70], 0.0)
    assert differs == place.true[71] == beliefs[0][0]
    assert none is None


def test_a_pick_is_a_known_example_of_the_predicted_class(place: Place) -> None:
    scorer = _scorer(place)
    wrong = (int(place.true[70]) + 1) % 3
    found = _ask(scorer, "pick", queries=["q-1", "q-2"], positions=[70, 71],
                 given=[wrong, int(place.true[71])], instead=[None, None], exclude=[[], []],
                 limit=[1, 1])
    (side,), nothing = found["picks"]
    assert side["label"] == place.true[70] == place.given[side["position"]]
    assert nothing == []
    assert found["opinions"][0][0] == "q-1"
    assert found["opinions"][0][2] > 0.5


def test_a_pick_says_what_it_changes_and_is_explained(place: Place) -> None:
    scorer = _scorer(place)
    wrong = (int(place.true[70]) + 1) % 3
    asked = {"queries": ["q-1"], "positions": [70], "given": [wrong], **ALONE}
    ((side,),) = _ask(scorer, "pick", **asked)["picks"]
    found = _ask(scorer, "explain", query="q-1", position=70, given=wrong,
                 counter_example=side["position"])
    assert (found["query"], found["left"]) == ("q-1", False)
    assert found["single"]["positions"] == (side["position"],)
    assert found["single"]["exact"]
    assert abs(found["probability"] - side["given_probability"]) < 1e-4
    assert abs(found["single"]["predicted_change"] - side["predicted_change"]) < 1e-6
    assert found["single"]["predicted_change"] * found["single"]["real_change"] > 0
    scorer.handle(labels_frame("labels", 9, [side["position"]], [-1]))
    gone = _ask(scorer, "explain", query="q-1", position=70, given=wrong,
                counter_example=side["position"])
    assert gone["left"]


def test_what_a_person_has_settled_is_not_picked(place: Place) -> None:
    scorer = _scorer(place)
    asked = {"queries": ["q-1"], "positions": [70], "given": [(int(place.true[70]) + 1) % 3],
             **ALONE}
    first = _ask(scorer, "pick", **asked)["picks"][0][0]["position"]
    scorer.handle(labels_frame("settled", 3, [first], [1]))
    assert _ask(scorer, "pick", **asked)["picks"][0][0]["position"] != first
    scorer.handle(labels_frame("settled", 4, [first], [0]))
    assert _ask(scorer, "pick", **asked)["picks"][0][0]["position"] == first


def test_a_follow_up_has_its_own_prediction_and_what_it_may_not_show(place: Place) -> None:
    scorer = _scorer(place)
    old, new = ((int(place.true[5]) + shift) % 3 for shift in (1, 2))

    def picked(exclude: list[int], limit: int) -> list[int]:
        found = _ask(scorer, "pick", queries=["q-1"], positions=[5], given=[old], instead=[new],
                     exclude=[exclude], limit=[limit])
        (sides,) = found["picks"]
        assert {side["label"] for side in sides} == {new}
        return [side["position"] for side in sides]

    first, second, third = picked([], 3)
    assert picked([first], 2) == [second, third]


def test_a_reply_is_in_the_next_answer(place: Place) -> None:
    scorer = _scorer(place)
    _ask(scorer, "sync")
    scorer.handle(labels_frame("labels", 9, [0, 1], [int(place.true[0]), -1]))
    found = _ask(scorer, "sync")
    assert (found["version"], found["head"]["known"]) == (9, 59)


def test_an_unlearned_label_is_told_apart_from_one_left_out(place: Place) -> None:
    scorer = _scorer(place)
    _ask(scorer, "sync")
    given = int(place.given[0])
    believed = []
    for told in (-1, unlearning(given), given):
        scorer.handle(labels_frame("labels", 9, [0], [told]))
        believed.append(_ask(scorer, "score", positions=[0], given=[given])["head"]["known"])
        assert scorer.engine.known.against(0) == float(told == unlearning(given))
    assert believed == [59, 59, 60]


def test_rows_written_after_the_start_are_seen(place: Place) -> None:
    scorer = _scorer(place)
    place.matrix.append(place.rows[:1])
    assert _ask(scorer, "score", positions=[90], given=[0])["scored"][0][0] == 90


def test_the_never_ask_run_hears_given_labels_only(place: Place, tmp_path: Path) -> None:
    scorer = _scorer(place)
    np.save(tmp_path / "x.npy", place.rows[60:])
    assert _ask(scorer, "measure")["live"] is None
    scorer.handle({"op": "holdout", "path": str(tmp_path / "x.npy")})
    scorer.handle(place.labels(3, range(60), "never"))
    found = _ask(scorer, "measure")
    live, never = unpack_ints(found["live"]), unpack_ints(found["never"])
    assert live.tolist() == never.tolist()
    assert (live == place.true[60:]).mean() > 0.7
    everything = np.arange(60)
    scorer.handle(labels_frame("labels", 4, everything, (place.true[:60] + 1) % 3))
    again = _ask(scorer, "measure")
    assert unpack_ints(again["never"]).tolist() == never.tolist()
    assert (unpack_ints(again["live"]) == place.true[60:]).mean() < 0.3


def test_a_promoted_network_is_taken_up_and_a_broken_one_passed_over(place: Place) -> None:
    trainer = place.trainer(place.labels(5, range(60)), model="mlp", epochs=2)
    made = trainer.handle({"op": "train", "job": 1})
    assert made is not None
    network = {"path": made["path"], "digest": made["digest"]}
    broken = {"path": made["path"], "digest": "0" * 64}
    scorer = place.scorer(networks=[broken, network], model="mlp")
    scorer.handle(place.labels(6, range(60)))
    plain = _scorer(place, model="mlp")
    _ask(plain, "promote", version=7, **network)
    assert _ask(plain, "sync")["version"] == 7
    asked = {"positions": list(range(60, 90)), "given": [-1] * 30}
    both = [[o[1] for o in _ask(s, "score", **asked)["scored"]] for s in (scorer, plain)]
    assert both[0] == both[1]


def test_a_network_brings_what_it_learned_and_serves_without(place: Place) -> None:
    trainer = place.trainer(place.labels(5, range(60)), model="mlp", epochs=2)
    made = trainer.handle({"op": "train", "job": 1})
    assert made is not None
    network = {"path": made["path"], "digest": made["digest"]}
    scorer = place.scorer(networks=[network], model="mlp")
    scorer.handle(place.labels(6, range(65)))
    _ask(scorer, "sync")
    assert scorer.engine.learned is not None
    late = scorer.engine.learned.of(scorer.engine.known).isnan()
    assert late.nonzero()[:, 0].tolist() == [60, 61, 62, 63, 64]
    beside = learned_path(Path(made["path"]))
    for spoil in (lambda: beside.write_bytes(b"torn"), beside.unlink):
        spoil()
        _ask(scorer, "promote", version=7, **network)
        assert scorer.engine.learned is None
        asked = {"queries": ["q"], "positions": [70], "given": [(int(place.true[70]) + 1) % 3]}
        assert len(_ask(scorer, "pick", **asked, **ALONE)["picks"][0]) == 1


def test_postponed_work_ends(place: Place) -> None:
    scorer = _scorer(place)
    _ask(scorer, "sync")
    for _ in range(100):
        if not scorer.idle(lambda: False):
            return
    raise AssertionError("the scorer never rests")


def test_what_examples_count_changes_the_model_until_they_are_told_anew(place: Place) -> None:
    scorer = place.scorer(place.labels(2, range(60)), head_l2=0.05)

    def said() -> Any:
        return _ask(scorer, "score", positions=[70], given=[0])["scored"]

    before = said()
    scorer.handle({"op": "weights", "positions": pack_ints(range(30)),
                   "weights": pack_floats(np.full(30, 0.01))})
    assert said() != before
    scorer.handle(place.labels(3, range(60)))
    assert said()[0][2] == pytest.approx(before[0][2], abs=1e-4)
