"""One suite for every reweighter."""

from dataclasses import replace

import pytest
import torch
from relabel_scene import L2, scene

from cincer.errors import InvalidInput, UnknownName
from cincer.kernels.head import with_bias
from cincer.kernels.newton import Rows, fit
from cincer.kernels.top import top_layer
from cincer.reweight import REWEIGHTERS, Options, Scale, reweighter, trusted

NEEDS_NO_TRUST = {"fsr", "fsr_released", "held_out"}
WEIGHING = [name for name in REWEIGHTERS if name != "uniform"]


def counts_the_same(top, found):
    return (len(found) == 0 and found.scale is Scale.UNIFORM
            and torch.equal(found.weights, (top.weights > 0).double()))


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("name", REWEIGHTERS)
class TestEvery:
    def test_weighs_the_rows_that_are_not_trusted(self, name, classes):
        top, known, _, _ = scene(classes=classes, among=10)
        found = reweighter(name)(top, known)
        assert found.weights.shape == (150,)
        assert found.weights.dtype == torch.float64
        assert torch.isfinite(found.weights).all()
        assert (found.weights >= 0).all()
        assert (found.weights[:10] == 1).all()
        assert found.note == ""
        assert found.rows.tolist() == ([] if name == "uniform" else list(range(10, 150)))
        assert torch.equal(found.positions, top.positions[found.rows])

    def test_weights_are_on_their_scale(self, name, classes):
        top, known, _, _ = scene(classes=classes)
        found = reweighter(name)(top, known)
        if found.scale is Scale.TRUST:
            assert float(found.weights.max()) <= 1
        if found.scale is Scale.RELATIVE:
            assert float(found.weighed.mean()) == pytest.approx(1)
        assert (found.scale is Scale.UNIFORM) == (name == "uniform")

    def test_restricted_to_candidates(self, name, classes):
        top, known, _, _ = scene(classes=classes)
        allowed = torch.arange(0, 150, 3)
        found = reweighter(name)(top, known, allowed)
        assert set(found.rows.tolist()) <= set(allowed.tolist())
        others = torch.ones(150, dtype=torch.bool)
        others[allowed] = False
        assert (found.weights[others] == 1).all()
        none = reweighter(name)(top, known, torch.empty(0, dtype=torch.int64))
        assert len(none) == 0
        assert (none.weights == 1).all()

    def test_rows_that_left_count_nothing(self, name, classes):
        top, known, _, _ = scene(classes=classes)
        gone = top.weights.clone()
        gone[::2] = 0
        found = reweighter(name)(replace(top, weights=gone), known)
        assert (found.weights[::2] == 0).all()
        assert (found.rows % 2 == 1).all()
        assert not found.clean[::2].any()

    def test_same_inputs_same_answer_and_inputs_untouched(self, name, classes):
        top, known, _, _ = scene(classes=classes)
        before = [t.clone() for t in (top.features, top.probs, top.labels, top.weights,
                                      known.features, known.labels)]
        first, again = (reweighter(name, Options(seed=3))(top, known) for _ in range(2))
        assert torch.equal(first.weights, again.weights)
        assert all(torch.equal(a, b) for a, b in zip(
            before, (top.features, top.probs, top.labels, top.weights, known.features,
                     known.labels), strict=True))

    def test_all_count_the_same_without_enough_trusted_examples(self, name, classes):
        for held in (0, 12):
            top, known, _, _ = scene(classes=classes, held=held)
            found = reweighter(name)(top, known)
            if name in NEEDS_NO_TRUST:
                assert found.note == ""
                continue
            assert counts_the_same(top, found)
            if name != "uniform":
                assert "trusted labels yet" in found.note

    def test_an_empty_class_changes_nothing_it_should_not(self, name, classes):
        top, known, _, _ = scene(classes=classes)
        x = top.features
        head = fit(Rows(x, top.labels, None, classes + 1), L2, tolerance=1e-16)
        wider = top_layer(x, head.probs, top.labels, top.positions, damping=L2)
        found = reweighter(name)(wider, trusted(known.features, known.labels, head.weights))
        assert torch.isfinite(found.weights).all()

    def test_history_by_epoch_on_demand(self, name, classes):
        top, known, _, _ = scene(classes=classes)
        assert reweighter(name)(top, known).history is None
        found = reweighter(name, Options(history=True, epochs=4))(top, known)
        if name == "uniform":
            return
        assert found.history.weights.shape == found.history.losses.shape == (4, 150)
        assert torch.isfinite(found.history.losses).all()
        edges = torch.linspace(0, 1, 11)
        assert (found.history.histograms(edges).sum(dim=1) == 150).all()


@pytest.mark.parametrize("name", WEIGHING)
def test_wrong_labels_count_less(name):
    top, known, true, _ = scene(rows=600, held=60)
    found = reweighter(name)(top, known)
    wrong = top.labels != true
    assert float(found.weights[wrong].mean()) < 0.8 * float(found.weights[~wrong].mean())


@pytest.mark.parametrize("name", REWEIGHTERS)
def test_one_class_and_no_rows_have_an_answer(name):
    x = with_bias(torch.randn(5, 2, dtype=torch.float64))
    one = torch.ones(5, 1, dtype=torch.float64)
    labels = torch.zeros(5, dtype=torch.int64)
    top = top_layer(x, one, labels, damping=0.1)
    known = trusted(x.repeat(5, 1), labels.repeat(5), torch.zeros(1, 3).double())
    found = reweighter(name)(top, known)
    assert counts_the_same(top, found)
    assert name == "uniform" or "one class" in found.note

    top, known, _, _ = scene()
    empty = top_layer(top.features[:0], top.probs[:0], top.labels[:0], damping=0.1)
    assert len(reweighter(name)(empty, known).weights) == 0


def test_bad_options_name_what_is_right():
    top, known, _, _ = scene()
    with pytest.raises(UnknownName, match="did you mean 'uniform'"):
        reweighter("unifrom")
    for name in WEIGHING:
        with pytest.raises(InvalidInput, match="row numbers"):
            reweighter(name)(top, known, torch.tensor([150]))
    for wrong in ({"epochs": 0}, {"rate": -1.0}, {"least": 0}, {"bound": 0.0},
                  {"weight_rate": float("nan")}):
        with pytest.raises(InvalidInput):
            Options(**wrong)
