"""The head's objective and gradient against torch's own cross-entropy and automatic gradient."""

import pytest
import torch
from tests_numeric import classification

from cincer.kernels.head import evaluate, gradients, probabilities
from cincer.kernels.newton import Rows, fit


def problem(rows=40):
    found, weights = classification(rows, 3, 4, weighted=True)
    return found.features, found.labels, found.weights, weights




@pytest.mark.parametrize("weighted", [True, False])
def test_loss_and_gradient_equal_autograd(weighted):
    x, y, w, weights = problem()
    w = w if weighted else None
    found = evaluate(weights, x, y, w, l2=0.3)
    free = weights.clone().requires_grad_()
    losses = torch.nn.functional.cross_entropy(x @ free.T, y, reduction="none")
    mean = losses.mean() if w is None else (losses * w).sum() / w.sum()
    wanted = mean + 0.15 * (free**2).sum()
    wanted.backward()
    assert found.loss == pytest.approx(float(wanted.detach()), abs=1e-13)
    assert torch.allclose(found.gradient, free.grad, atol=1e-14)
    assert torch.allclose(found.probs, torch.softmax(x @ weights.T, 1), atol=1e-15)


def test_gradients_of_rows_sum_to_the_gradient():
    x, y, _, weights = problem()
    rows = gradients(x, probabilities(weights, x), y)
    assert torch.allclose(rows.mean(dim=0), evaluate(weights, x, y, None, 0.0).gradient)


def test_chunks_do_not_change_the_result(monkeypatch):
    x, y, w, weights = problem(rows=50)
    whole = evaluate(weights, x, y, w, 0.1)
    monkeypatch.setattr("cincer.kernels.head.chunks.__defaults__", (7,))
    parts = evaluate(weights, x, y, w, 0.1)
    assert whole.loss == pytest.approx(parts.loss, rel=1e-14)
    assert torch.allclose(whole.gradient, parts.gradient, atol=1e-15)


def test_no_rows_leave_the_penalty_alone():
    x, y, _, weights = problem()
    found = evaluate(weights, x[:0], y[:0], None, l2=2.0)
    assert found.loss == pytest.approx(float((weights**2).sum()))
    assert torch.allclose(found.gradient, 2 * weights)


def test_weight_two_equals_the_row_twice():
    x, y, _, _ = problem()
    twice = Rows(torch.cat([x, x[:5]]), torch.cat([y, y[:5]]), None, 4)
    weights = torch.ones(len(x), dtype=torch.float64)
    weights[:5] = 2
    a, b = fit(twice, 0.01), fit(Rows(x, y, weights, 4), 0.01)
    assert torch.allclose(a.weights, b.weights, atol=1e-7)
