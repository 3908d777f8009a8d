"""Cholesky, conjugate gradients and Kronecker factors give one and the same inverse."""

import pytest
import torch
from tests_numeric import classification

from cincer.errors import InvalidInput
from cincer.kernels import newton
from cincer.kernels.fisher import fisher, kronecker_parts, product
from cincer.kernels.head import evaluate, probabilities
from cincer.kernels.newton import Rows, curvature, fit
from cincer.kernels.solve import Cholesky, Iterative, Kronecker


@pytest.mark.parametrize("damping", [1e-4, 1e-2, 1.0])
def test_conjugate_gradients_agree_with_cholesky(damping):
    rows, weights = classification(300, 12, 6, weighted=True)
    probs = probabilities(weights, rows.features)
    exact = Cholesky(fisher(rows.features, probs, rows.weights), damping)
    iterative = Iterative(
        lambda v: product(v, rows.features, probs, rows.weights), damping,
        Kronecker(*kronecker_parts(rows.features, probs, rows.weights), damping), 1e-12)
    targets = torch.randn(4, 6, 13, dtype=torch.float64)
    wanted = exact.solve(targets)
    found = iterative.solve(targets)
    assert (found - wanted).norm() <= 1e-8 * wanted.norm()
    assert iterative.steps < 80


def test_cholesky_is_the_dense_inverse_one_or_many():
    rows, weights = classification(50, 3, 3)
    matrix = fisher(rows.features, probabilities(weights, rows.features))
    factor, target = Cholesky(matrix, 0.1), torch.randn(5, 3, 4, dtype=torch.float64)
    dense = torch.linalg.inv(matrix + 0.1 * torch.eye(12))
    wanted = (target.flatten(1) @ dense).view_as(target)
    assert torch.allclose(factor.solve(target), wanted, atol=1e-12)
    assert torch.allclose(factor.solve(target[2]), wanted[2], atol=1e-12)
    assert torch.allclose(factor.inverse(), dense, atol=1e-12)


def test_kronecker_is_exact_when_the_matrix_is_a_kronecker_product():
    rows, weights = classification(60, 4, 3)
    probs = probabilities(torch.zeros_like(weights), rows.features)
    target = torch.randn(3, 5, dtype=torch.float64)
    found = Kronecker(*kronecker_parts(rows.features, probs), 0.02).solve(target)
    assert torch.allclose(found, Cholesky(fisher(rows.features, probs), 0.02).solve(target))


def test_a_stale_factor_still_gives_the_exact_answer_through_conjugate_gradients():
    rows, weights = classification(200, 5, 4)
    old = Cholesky(fisher(rows.features[:150], probabilities(weights, rows.features[:150])), 0.01)
    probs = probabilities(weights + 0.1, rows.features)
    target = torch.randn(4, 6, dtype=torch.float64)
    found = Iterative(lambda v: product(v, rows.features, probs), 0.01, old, 1e-12).solve(target)
    wanted = Cholesky(fisher(rows.features, probs), 0.01).solve(target)
    assert (found - wanted).norm() <= 1e-8 * wanted.norm()


def test_kronecker_takes_a_diagonal():
    a, b = torch.diag(torch.tensor([1.0, 2.0]).double()), torch.tensor([3.0, 4.0, 5.0]).double()
    target = torch.randn(2, 3, dtype=torch.float64)
    wanted = Kronecker(a, torch.diag(b), 0.3).solve(target)
    assert torch.allclose(Kronecker(a, b, 0.3).solve(target), wanted)


@pytest.mark.parametrize("damping", [0.0, -1.0, float("nan"), float("inf")])
def test_damping_must_be_positive(damping):
    with pytest.raises(InvalidInput, match="damping must be above 0"):
        Cholesky(torch.eye(4), damping)


@pytest.mark.parametrize("weighted", [True, False])
def test_fit_reaches_the_optimum(weighted):
    rows, start = classification(120, 4, 5, weighted=weighted)
    for found in (fit(rows, 1e-3), fit(rows, 1e-3, start)):
        assert evaluate(found.weights, rows.features, rows.labels, rows.weights,
                        1e-3).gradient.norm() < 1e-5
        assert found.decrement <= 1e-10
    assert torch.allclose(fit(rows, 1e-3).weights, fit(rows, 1e-3, start).weights, atol=1e-4)


def test_fit_without_the_matrix_agrees(monkeypatch):
    rows, _ = classification(120, 6, 4, weighted=True)
    dense = fit(rows, 1e-2, tolerance=1e-16)
    monkeypatch.setattr(newton, "DENSE_LIMIT", 1)
    assert isinstance(curvature(rows, dense.probs, 1e-2), Iterative)
    free = fit(rows, 1e-2, tolerance=1e-16)
    assert torch.allclose(dense.weights, free.weights, atol=1e-8)


def test_chord_steps_after_a_relabel_need_no_new_factor():
    rows, _ = classification(400, 4, 3)
    first = fit(rows, 1e-2)
    labels = rows.labels.clone()
    labels[0] = (labels[0] + 1) % 3
    changed = Rows(rows.features, labels, None, 3)
    chord = fit(changed, 1e-2, first.weights, first.inverse, tolerance=1e-14)
    assert not chord.fresh
    assert torch.allclose(chord.weights, fit(changed, 1e-2, tolerance=1e-14).weights, atol=1e-6)


def test_separable_rows_still_have_a_finite_optimum():
    x = torch.tensor([[-1.0, 1.0], [1.0, 1.0]], dtype=torch.float64).repeat(5, 1) * 100
    rows = Rows(x, torch.tensor([0, 1] * 5), None, 3)
    found = fit(rows, 1e-6, tolerance=1e-16)
    assert torch.isfinite(found.weights).all()
    assert found.decrement <= 1e-10
    assert torch.allclose(found.weights.sum(dim=0), torch.zeros(2, dtype=torch.float64), atol=1e-7)
