"""What curators ask the scorer: what a batch would turn, what supports a doubt, what to project."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from compute.making import WIDTH, Place

from cincer.compute import scorer as scorer_module
from cincer.compute.frames import Frame, pack_ints, unpack_ints
from cincer.compute.messages import labels_frame
from cincer.compute.scorer import Scorer
from cincer.errors import InvalidInput
from cincer.models import foreseen
from cincer.types import NO_LABEL


@pytest.fixture
def scorer(place: Place) -> Scorer:
    return place.scorer(place.labels(8, range(60)))


def asked(scorer: Scorer, op: str, **fields: Any) -> Frame:
    found = scorer.handle({"op": op, "job": 4, "name": "ask:1", **fields})
    assert found is not None
    assert (found["job"], found["name"]) == (4, "ask:1")
    return found


def preview(scorer: Scorer, positions: Any, labels: Any) -> dict[int, int]:
    found = asked(scorer, "preview", positions=pack_ints(np.asarray(positions, dtype=np.int64)),
                  labels=pack_ints(np.asarray(labels, dtype=np.int64)))
    return dict(zip(unpack_ints(found["turned"]).tolist(),
                    unpack_ints(found["classes"]).tolist(), strict=True))


def test_what_would_turn_is_what_turns(place: Place) -> None:
    """As many relabelled as leave; then they really are."""
    scorer = place.scorer(place.labels(8, range(60)), head_l2=0.01)
    batch = np.arange(0, 60, 3)
    labels = np.where(batch % 2, NO_LABEL, 1)
    told = preview(scorer, batch, labels)
    before = scorer.engine.predict(place.rows[:60]).argmax(axis=1)
    assert scorer.handle(labels_frame("labels", 9, batch, labels)) is None
    scorer.handle({"op": "sync", "job": 1})
    after = scorer.engine.predict(place.rows[:60]).argmax(axis=1)
    left = set(batch[labels == NO_LABEL].tolist())
    turned = {int(p): int(after[p]) for p in np.flatnonzero(before != after)}
    assert turned.keys() >= told.keys() - left
    assert {p: c for p, c in told.items() if p not in left} == {
        p: c for p, c in turned.items() if p not in left}
    assert len(told) > 5


def test_with_very_many_numbers_a_few_steps_say_nearly_the_same(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    scorer = place.scorer(place.labels(8, range(60)), head_l2=0.01)
    batch = np.arange(0, 60, 3)
    exact = preview(scorer, batch, np.ones(20))
    monkeypatch.setattr(foreseen, "INTERACTIVE", 0)
    quick = preview(scorer, batch, np.ones(20))
    assert len(set(exact.items()) & set(quick.items())) >= 0.8 * len(exact)


def test_nobody_is_kept_waiting_for_a_preview(
    scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scorer_module, "FORESEEN", 60 * (WIDTH + 1) * 3 - 1)
    with pytest.raises(InvalidInput, match="too many"):
        preview(scorer, [1], [0])


def test_labels_as_they_are_turn_nothing(place: Place, scorer: Scorer) -> None:
    assert preview(scorer, range(60), place.given[:60]) == {}
    assert preview(scorer, [70, 80], [0, 0]) == {}
    assert preview(scorer, [], []) == {}


def test_a_preview_changes_nothing(place: Place, scorer: Scorer) -> None:
    scorer.handle({"op": "sync", "job": 1})
    before = scorer.engine.head.weights.clone()
    preview(scorer, range(0, 60, 3), [1] * 20)
    assert torch.equal(scorer.engine.head.weights, before)


def test_what_supports_a_doubt_has_the_predicted_label(place: Place, scorer: Scorer) -> None:
    found = asked(scorer, "look", position=0, given=int(place.given[0]),
                  predicted=int(place.true[0]))
    assert place.given[found["counter"]] == place.true[0]
    assert found["counter"] != 0
    everything = labels_frame("labels", 9, range(60), [NO_LABEL] * 60)
    assert scorer.handle(everything) is None
    assert asked(scorer, "look", position=0, given=1, predicted=0)["counter"] is None


def test_a_linear_model_sees_the_numbers_and_looks_at_its_weights(
    place: Place, scorer: Scorer
) -> None:
    where = np.array([5, 3, 80])
    rows = {basis: np.load(Path(asked(scorer, "basis", basis=basis,
                                      positions=pack_ints(where))["path"]))
            for basis in ("features", "saliency")}
    np.testing.assert_allclose(rows["features"], place.rows[where], rtol=1e-6)
    weights = scorer.engine.head.weights[:, :-1].numpy()
    assert rows["saliency"].shape == (3, WIDTH)
    predicted = scorer.engine.predict(place.rows[where]).argmax(axis=1)
    np.testing.assert_allclose(rows["saliency"], np.abs(weights[predicted]), rtol=1e-5)
