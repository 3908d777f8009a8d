"""Weights over a real server: a policy is set, learned, shown, told to scorer and training."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from server.curate_world import Place, serving
from server.live_world import until
from server.test_suggestions import fill
from sklearn.metrics import f1_score, precision_score, recall_score, roc_auc_score

from cincer.compute.frames import unpack_floats, unpack_ints
from cincer.server.referee import Referee, detected
from cincer.server.weighed import load_weights
from cincer.types import ExampleId
from cincer_streams.truth import SealedTruth

SETTINGS: dict[str, Any] = {"ask_threshold": 1.0, "advice_every": 2}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Thirty known examples; e6, e9, e12 and e15 are labelled b and weighed 1/4, the others 1."""
    with serving(tmp_path, **SETTINGS) as found:
        fill(found)
        yield found


def weights(place: Place, path: str = "", who: str = "cara") -> Any:
    return place.ask(who, "GET", "/weights" + path)


def policy(place: Place, name: str, who: str = "cara", key: str = "p") -> Any:
    return place.ask(who, "POST", "/weights/policy", {"key": key, "policy": name})


def learned(place: Place, name: str = "lsw") -> Any:
    """Set a policy and wait for its weights."""
    assert policy(place, name)["ok"]
    until(lambda: weights(place)["version"] > 0 and not weights(place)["running"])
    return weights(place)


def counted(place: Place) -> dict[int, float]:
    """What the scorer was told each example counts."""
    found: dict[int, float] = {}
    for frame in place.world.scorer.frames:
        if frame["op"] == "labels":
            found |= dict.fromkeys(unpack_ints(frame["positions"]).tolist(), 1.0)
        if frame["op"] == "weights":
            found |= dict(zip(unpack_ints(frame["positions"]).tolist(),
                              unpack_floats(frame["weights"]).tolist(), strict=True))
    return {at: weight for at, weight in found.items() if weight != 1}


WRONG = dict.fromkeys((6, 9, 12, 15), 0.25)


def test_all_count_alike_at_first(place: Place) -> None:
    told = weights(place)
    assert (told["policy"], told["version"], told["epochs"], told["detection"]) == (
        "uniform", 0, [], None)
    assert told["policies"][:2] == ["uniform", "held_out"]
    assert weights(place, "/e6") == {"ok": True, "id": "e6", "weights": [], "losses": [],
                                     "share_below": 0.0}
    assert weights(place, "/nobody")["code"] == "not_found"


def test_a_policy_is_learned_and_told(place: Place) -> None:
    told = learned(place)
    assert (told["policy"], told["note"], told["scale"]) == (
        "lsw", "", "trust in the label, from 0 to 1")
    assert (sum(told["now"]["counts"]), told["now"]["counts"][5]) == (30, 4)
    assert [one["epoch"] for one in told["epochs"]] == [1, 2]
    assert told["epochs"][0]["weights"]["counts"][10] == 30
    assert sum(told["epochs"][1]["losses"]["counts"]) == 30
    assert told["now"]["clean"] is None
    assert counted(place) == WRONG
    assert weights(place, "/e6") == {"ok": True, "id": "e6", "weights": [0.5, 0.25],
                                     "losses": [1.5, 1.75], "share_below": 0.0}
    assert weights(place, "/e0")["share_below"] == pytest.approx(4 / 30)
    assert place.get("/items/e6")["trust"] == 0.25
    assert place.get("/items/e0")["trust"] == 1


def test_back_to_uniform(place: Place) -> None:
    learned(place)
    policy(place, "uniform", key="q")
    until(lambda: counted(place) == {})
    assert weights(place)["version"] == 0
    assert place.get("/items/e6")["trust"] is None


def test_what_a_person_speaks_on_counts_one(place: Place) -> None:
    learned(place)
    place.act("confirm", "e6")
    until(lambda: counted(place) == dict.fromkeys((9, 12, 15), 0.25))
    place.act("relabel", "e9", label="a")
    until(lambda: weights(place)["version"] > 1 and not weights(place)["running"])
    until(lambda: counted(place) == dict.fromkeys((12, 15), 0.25))


