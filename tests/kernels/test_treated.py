"""Fitting treated rows against autograd, against plain fits, and by the gradient at the end."""

import pytest
import torch
from tests_numeric import classification

from cincer.kernels.head import probabilities
from cincer.kernels.newton import Rows, fit
from cincer.kernels.relabelling import relabel_targets
from cincer.kernels.treated import CE, DROP, SOFT, UNLEARN, Treated, fit_treated, unlearn_curvature


def mixed(classes, rows=60, *, weighted=True):
    """Rows of every treatment, and a head to start from."""
    plain, weights = classification(rows, 3, classes, weighted=weighted, seed=3)
    kinds = (torch.arange(rows) % 4).to(torch.int8)
    soft = relabel_targets(probabilities(weights, plain.features), plain.labels)
    return Treated(plain.features, plain.labels, plain.weights, classes, kinds, soft), weights


def slow_objective(rows, weights, l2):
    """J, written out row by row."""
    probs = torch.softmax(rows.features @ weights.T, dim=1)
    total = 0.0
    for i, kind in enumerate(rows.treatment.tolist()):
        own = probs[i, rows.labels[i]]
        loss = {CE: lambda p=own: -p.log(), UNLEARN: lambda p=own: -(1 - p).log(),
                DROP: lambda: 0.0, SOFT: lambda i=i: -(rows.soft[i] * probs[i].log()).sum()}[kind]()
        total = total + loss * (1 if rows.weights is None else rows.weights[i])
    count = len(rows.labels) if rows.weights is None else rows.weights.sum()
    return total / count + 0.5 * l2 * (weights * weights).sum()


@pytest.mark.parametrize("classes", [2, 3, 6])
def test_objective_and_gradient_are_those_of_autograd(classes):
    rows, weights = mixed(classes)
    weights.requires_grad_()
    wanted = slow_objective(rows, weights, 0.1)
    torch.autograd.backward(wanted)
    found = rows.at(weights.detach(), 0.1)
    assert found.loss == pytest.approx(wanted.item(), rel=1e-12)
    assert torch.allclose(found.gradient, weights.grad, atol=1e-12)


@pytest.mark.parametrize("classes", [3, 5])
def test_curvature_is_the_positive_part_of_the_hessian(classes):
    rows, weights = mixed(classes, 20)
    probs = probabilities(weights, rows.features)
    found = unlearn_curvature(probs, rows.labels)
    for i in range(20):
        def loss(z, label=int(rows.labels[i])):
            return -torch.log(1 - torch.softmax(z, dim=0)[label])

        exact = torch.autograd.functional.hessian(loss, probs[i].log())
        values, vectors = torch.linalg.eigh(exact)
        positive = vectors @ torch.diag(values.clamp(min=0)) @ vectors.T
        assert torch.allclose(found[i], positive, atol=1e-9)
        assert float(torch.linalg.eigvalsh(found[i]).min()) > -1e-12


@pytest.mark.parametrize("classes", [2, 3, 6])
def test_the_fit_ends_where_the_gradient_vanishes(classes):
    rows, _ = mixed(classes)
    found = fit_treated(rows, 0.05, tolerance=1e-16, max_passes=500)
    end = rows.at(found.weights, 0.05)
    assert float(end.gradient.norm()) < 1e-6
    assert end.loss < rows.at(torch.zeros_like(found.weights), 0.05).loss


def test_with_two_classes_unlearning_is_learning_the_other():
    plain, _ = classification(80, 3, 2)
    kinds = (torch.arange(80) % 3 == 0).to(torch.int8) * UNLEARN
    found = fit_treated(Treated(plain.features, plain.labels, None, 2, kinds), 0.05,
                        tolerance=1e-20)
    flipped = torch.where(kinds == UNLEARN, 1 - plain.labels, plain.labels)
    wanted = fit(Rows(plain.features, flipped, None, 2), 0.05, tolerance=1e-20)
    assert torch.allclose(found.weights, wanted.weights, atol=1e-8)


def test_a_dropped_row_is_only_missing():
    plain, _ = classification(80, 3, 4)
    kinds = (torch.arange(80) % 5 == 0).to(torch.int8) * DROP
    found = fit_treated(Treated(plain.features, plain.labels, None, 4, kinds), 0.05,
                        tolerance=1e-20)
    kept = kinds == CE
    rest = Rows(plain.features[kept], plain.labels[kept], None, 4)
    wanted = fit(rest, 0.05 * 80 / int(kept.sum()), tolerance=1e-20)
    assert torch.allclose(found.weights, wanted.weights, atol=1e-8)


def test_without_treatment_it_is_the_plain_fit():
    plain, _ = classification(80, 3, 4, weighted=True)
    kinds = torch.zeros(80, dtype=torch.int8)
    found = fit_treated(Treated(plain.features, plain.labels, plain.weights, 4, kinds), 0.05,
                        tolerance=1e-20)
    assert torch.allclose(found.weights, fit(plain, 0.05, tolerance=1e-20).weights, atol=1e-8)


def test_a_head_too_large_for_a_factor_reaches_the_same_loss(monkeypatch):
    rows, _ = mixed(5)
    wanted = fit_treated(rows, 0.05, tolerance=1e-14)
    monkeypatch.setattr("cincer.kernels.newton.DENSE_LIMIT", 10)
    found = fit_treated(rows, 0.05, tolerance=1e-10, max_passes=500)
    assert found.loss == pytest.approx(wanted.loss, abs=1e-6)
    assert float(rows.at(found.weights, 0.05).gradient.norm()) < 1e-3
