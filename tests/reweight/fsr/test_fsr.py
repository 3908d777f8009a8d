"""FSR over the top-layer cache: what it says of rows beside their weights, and its options."""

from dataclasses import replace

import pytest
import torch
from relabel_scene import scene

from cincer.errors import InvalidInput
from cincer.kernels.trusted import Trusted
from cincer.reweight import Options, reweighter
from cincer.reweight.fsr import Fsr, FsrOptions


def nobody(known):
    """The trusted set without anybody in it."""
    none = slice(0, 0)
    return Trusted(known.features[none], known.probs[none], known.labels[none],
                   known.positions[none], known.weights[none])


@pytest.mark.parametrize("classes", [2, 4])
def test_needs_no_trusted_examples(classes):
    top, known, true, _ = scene(rows=600, classes=classes)
    found = Fsr(Options()).judge(top, nobody(known))
    right = top.labels == true
    weighed = found.weights.weighed
    assert float(weighed.mean()) == pytest.approx(1)
    assert float(weighed[~right].mean()) < 0.7 * float(weighed[right].mean())
    assert float(found.scores[~right].mean()) > float(found.scores[right].mean())
    assert float(right[found.dictionary].double().mean()) > 0.85


def test_anchors_fill_up_what_is_trusted():
    top, known, true, _ = scene(rows=600)
    every = Fsr(Options()).judge(top, nobody(known))
    assert torch.bincount(top.labels[every.anchors]).tolist() == [10, 10, 10]
    assert float((top.labels == true)[every.anchors].double().mean()) > 0.85
    kept = torch.zeros_like(known.weights)
    kept[torch.nonzero(known.labels == 1)[:4, 0]] = 1
    kept[known.labels == 2] = 1
    some = Fsr(Options()).judge(top, replace(known, weights=kept))
    assert int((known.labels == 2).sum()) >= 10
    assert torch.bincount(top.labels[some.anchors], minlength=3).tolist() == [10, 6, 0]


def test_anchors_and_picks_are_candidates_only():
    top, known, _, _ = scene(rows=300, among=30)
    allowed = torch.arange(0, 300, 2)
    found = Fsr(Options()).judge(top, known, allowed)
    for rows in (found.anchors, found.dictionary, found.weights.rows):
        assert set(rows.tolist()) <= set(allowed.tolist()) - set(range(30))
    assert found.scores.shape == found.weights.rows.shape


def test_the_best_of_each_class_come_first():
    top, known, _, _ = scene(rows=300)
    found = Fsr(Options()).judge(top, nobody(known))
    scores = found.scores[torch.searchsorted(found.weights.rows, found.anchors)]
    for label in range(3):
        own = scores[top.labels[found.anchors] == label]
        assert torch.equal(own, own.sort().values)


@pytest.mark.parametrize("name", ["fsr", "fsr_released"])
def test_says_so_where_nothing_can_be_said(name):
    top, known, _, _ = scene(rows=100)
    few = reweighter(name)(top, nobody(known), torch.arange(12))
    assert few.note == "not enough rows yet: 12 of 20"
    one = replace(top, labels=torch.zeros_like(top.labels))
    assert reweighter(name)(one, nobody(known)).note == "there is only one class"
    assert reweighter(name)(one, known).note == ""
    nothing = Fsr(Options()).judge(one, nobody(known))
    assert len(nothing.anchors) == len(nothing.dictionary) == len(nothing.scores) == 0
    assert (nothing.weights.weights == 1).all()


def test_the_released_arithmetic_is_another():
    top, known, _, _ = scene(rows=300)
    plain, released = (reweighter(name)(top, known) for name in ("fsr", "fsr_released"))
    assert not torch.allclose(plain.weights, released.weights)


@pytest.mark.parametrize("wrong", [
    {"epochs": 0}, {"batch": 0}, {"steps": 0}, {"probes": 0}, {"last": 0}, {"momentum": 1.0},
    {"score_decay": 1.0}, {"pseudo_decay": -0.1}, {"rate": 0.0}, {"look_step": float("inf")},
    {"mixup_shape": 0.0}, {"pseudo_temperature": 0.0}, {"start": -1}, {"capacity": -1}])
def test_bad_options_name_what_is_right(wrong):
    [name] = wrong
    with pytest.raises(InvalidInput, match=f"{name} must be"):
        FsrOptions(**wrong)


def test_the_dictionary_grows_with_the_rows():
    assert FsrOptions().dictionary_size(50_000, 10) == 2000
    assert FsrOptions().dictionary_size(300, 10) == 100
    assert FsrOptions(capacity=7).dictionary_size(300, 10) == 7
