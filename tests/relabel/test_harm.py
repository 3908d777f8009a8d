"""Harm against leaving out, relabelling and finite differences for real; solvers against dense."""

import numpy as np
import pytest
import torch
from relabel_scene import L2, scene

from cincer.kernels.newton import Rows, fit
from cincer.kernels.treated import DROP, UNLEARN, Treated, fit_treated
from cincer.kernels.trusted import Trusted
from cincer.relabel import Options, Threshold, relabeller
from cincer.relabel.harm import SOLVERS, harm, pair_harm, solver


def loss(known, weights):
    """Mean trusted loss, weighted."""
    losses = torch.nn.functional.cross_entropy(known.features @ weights.T, known.labels,
                                               reduction="none")
    return float((losses * known.shares).sum())


def treating(top, row, kind, head):
    """The head after `kind` is done to one row."""
    kinds = torch.zeros(len(top.labels), dtype=torch.int8)
    kinds[row] = kind
    rows = Treated(top.features, top.labels, None, top.probs.shape[1], kinds)
    return fit_treated(rows, L2, head.weights, tolerance=1e-18).weights


def agrees(estimates, real):
    """The bound of the papers' comparisons: correlation above 0.99, slope within a tenth of 1."""
    assert np.corrcoef(estimates, real)[0, 1] > 0.99
    assert 0.9 < np.polyfit(estimates, real, 1)[0] < 1.1


@pytest.mark.parametrize("classes", [2, 4])
def test_harm_is_the_fall_by_leaving_out(classes):
    top, known, _, head = scene(300, classes)
    before = loss(known, head.weights)
    rows = range(0, 300, 5)
    real = [before - loss(known, treating(top, row, DROP, head)) for row in rows]
    agrees(harm(top, known)[::5].numpy(), real)


@pytest.mark.parametrize("classes", [2, 4])
def test_predicted_fall_is_the_fall_by_unlearning(classes):
    top, known, _, head = scene(600, classes)
    before = loss(known, head.weights)
    found = relabeller("rdia")(top, known)
    real = [before - loss(known, treating(top, row, UNLEARN, head)) for row in found.rows.tolist()]
    agrees(found.fall.numpy(), real)
    odds = found.fall / found.harm - 1
    own = top.probs[found.rows].gather(1, found.given[:, None])[:, 0]
    assert torch.allclose(odds, own / (1 - own), rtol=1e-9)
    assert torch.allclose(found.gain, odds * found.harm, rtol=1e-9)


def test_predicted_fall_is_the_fall_by_a_new_label():
    top, known, _, head = scene(600, 4)
    before = loss(known, head.weights)
    found = relabeller("argmax")(top, known)
    real = []
    for row, label in zip(found.rows.tolist()[:60], found.proposed.tolist(), strict=False):
        labels = top.labels.clone()
        labels[row] = label
        again = fit(Rows(top.features, labels, None, 4), L2, head.weights, tolerance=1e-18)
        real.append(before - loss(known, again.weights))
    agrees(found.fall[:60].numpy(), real)


def test_harm_is_a_derivative_by_the_weight():
    """O4: a central difference of the row's weight, the penalty's sum held."""
    top, known, _, head = scene(200, 3)
    row = int(harm(top, known).argmax())
    step, ends = 1e-3, []
    for change in (step, -step):
        weights = torch.ones(200, dtype=torch.float64)
        weights[row] += change
        rows = Rows(top.features, top.labels, weights, 3)
        ends.append(loss(known, fit(rows, L2 * 200 / (200 + change), head.weights,
                                    tolerance=1e-22).weights))
    real = (ends[0] - ends[1]) / (2 * step)
    assert float(harm(top, known)[row]) == pytest.approx(real, rel=1e-6)


def test_pairs_add_up_to_harm_without_self():
    top, known, _, _ = scene(among=30)
    every = torch.arange(150)
    pairs = pair_harm(top, known, every)
    assert torch.allclose(pairs @ known.shares, harm(top, known), atol=1e-12)
    assert pairs[torch.arange(30), torch.arange(30)].abs().max() == 0
    some = torch.tensor([0, 40, 100])
    assert torch.allclose(pair_harm(top, known, some), pairs[some], atol=1e-12)


def test_weights_of_trusted_examples_count_them():
    top, known, _, _ = scene()
    twice = torch.cat([torch.arange(40), torch.arange(5)])
    weights = torch.ones(40, dtype=torch.float64)
    weights[:5] = 2
    weighted = Trusted(known.features, known.probs, known.labels, known.positions, weights)
    doubled = Trusted(*(part[twice] for part in (
        known.features, known.probs, known.labels, known.positions)), torch.ones(45).double())
    assert torch.allclose(harm(top, weighted), harm(top, doubled), atol=1e-12)
    assert weighted.effective_size == pytest.approx(45**2 / 55)


@pytest.mark.parametrize(("name", "tolerance"), [
    ("dense", 1e-10), ("newton_cg", 1e-5), ("lissa", 0.2)])
def test_solvers_agree(name, tolerance):
    """O7: conjugate gradients equal the dense solve to 1e-5; LiSSA is near."""
    top, known, _, _ = scene(300, 4)
    exact = harm(top, known)
    found = harm(top, known, solver(name, top))
    assert float((found - exact).norm() / exact.norm()) < tolerance
    assert set(SOLVERS) == {"top_layer", "dense", "newton_cg", "lissa"}


def test_leaving_out_the_harmful_never_raises_the_first_order_loss():
    top, known, _, _ = scene(classes=4)
    found = relabeller("dropout")(top, known)
    assert len(found)
    assert (found.fall > 0).all()


def test_harm_finds_what_was_mislabelled():
    top, known, true, _ = scene(300, 4, noise=0.3)
    wrong = top.labels != true
    found = harm(top, known)
    higher = (found[wrong][:, None] > found[~wrong][None, :]).double().mean()
    assert float(higher) > 0.9


def test_thresholds_in_every_unit():
    top, known, _, _ = scene()
    sizes = [len(relabeller("rdia", Options(threshold=Threshold(value, unit)))(top, known))
             for value, unit in ((0.001, "mean_loss"), (0.04, "summed_loss"))]
    assert sizes[0] == sizes[1]
    found = relabeller("rdia", Options(threshold=Threshold(0.9, "quantile")))(top, known)
    assert len(found) == 15
