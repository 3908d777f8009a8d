"""What the trainer advises: right labels for the wrong ones, told by files; previews and effects as
refits by hand give them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from compute.making import CLASSES, WIDTH, Place

from cincer.compute.advisor import Advisor
from cincer.compute.frames import Frame, pack_ints
from cincer.compute.messages import labels_frame, verified_fields
from cincer.compute.trainer import Trainer
from cincer.kernels.head import with_bias
from cincer.kernels.treated import CE, UNLEARN, Treated, fit_treated
from cincer.reweight import REWEIGHTERS
from cincer.server.advised import Advised, load_advice
from cincer.server.weighed import Learned, load_weights
from cincer.server.weight_views import POLICIES
from cincer.types import NO_LABEL, unlearning
from cincer.verified import Verified

WRONG = 5
"""The first labels of a `Place` are one class off."""

TOLERANCE = 4e-5
"""Nats: a refit ends at a decrement of 1e-9, whose root bounds by how much another loss is off."""


def vouched(place: Place, first: int = 40, kept: int = 15) -> Verified:
    """People vouched for all from `first` on; the last `kept` of them are for choosing."""
    positions = np.arange(first, 90)
    return Verified(positions, place.true[first:90], np.full(90 - first, np.nan),
                    positions >= 90 - kept)


def asked(place: Place, op: str = "advise", **fields: Any) -> Frame:
    return {"op": op, "job": 3, "version": 17, "networks": [],
            **verified_fields(vouched(place)), **fields}


def advise(place: Place, trainer: Trainer, number: int = 1, *, excluded: tuple[int, ...] = (),
           policy: str = "chooser", **fields: Any) -> Advised:
    frame = asked(place, number=number, model=2, policy=policy,
                  excluded=pack_ints(np.array(excluded, dtype=np.int64)), **fields)
    answer = trainer.handle(frame)
    assert answer is not None
    assert (answer["op"], answer["job"], answer["version"]) == ("advise", 3, 17)
    found = load_advice(place.folder / answer["file"])
    assert found is not None
    return found


def started(place: Place, **settings: Any) -> Trainer:
    return place.trainer(place.labels(5, range(90)), **settings)


@pytest.mark.parametrize("policy", ["chooser", "relabel", "drop", "unlearn"])
def test_the_wrong_labels_are_suggested(place: Place, policy: str) -> None:
    found = advise(place, started(place), policy=policy)
    assert (found.number, found.version, found.model) == (1, 17, 2)
    assert set(found.positions.tolist()) >= set(range(WRONG))
    assert set(found.positions[:3].tolist()) <= set(range(WRONG))
    assert (found.given == place.given[found.positions]).all()
    wrong = found.positions < WRONG
    assert (found.proposed[wrong] == place.true[found.positions[wrong]]).all()
    assert (np.diff(found.gain) <= 0).all()
    assert (found.low <= found.gain).all()
    assert (found.gain <= found.high).all()
    assert found.trusted == 35
    assert found.kept == 15
    assert set(found.evidence[:WRONG].ravel().tolist()) <= set(range(40, 75))
    assert found.note == "" or policy == "chooser"


def test_what_is_excluded_or_vouched_for_is_not_suggested(place: Place) -> None:
    found = advise(place, started(place), excluded=(0, 2), policy="relabel")
    assert not {0, 2} & set(found.positions.tolist())
    assert found.positions.max() < 40


def test_too_few_trusted_labels_are_said_to_be_so(place: Place) -> None:
    few = verified_fields(vouched(place, first=70))
    found = advise(place, started(place), **few)
    assert (len(found.positions), found.chosen) == (0, "nothing")
    assert "not enough trusted labels yet" in found.note


def test_label_changes_are_followed(place: Place) -> None:
    trainer = started(place)
    advise(place, trainer, policy="relabel")
    trainer.handle(labels_frame("labels", 6, [0, 1], [int(place.true[0]), NO_LABEL]))
    found = advise(place, trainer, 2, policy="relabel")
    assert set(found.positions.tolist()) & set(range(WRONG)) == {2, 3, 4}


def test_the_action_is_judged_again_between_jobs_when_much_is_new(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = started(place)
    first = advise(place, trainer)
    assert first.verdicts
    judged: list[int] = []
    real = Advisor._choose
    monkeypatch.setattr(Advisor, "_choose", lambda self, *rest: (
        judged.append(1), real(self, *rest))[1])
    second = advise(place, trainer, 2)
    assert not trainer.idle(lambda: False)
    assert judged == []
    assert (second.chosen, second.threshold) == (first.chosen, first.threshold)
    assert second.verdicts == first.verdicts
    assert second.positions.tolist() == first.positions.tolist()
    np.testing.assert_allclose(second.gain, first.gain)
    trainer.handle(labels_frame("labels", 6, range(30, 40), [NO_LABEL] * 10))
    third = advise(place, trainer, 3)
    assert (judged, third.verdicts) == ([], first.verdicts)
    assert not trainer.idle(lambda: True)
    assert trainer.idle(lambda: False)
    assert judged == [1]
    assert not trainer.idle(lambda: False)
    assert advise(place, trainer, 4).verdicts != first.verdicts


def test_a_promoted_network_is_looked_through(place: Place) -> None:
    trainer = started(place, model="mlp", epochs=3)
    before = advise(place, trainer, policy="relabel")
    made = trainer.handle({"op": "train", "job": 1})
    assert made is not None
    network = {"path": made["path"], "digest": made["digest"]}
    broken = {"path": str(place.folder / "gone.pt"), "digest": "0"}
    after = advise(place, trainer, 2, policy="relabel", networks=[broken, network])
    assert set(after.positions[:3].tolist()) <= set(range(WRONG))
    assert not np.allclose(before.gain[:WRONG], after.gain[:WRONG])


# ---- refits ------------------------------------------------------------------------------------

def loss_by_hand(place: Place, labels: np.ndarray, l2: float, part: range,
                 standing: np.ndarray | None = None) -> float:
    """Mean loss of the labels vouched for in `part` under a head fitted to `labels`, each class
    counting as it does among the labels that are learned as things stand (as given)."""
    here, against = labels != NO_LABEL, labels < NO_LABEL
    rows = with_bias(torch.from_numpy(place.rows).float())
    classes = torch.from_numpy(np.where(against, -2 - labels, labels))[here]
    kinds = torch.from_numpy(np.where(against, UNLEARN, CE)[here]).to(torch.int8)
    ones = torch.ones(len(classes))
    head = fit_treated(Treated(rows[here], classes, ones, CLASSES, kinds), l2).weights
    logits = rows[list(part)].double() @ head.T
    true = torch.from_numpy(place.true[list(part)])
    losses = torch.nn.functional.cross_entropy(logits, true, reduction="none").numpy()
    learned = place.given if standing is None else standing[standing >= 0]
    share = np.bincount(learned, minlength=CLASSES) / len(learned)
    mine = np.bincount(true.numpy(), minlength=CLASSES)
    weights = (share / mine)[true.numpy()]
    return float((losses * weights).sum() / weights.sum())


def test_preview_and_effect_are_those_of_refits(place: Place) -> None:
    l2 = 0.05
    trainer = started(place, head_l2=l2)
    changed = place.given.copy()
    changed[[0, 1]], changed[2] = place.true[[0, 1]], NO_LABEL
    fields = {"positions": pack_ints([0, 1, 2]), "labels": pack_ints(changed[:3])}
    told = trainer.handle(asked(place, "preview", name="p1", **fields))
    assert told is not None
    trusted, kept = range(40, 75), range(75, 90)
    for name, part in (("together", trusted), ("selection", kept)):
        fall = loss_by_hand(place, place.given, l2, part) - loss_by_hand(place, changed, l2, part)
        assert told[name] == pytest.approx(fall, abs=TOLERANCE)
        assert fall > 1e-4
    again = trainer.handle(asked(place, "preview", name="p2", **fields))
    assert again is not None
    assert again["together"] == pytest.approx(told["together"], abs=TOLERANCE)

    trainer.handle(labels_frame("labels", 6, [0, 1, 2], changed[:3]))
    told = trainer.handle(asked(place, "effect", act="a-1", positions=pack_ints([0, 1, 2]),
                                labels=pack_ints(place.given[:3])))
    assert told is not None
    assert told["act"] == "a-1"
    assert told["measured"] == pytest.approx(again["together"], abs=TOLERANCE)


def test_unlearning_is_foreseen_as_unlearning(place: Place) -> None:
    l2 = 0.05
    trainer = started(place, head_l2=l2)
    now = place.given.copy()
    for first in (0, 2):
        then = now.copy()
        then[[first, first + 1]] = [unlearning(int(label)) for label in now[[first, first + 1]]]
        told = trainer.handle(asked(place, "preview", name="p", positions=pack_ints(range(5)),
                                    labels=pack_ints(then[:5])))
        assert told is not None
        for name, part in (("together", range(40, 75)), ("selection", range(75, 90))):
            fall = loss_by_hand(place, now, l2, part, now) - loss_by_hand(
                place, then, l2, part, now)
            assert told[name] == pytest.approx(fall, abs=TOLERANCE)
        trainer.handle(labels_frame("labels", 6, range(5), then[:5]))
        now = then
    left = now.copy()
    left[:4] = NO_LABEL
    dropped = trainer.handle(asked(place, "preview", name="p", positions=pack_ints(range(4)),
                                   labels=pack_ints(left[:4])))
    assert dropped is not None
    assert dropped["together"] == pytest.approx(
        loss_by_hand(place, now, l2, range(40, 75), now)
        - loss_by_hand(place, left, l2, range(40, 75), now), abs=TOLERANCE)


def test_networks_do_without_what_is_unlearned(place: Place) -> None:
    told = place.labels(5, range(90)), labels_frame("labels", 6, [0, 1], [unlearning(1)] * 2)
    left = place.labels(5, range(90)), labels_frame("labels", 6, [0, 1], [NO_LABEL] * 2)
    made = [place.trainer(*frames, model="mlp", epochs=2).handle({"op": "train", "job": 1})
            for frames in (told, left)]
    assert made[0] is not None
    assert made[0] == made[1]
    assert made[0]["rows"] == 88


def test_previews_are_answered_within_a_long_job(place: Place) -> None:
    """Whatever is computed meanwhile comes out as if nobody had asked."""
    frame = asked(place, "preview", name="p", positions=pack_ints([0, 1]),
                  labels=pack_ints(place.true[:2]))
    said: list[Frame | None] = []

    def interrupted(trainer: Trainer) -> None:
        if len(said) < 3:
            trainer.handle(labels_frame("labels", 6 + len(said), [50], [int(place.true[50])]))
            torch.rand(7)
            said.append(trainer.handle(frame))

    alone = started(place, model="mlp", epochs=3)
    asked_meanwhile = place.trainer(place.labels(5, range(90)), worker=Trainer(
        interrupted=interrupted), model="mlp", epochs=3)
    wanted = alone.handle({"op": "train", "job": 1})
    assert asked_meanwhile.handle({"op": "train", "job": 1}) == wanted
    said.clear()
    there = advise(place, alone)
    here = advise(place, asked_meanwhile)
    assert len(said) == 3
    assert (here.verdicts, here.positions.tolist()) == (there.verdicts, there.positions.tolist())
    assert said[0] is not None
    assert said[0]["together"] > 0


def test_nothing_is_measured_without_trusted_labels(place: Place) -> None:
    none = verified_fields(Verified(*(np.empty(0, dtype=kind) for kind in (
        np.int64, np.int64, np.float64, np.bool_))))
    told = started(place).handle(asked(
        place, "preview", name="p", positions=pack_ints([0]), labels=pack_ints([1])) | none)
    assert told is not None
    assert (told["together"], told["selection"]) == (None, None)


def test_files_that_are_none(place: Place) -> None:
    path = place.folder / "advice-000001.npz"
    assert load_advice(path) is None
    path.write_bytes(b"PK nonsense")
    assert load_advice(path) is None
    np.savez(path, positions=np.arange(WIDTH))
    assert load_advice(path) is None


# ---- weights -----------------------------------------------------------------------------------

def weigh(place: Place, trainer: Trainer, number: int = 1, policy: str = "lsw",
          **fields: Any) -> Learned:
    answer = trainer.handle(asked(place, "weigh", number=number, policy=policy, **fields))
    assert answer is not None
    assert (answer["op"], answer["version"]) == ("weigh", 17)
    found = load_weights(place.folder / answer["file"])
    assert found is not None
    return found


def test_the_wrong_labels_come_to_count_less(place: Place) -> None:
    found = weigh(place, started(place))
    assert (found.number, found.policy, found.scale, found.note) == (1, "lsw", "trust", "")
    assert not set(range(40, 75)) & set(found.positions.tolist())
    assert set(range(75, 90)) <= set(found.positions.tolist())
    wrong = found.positions < WRONG
    assert found.weights[wrong].max() < 0.3 < np.median(found.weights[~wrong])
    assert (found.given == place.given[found.positions]).all()
    assert found.weights_by_epoch.shape == found.losses_by_epoch.shape == (20, len(found.weights))
    np.testing.assert_allclose(found.weights_by_epoch[-1], found.weights, atol=1e-3)


def test_too_few_trusted_labels_weigh_nothing(place: Place) -> None:
    few = verified_fields(vouched(place, first=70))
    found = weigh(place, started(place), **few)
    assert (len(found.positions), found.scale) == (0, "uniform")
    assert "not enough trusted labels yet" in found.note


def test_policies_are_methods_of_the_library() -> None:
    assert set(POLICIES) <= {*REWEIGHTERS, "chooser"}


@pytest.mark.parametrize("policy", [one for one in POLICIES if one != "uniform"])
def test_every_policy_answers(place: Place, policy: str) -> None:
    found = weigh(place, started(place), policy=policy)
    assert found.policy == policy
    assert np.isfinite(found.weights).all()
    assert found.weights.min() >= 0
    with (place.folder / "weights-000009.npz").open("wb") as file:
        file.write(b"PK nonsense")
    assert load_weights(place.folder / "weights-000009.npz") is None
