"""The gradient by the weights against finite differences of the looked-ahead loss. float64."""

import pytest
import torch
from tests_numeric import classification

from cincer.kernels.head import residuals
from cincer.kernels.lookahead import alignment, by_weight, mean_gradient

RATE = 0.7


def problem(seed=0):
    rows, head = classification(24, 5, 4, weighted=True, seed=seed)
    known, _ = classification(9, 5, 4, seed=seed + 1)
    return rows, known, head


def residual_of(rows, head):
    return residuals(torch.softmax(rows.features @ head.T, dim=1), rows.labels)


def loss(rows, head):
    logits = rows.features @ head.T
    return torch.nn.functional.cross_entropy(logits, rows.labels, reduction="sum")


def ahead(rows, head, weights):
    return head - RATE * mean_gradient(rows.features, residual_of(rows, head), weights)


def gradient(rows, known, head, weights):
    next_head = ahead(rows, head, weights)
    g = residual_of(known, next_head).T @ known.features
    return by_weight(g, rows.features, residual_of(rows, head), weights, RATE)


@pytest.mark.parametrize("seed", range(3))
def test_equals_finite_differences(seed):
    """L1: central differences of step 1e-5, to 1e-8."""
    rows, known, head = problem(seed)
    exact = gradient(rows, known, head, rows.weights)
    for at in range(24):
        ends = []
        for step in (1e-5, -1e-5):
            moved = rows.weights.clone()
            moved[at] += step
            ends.append(float(loss(known, ahead(rows, head, moved))))
        assert float(exact[at]) == pytest.approx((ends[0] - ends[1]) / 2e-5, abs=1e-8)


def test_equals_automatic_differentiation():
    rows, known, head = problem()
    weights = rows.weights.clone().requires_grad_()
    loss(known, ahead(rows, head, weights)).backward()
    assert torch.allclose(weights.grad, gradient(rows, known, head, rows.weights), atol=1e-13)


def test_does_not_change_if_all_weights_double():
    """L1, Euler: the looked-ahead loss is homogeneous of degree 0 in the weights, so the weights'
    own direction has no slope. A constant denominator gives another vector."""
    rows, known, head = problem()
    exact = gradient(rows, known, head, rows.weights)
    assert abs(float((rows.weights * exact).sum())) < 1e-14
    g = residual_of(known, ahead(rows, head, rows.weights)).T @ known.features
    detached = -RATE / rows.weights.sum() * alignment(g, rows.features, residual_of(rows, head))
    assert bool((detached.sign() != exact.sign()).any())


def test_equal_gradients_and_single_rows_have_none():
    """L2."""
    rows, known, head = problem()
    same = rows.features[:1].repeat(6, 1), residual_of(rows, head)[:1].repeat(6, 1)
    g = residual_of(known, head).T @ known.features
    weights = torch.tensor([1.0, 0.5, 0.2, 3.0, 1.0, 2.0], dtype=torch.float64)
    assert by_weight(g, *same, weights, RATE).abs().max() < 1e-15
    assert by_weight(g, same[0][:1], same[1][:1], weights[:1], RATE).abs().max() < 1e-15


def test_alignment_is_the_product_of_the_gradients():
    rows, _, head = problem()
    residual = residual_of(rows, head)
    each = residual[:, :, None] * rows.features[:, None, :]
    g = torch.randn(4, 6, dtype=torch.float64)
    found = alignment(g, rows.features, residual)
    assert torch.allclose(found, (each * g).sum(dim=(1, 2)), atol=1e-13)
