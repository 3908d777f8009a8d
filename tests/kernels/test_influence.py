"""Influence against leaving out and relabelling for real, on noisy data."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.preprocessing import minmax_scale
from tests_numeric import classification

from cincer.counterexample.top_fisher import TopFisher, gradient
from cincer.kernels.head import gradients, probabilities, residuals, with_bias
from cincer.kernels.influence import conflict, identity_form, inverse_form, relabel_change
from cincer.kernels.newton import Rows, fit
from cincer.kernels.solve import Cholesky
from cincer.kernels.top import top_layer
from cincer.protocols import Suspect
from cincer.types import Position


def noisy(load, classes, train, share, seed=0):
    x, y = load(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(y))
    features = with_bias(torch.from_numpy(minmax_scale(x)[order]))
    labels, given = torch.from_numpy(y[order]).long(), torch.from_numpy(y[order]).long()
    wrong = np.random.default_rng(seed + 1).choice(train, round(share * train), replace=False)
    given[wrong] = (given[wrong] + 1) % classes
    return Rows(features[:train], given[:train], None, classes), features[train:], labels[train:]


def without(rows, i):
    """The rows but one; J with the same penalty on the sum, so that only the row is missing."""
    weights = torch.ones(len(rows.labels), dtype=torch.float64)
    weights[i] = 0
    return Rows(rows.features, rows.labels, weights, rows.classes)


def mean_loss(weights, features, labels):
    return float(torch.nn.functional.cross_entropy(features @ weights.T, labels))


@pytest.mark.parametrize(("load", "classes", "train", "l2"), [
    (load_breast_cancer, 2, 350, 1e-3), (load_digits, 10, 800, 1e-2)])
def test_influence_is_the_change_by_leaving_out(load, classes, train, l2):
    rows, features, labels = noisy(load, classes, train, 0.2)
    head = fit(rows, l2, tolerance=1e-18)
    top = top_layer(rows.features, head.probs, rows.labels, damping=l2)
    toward = gradients(features, probabilities(head.weights, features), labels).mean(dim=0)
    every = torch.arange(train)
    estimate = conflict(top.solve(toward), rows.features, head.probs, rows.labels, every) / train
    asked = np.random.default_rng(2).choice(train, 60, replace=False)
    base = mean_loss(head.weights, features, labels)
    scale = train / (train - 1)
    change = [base - mean_loss(
        fit(without(rows, i), l2 * scale, head.weights, head.inverse, tolerance=1e-16).weights,
        features, labels) for i in asked]
    found = estimate[asked].numpy()
    assert np.corrcoef(found, change)[0, 1] > 0.99
    assert 0.9 < np.polyfit(found, change, 1)[0] < 1.1


def test_relabelling_moves_the_loss_as_predicted():
    rows, features, labels = noisy(load_breast_cancer, 2, 350, 0.2)
    head = fit(rows, 1e-3, tolerance=1e-18)
    toward = gradients(features, probabilities(head.weights, features), labels).mean(dim=0)
    found = relabel_change(head.inverse, rows.features, head.probs, rows.labels, 1 - rows.labels,
                           toward, 350)
    base, real = mean_loss(head.weights, features, labels), []
    for i in range(40):
        given = rows.labels.clone()
        given[i] = 1 - given[i]
        again = fit(Rows(rows.features, given, None, 2), 1e-3, head.weights, head.inverse)
        real.append(mean_loss(again.weights, features, labels) - base)
    assert np.corrcoef(found[:40], real)[0, 1] > 0.99
    assert 0.9 < np.polyfit(found[:40], real, 1)[0] < 1.1


def weighing_less(rows, i, weight):
    """p(y | x) of a head fitted with row i weighing `weight`; the penalty keeps its sum."""
    weights = torch.ones(len(rows.labels), dtype=torch.float64)
    weights[i] = weight
    total = len(weights) / float(weights.sum())
    return Rows(rows.features, rows.labels, weights, rows.classes), total


@pytest.mark.parametrize(("weight", "low", "high"), [(0.999, 0.995, 1.005), (0.0, 0.9, 1.1)])
def test_top_fisher_is_the_change_of_the_suspects_probability(weight, low, high):
    rows, features, _ = noisy(load_digits, 10, 800, 0.2)
    head = fit(rows, 1e-2, tolerance=1e-20)
    top = top_layer(rows.features, head.probs, rows.labels, damping=1e-2)
    probs = probabilities(head.weights, features[:1])[0]
    given = int(probs.argsort()[-2])
    suspect = Suspect(Position(999), features[0], probs, given, int(probs.argmax()))
    ranking = TopFisher()(suspect, top, torch.arange(800), 800)
    first_order, real = [], []
    for place in [*range(10), *range(790, 800)]:
        lighter, total = weighing_less(rows, int(ranking.positions[place]), weight)
        again = fit(lighter, 1e-2 * total, head.weights, head.inverse, tolerance=1e-22)
        there = probabilities(again.weights, features[:1])[0, given]
        real.append(float(there - probs[given]) / (1 - weight))
        first_order.append(float(ranking.scores[place] * probs[given]) / 800)
    assert np.corrcoef(first_order, real)[0, 1] > 0.99
    assert low < np.polyfit(first_order, real, 1)[0] < high


def test_sign_of_eq_14_and_agreement_with_the_naive_sum():
    rows, weights = classification(40, 3, 4)
    probs = probabilities(weights, rows.features)
    top = top_layer(rows.features, probs, rows.labels, damping=0.05)
    suspect = Suspect(Position(0), rows.features[0], probs[0], 1, 2)
    ranking = TopFisher()(suspect, top, torch.arange(40), 40)
    matrix = torch.zeros(16, 16, dtype=torch.float64)
    for i in range(40):
        block = torch.diag(probs[i]) - torch.outer(probs[i], probs[i])
        matrix += torch.kron(block, torch.outer(rows.features[i], rows.features[i])) / 40
    inverse = torch.linalg.inv(matrix + 0.05 * torch.eye(16))
    grads = gradients(rows.features, probs, rows.labels).flatten(1)
    wanted = -(grads @ inverse @ gradient(suspect).reshape(-1))
    assert torch.equal(ranking.positions, wanted.argsort(descending=True))
    assert torch.allclose(ranking.scores, wanted.sort(descending=True).values, atol=1e-12)


def test_identity_form_factorises():
    rows, weights = classification(30, 5, 4)
    probs = probabilities(weights, rows.features)
    r, x = residuals(probs, rows.labels), rows.features
    brute = gradients(x, probs, rows.labels).flatten(1)
    assert torch.allclose(identity_form(x, r, x, r), brute @ brute.T, atol=1e-13)


def test_inverse_form_is_the_bilinear_form():
    rows, weights = classification(30, 3, 4)
    probs = probabilities(weights, rows.features)
    r, x = residuals(probs, rows.labels), rows.features
    top = top_layer(x, probs, rows.labels, damping=0.1)
    assert isinstance(top.inverse, Cholesky)
    grads = gradients(x, probs, rows.labels).flatten(1)
    wanted = grads[:7] @ top.inverse.inverse() @ grads.T
    assert torch.allclose(inverse_form(top.inverse, x[:7], r[:7], x, r), wanted, atol=1e-12)


def test_relabel_gradient_identities():
    """grad of -log(1 - p_m) = -(p_m / (1 - p_m)) * grad of the cross-entropy (RDIA, Lemma 2)."""
    logits = torch.randn(6, 5, dtype=torch.float64, requires_grad=True)
    m = torch.tensor([0, 1, 2, 3, 4, 0])
    p = torch.softmax(logits, dim=1)
    own = p.gather(1, m[:, None])[:, 0]
    (-(1 - own).log()).sum().backward()
    wanted = -(own / (1 - own))[:, None] * residuals(p, m)
    assert torch.allclose(logits.grad, wanted.detach(), atol=1e-14)


def test_conflict_of_all_rows_is_that_of_each_row_named():
    source = torch.Generator().manual_seed(4)
    x, solved = (torch.randn(n, 5, generator=source) for n in (3000, 4))
    probs = torch.rand(3000, 4, generator=source).softmax(dim=1)
    labels = torch.randint(0, 4, (3000,), generator=source)
    rows = torch.randperm(3000, generator=source)
    every = conflict(solved, x, probs, labels)
    torch.testing.assert_close(conflict(solved, x, probs, labels, rows), every[rows])
    wanted = -torch.einsum("nkp,kp->n", gradients(x, probs, labels), solved)
    torch.testing.assert_close(every, wanted, rtol=1e-4, atol=1e-4)
