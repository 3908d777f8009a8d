"""Weights by heads that never saw the label, and the choice of a reweighter."""

from dataclasses import replace

import pytest
import torch
from relabel_scene import scene

from cincer.kernels.head import probabilities
from cincer.kernels.newton import Rows, fit
from cincer.kernels.trusted import Trusted
from cincer.reweight import Weights, choose, chosen, reweighter
from cincer.reweight.held_out import _Folds, right
from cincer.reweight.weights import Scale, unweighed


def test_the_weight_is_the_posterior_of_a_label_being_right():
    own = torch.tensor([0.9, 0.25, 0.01], dtype=torch.float64)
    found = right(own, 0.2, classes=4)
    for p, weight in zip(own.tolist(), found.tolist(), strict=True):
        seen = 0.8 * p + 0.2 * (1 - p) / 3
        assert weight == pytest.approx(0.8 * p / seen)
    assert right(torch.tensor([1.0]), 0.2, 4).item() == 1
    assert (right(own, 0.0, 4) < 1).all()


def test_no_row_is_judged_by_a_head_that_saw_its_label():
    top, _, _, _ = scene(rows=120, held=20)
    weights = torch.ones(120, dtype=torch.float64)
    labels = top.labels.clone()
    labels[7] = (labels[7] + 1) % 3
    before = _Folds(top, 0).said(weights)
    after = _Folds(replace(top, labels=labels), 0).said(weights)
    assert torch.equal(before[7], after[7])
    assert not torch.equal(before, after)


def test_wrong_labels_are_found_and_training_gains():
    top, known, true, _ = scene(rows=600, held=60, classes=4)
    found = reweighter("held_out")(top, known)
    wrong = top.labels != true
    below = found.weights[wrong][:, None] < found.weights[~wrong]
    assert float(below.double().mean()) > 0.9

    def right_share(weights):
        head = fit(Rows(top.features, top.labels, weights.to(top.features.dtype), 4), 0.01)
        said = probabilities(head.weights, top.features).argmax(dim=1)
        return float((said == true).double().mean())

    assert right_share(found.weights) >= right_share(torch.ones(600, dtype=torch.float64))


class Fixed:
    """Weights given beforehand, as a reweighter."""

    def __init__(self, weights, note=""):
        self.weights, self.note = weights, note

    def __call__(self, top, trusted: Trusted, candidates=None) -> Weights:
        plain = unweighed(top, self.note)
        return plain if self.note else Weights(
            candidates, top.positions[candidates], self.weights, Scale.TRUST, 0.5)


def test_the_choice_goes_by_the_labels_kept():
    top, known, true, _ = scene(rows=600, held=60, classes=4)
    kept = torch.arange(0, 600, 6)
    clean, dirty = (top.labels == true).double(), (top.labels != true).double()
    name, verdicts = choose(top, known, kept, true[kept], {
        "clean": Fixed(clean), "dirty": Fixed(dirty)})
    assert name == "clean"
    assert [one.name for one in verdicts] == ["clean", "dirty"]
    assert verdicts[0].difference < -2 * verdicts[0].error < 0 < verdicts[1].difference
    assert choose(top, known, kept, true[kept], {"dirty": Fixed(dirty)})[0] == "uniform"
    assert choose(top, known, kept[:5], true[kept[:5]], {"clean": Fixed(clean)}) == ("uniform", ())
    refused = choose(top, known, kept, true[kept], {"clean": Fixed(clean, "not enough")})
    assert (refused[0], refused[1][0].note) == ("uniform", "not enough")


def test_what_is_kept_does_not_teach():
    top, known, true, _ = scene(rows=300, held=30, classes=4)
    kept = torch.arange(0, 300, 5)
    seen = []

    def spy(top, trusted, candidates):
        seen.append(candidates)
        return unweighed(top)

    choose(top, known, kept, true[kept], {"spy": spy})
    assert not set(seen[0].tolist()) & set(kept.tolist())


def test_chosen_tries_those_that_are_there():
    top, known, true, _ = scene(rows=600, held=60, classes=4)
    kept = torch.arange(0, 600, 6)
    assert chosen(top, known, kept, true[kept]) in {"held_out", "lsw"}
