"""A network is a function of labels, what each counts, seed and epochs, whatever was before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from compute.making import CLASSES, WIDTH, Place

from cincer.compute import trainer as trainer_module
from cincer.compute.frames import Frame, pack_floats, pack_ints
from cincer.compute.messages import labels_frame
from cincer.models import checkpoints
from cincer.models.learned import learned_path, load
from cincer.models.networks import network
from cincer.models.training import train
from cincer.rng import derive


def _trained(place: Place, *frames: Frame, **settings: Any) -> Frame:
    trainer = place.trainer(*frames, **({"model": "mlp", "epochs": 3} | settings))
    found = trainer.handle({"op": "train", "job": 4})
    assert found is not None
    return found


def test_the_same_labels_and_seed_give_the_same_digest(place: Place) -> None:
    at_once = _trained(place, place.labels(8, range(60)))
    in_pieces = _trained(
        place, place.labels(3, range(30, 70)), place.labels(5, range(30)),
        labels_frame("labels", 8, range(60, 70), [-1] * 10))
    assert (at_once["digest"], at_once["version"]) == (in_pieces["digest"], 8)
    assert at_once["rows"] == 60
    path = Path(at_once["path"])
    assert path.with_name(path.name + ".sha256").read_text().strip() == at_once["digest"]


def test_what_it_said_while_learning_lies_beside_the_network(place: Place) -> None:
    """The weights are those of a training that noted nothing."""
    found = _trained(place, place.labels(8, range(60)), epochs=4)
    learned = load(learned_path(Path(found["path"])))
    assert learned.positions.tolist() == list(range(60))
    assert learned.labels.tolist() == place.given[:60].tolist()
    plain, seen = network("mlp", (WIDTH,), CLASSES, 1), torch.zeros(60)
    train(plain, torch.from_numpy(place.rows[:60]), learned.labels, epochs=4,
          seed=derive(1, "trainer"))
    checkpoints.load(Path(found["path"]), other := network("mlp", (WIDTH,), CLASSES, 2))
    assert all(torch.equal(a, b) for a, b in zip(
        plain.parameters(), other.parameters(), strict=True))
    train(network("mlp", (WIDTH,), CLASSES, 1), torch.from_numpy(place.rows[:60]), learned.labels,
          epochs=4, seed=derive(1, "trainer"), seen=seen)
    assert torch.equal(learned.losses, seen)


@pytest.mark.parametrize("other", [{"seed": 2}, {"epochs": 2}])
def test_another_seed_or_another_length_gives_another(
    place: Place, other: dict[str, Any]
) -> None:
    labels = place.labels(8, range(60))
    assert _trained(place, labels)["digest"] != _trained(place, labels, **other)["digest"]


def test_another_label_gives_another(place: Place) -> None:
    labels = place.labels(8, range(60))
    fixed = labels_frame("labels", 9, [0], [int(place.true[0])])
    assert _trained(place, labels)["digest"] != _trained(place, labels, fixed)["digest"]


def test_what_examples_count_is_trained_on(place: Place) -> None:
    trainer = place.trainer(place.labels(8, range(60)), model="mlp", epochs=3)
    counts = {"weighed": pack_ints(range(5)), "weights": pack_floats(np.full(5, 1e-3))}
    found = trainer.handle({"op": "train", "job": 4, **counts})
    assert found is not None
    weights = torch.ones(60)
    weights[:5] = 1e-3
    plain = network("mlp", (WIDTH,), CLASSES, 1)
    train(plain, torch.from_numpy(place.rows[:60]), torch.from_numpy(place.given[:60]), weights,
          epochs=3, seed=derive(1, "trainer"))
    checkpoints.load(Path(found["path"]), other := network("mlp", (WIDTH,), CLASSES, 2))
    assert all(torch.equal(a, b) for a, b in zip(
        plain.parameters(), other.parameters(), strict=True))
    assert found["digest"] != _trained(place, place.labels(8, range(60)))["digest"]


def test_a_picture_is_of_the_model_s_numbers_or_of_those_in_a_file(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer_module, "project", lambda name, rows, seed: rows[:, :2] + seed)
    trainer = place.trainer(place.labels(5, range(90)))
    asked = {"op": "umap", "job": 2, "positions": pack_ints([3, 1]), "seed": 4}
    numbers = np.arange(10.0).reshape(2, 5)
    np.save(place.folder / "rows.npy", numbers)
    for rows, wanted in ((None, place.rows[[3, 1]]), (str(place.folder / "rows.npy"), numbers)):
        told = trainer.handle(asked | {"rows": rows})
        assert told is not None
        found = np.load(place.folder / told["file"])
        np.testing.assert_allclose(found, wanted[:, :2] + 4)
        assert told["positions"] == asked["positions"]
