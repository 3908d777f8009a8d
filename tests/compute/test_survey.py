"""A survey says what models say that did not learn the example's label; pairs are near copies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from compute.making import CLASSES, WIDTH, Place

from cincer.compute import survey
from cincer.compute.frames import Frame, pack_ints
from cincer.compute.trainer import Trainer
from cincer.config import ModelSettings
from cincer.models.networks import network
from cincer.server.surveys import load_pairs, load_survey

WRONG = 5
"""The first labels of a `Place` are one class off."""


def asked(place: Place, number: int = 1, count: int = 90, untaught: int = 0) -> Frame:
    positions = np.arange(count)
    known = (positions >= untaught).astype(np.int64)
    return {"op": "survey", "job": 3, "number": number, "version": 17,
            "positions": pack_ints(positions), "known": pack_ints(known),
            "labels": pack_ints(place.given[:count])}


def surveyed(place: Place, trainer: Trainer, frame: Frame) -> Any:
    answer = trainer.handle(frame)
    assert answer is not None
    assert (answer["op"], answer["job"], answer["version"]) == ("survey", 3, 17)
    return load_survey(place.folder / answer["file"])


@pytest.mark.parametrize("model", ["logreg", "mlp"])
def test_held_out_the_wrong_labels_are_contradicted(place: Place, model: str) -> None:
    found = surveyed(place, place.trainer(model=model, epochs=3), asked(place))
    assert (found.number, found.version, found.held_out) == (1, 17, True)
    assert found.probs.shape == (90, CLASSES)
    np.testing.assert_allclose(found.probs.sum(axis=1), 1, atol=1e-5)
    predicted = found.probs.argmax(axis=1)
    assert (predicted[:WRONG] != place.given[:WRONG]).all()
    assert (predicted == place.true).mean() > 0.9


def test_the_same_labels_give_the_same_survey(place: Place) -> None:
    trainer = place.trainer(model="mlp")
    first, second = (surveyed(place, trainer, asked(place, n)) for n in (1, 2))
    np.testing.assert_array_equal(first.probs, second.probs)


def test_a_network_says_how_far_its_survey_is(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "PAUSE", 0.0)
    trainer, told = place.trainer(model="mlp"), []
    monkeypatch.setattr(trainer, "_tell", told.append)
    surveyed(place, trainer, asked(place))
    shares = [frame["share"] for frame in told]
    assert {(frame["op"], frame["job"]) for frame in told} == {("survey", 3)}
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, pytest.approx(1.0, abs=0.05))


def test_in_sample_is_said_to_be_so(place: Place) -> None:
    found = surveyed(place, place.trainer(survey="in_sample"), asked(place))
    held_out = surveyed(place, place.trainer(), asked(place, 2))
    assert not found.held_out
    rows = np.arange(90)
    assert found.probs[rows, place.given].mean() > held_out.probs[rows, place.given].mean()


def test_what_waits_is_looked_at_and_teaches_nothing(place: Place) -> None:
    """With other labels on what waits, nothing that is said of the others changes."""
    labels = torch.from_numpy(place.given[:90])
    known = torch.arange(90) >= 20
    for model in ("logreg", "mlp"):
        settings = ModelSettings(model=model)

        def said(given: torch.Tensor, model: str = model,
                 settings: ModelSettings = settings) -> torch.Tensor:
            return survey._of_networks(
                lambda: network(model, (WIDTH,), CLASSES, 1), torch.from_numpy(place.rows), given,
                known, 0, survey.Steps(lambda share: None, lambda: False), in_sample=True)

        before = said(labels)
        labels_changed = labels.clone()
        labels_changed[:20] = (labels_changed[:20] + 1) % CLASSES
        assert torch.equal(said(labels_changed), before)


def test_only_the_newest_files_are_kept(place: Place) -> None:
    trainer = place.trainer()
    for number in range(1, 5):
        surveyed(place, trainer, asked(place, number))
    assert sorted(p.name for p in place.folder.glob("survey-*")) == [
        "survey-000003.npz", "survey-000004.npz"]


def test_near_copies_are_found(place: Place) -> None:
    place.matrix.append(place.rows[[4, 7]])
    positions = np.arange(92)
    answer = place.trainer().handle({
        "op": "similar", "job": 9, "number": 1, "positions": pack_ints(positions),
        "predicted": pack_ints(np.zeros(92, dtype=np.int64)), "image": [],
        "labels": pack_ints(np.append(place.given, [0, place.given[7]])),
        "splits": pack_ints((positions == 90).astype(np.int64))})
    assert answer is not None
    found = load_pairs(place.folder / answer["file"])
    assert found is not None
    pairs = list(zip(found.first.tolist(), found.second.tolist(), strict=True))
    assert set(pairs[:2]) == {(4, 90), (7, 91)}
    assert found.exact[:2].all()
    assert found.crosses_splits[pairs.index((4, 90))]
    assert not found.two_labels[pairs.index((7, 91))]