def test_galleries(place: Place) -> None:
    """e1 counts 1 although the model takes it for another class; e6 counts little, confirmed."""
    told = learned(place)
    assert [one["id"] for one in told["useful"]] == []
    path = next((place.world.service.folder / "models").glob("weights-*.npz"))
    found = load_weights(path)
    assert found is not None
    view = place.world.service.weighed
    with view.lock:
        view.learned = type(found)(**{
            name: getattr(found, name) for name in found.__slots__} | {
                "weights": np.where(found.weights == 1, np.float32(0.05), np.float32(0.9))})
    place.act("confirm", "e0")
    told = weights(place)
    assert {one["id"] for one in told["useful"]} == {"e6", "e9", "e12", "e15"}
    assert told["useful_weights"] == pytest.approx([0.9] * 4)
    assert [one["id"] for one in told["useless"]] == ["e0"]
    assert told["useless_weights"] == pytest.approx([0.05])


def test_a_policy_that_is_none(place: Place) -> None:
    assert policy(place, "perhaps")["code"] == "unknown_name"
    assert policy(place, "lsw", "reader")["code"] == "forbidden"
    assert policy(place, "lsw", "annotator")["code"] == "forbidden"
    assert weights(place, who="reader")["ok"]


def test_who_looks_hears_of_it(place: Place) -> None:
    wire = place.wire("carl")
    policy(place, "lsw")
    raw = wire.until('42/curate,["weights:updated"')
    while '"version":0' in raw.replace(" ", ""):
        raw = wire.until('42/curate,["weights:updated"')
    assert '"policy":"lsw"' in raw.replace(" ", "")
    wire.close()


def test_a_scorer_that_dies_is_told_again_and_so_is_a_restart(tmp_path: Path) -> None:
    with serving(tmp_path, **SETTINGS, weight_policy="lsw") as place:
        fill(place)
        until(lambda: counted(place) == WRONG)
        place.world.scorer.die()
        place.world.scorer.frames.clear()
        place.world.scorer.come_up()
        until(lambda: counted(place) == WRONG)
    with serving(tmp_path, fresh=False, **SETTINGS, weight_policy="lsw") as place:
        place.world.trainer.held = True
        assert counted(place) == WRONG
        assert weights(place)["policy"] == "lsw"


def test_training_is_told(tmp_path: Path) -> None:
    with serving(tmp_path, **SETTINGS, weight_policy="lsw", model="mlp") as place:
        fill(place)
        until(lambda: counted(place) == WRONG)
        place.world.trainer.frames.clear()
        place.ask("cara", "POST", "/retrain", {"key": "t"})
        until(lambda: any(frame["op"] == "train" for frame in place.world.trainer.frames))
        asked = next(f for f in place.world.trainer.frames if f["op"] == "train")
        assert dict(zip(unpack_ints(asked["weighed"]).tolist(),
                        unpack_floats(asked["weights"]).tolist(), strict=True)) == WRONG


# ---- where the truth is known ------------------------------------------------------------------

@pytest.mark.parametrize("seed", range(4))
def test_detection_is_what_everybody_means_by_it(seed: int) -> None:
    draws = np.random.default_rng(seed)
    wrong, weight = draws.random(200) < 0.3, draws.random(200).round(1)
    found, flagged = detected(weight, wrong, 0.35), weight < 0.35
    assert found.fdr == pytest.approx(1 - precision_score(wrong, flagged))
    assert found.recall == pytest.approx(recall_score(wrong, flagged))
    assert found.f1 == pytest.approx(f1_score(wrong, flagged))
    assert found.auc == pytest.approx(roc_auc_score(wrong, -weight))


def test_nothing_to_divide_by() -> None:
    none = detected(np.ones(3), np.zeros(3, dtype=bool), 0.5)
    assert (none.fdr, none.recall, none.f1, none.auc) == (None, None, None, None)


def test_a_referee_tells_aggregates_alone(place: Place) -> None:
    """Of the four that are weighed low the truth says that three are wrong."""
    ids, true = [ExampleId(f"e{n}") for n in range(30)], np.arange(30) % 3
    true[15] = 1
    judge = Referee(SealedTruth(ids, true), np.zeros((1, 4), np.float32), np.zeros(1))
    place.world.service.weighed.judge = judge
    told = learned(place)
    assert told["now"]["counts"][5] == 4
    assert (told["now"]["clean"][5], told["now"]["corrupted"][5]) == (1, 3)
    assert told["detection"]["threshold"] == 0.3
    assert told["detection"]["fdr"] == pytest.approx(1 / 4)
    assert told["detection"]["recall"] == 1
    assert told["detection"]["auc"] == pytest.approx(1 - 3 * 0.5 / (3 * 27))
