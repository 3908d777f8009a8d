"""Approximate leave-one-out against fitting again without each row."""

import math

import pytest
import torch
from sklearn.datasets import load_digits
from tests_numeric import classification

from cincer.kernels import newton
from cincer.kernels.head import probabilities, with_bias
from cincer.kernels.leave_one_out import judge, leave_one_out, log_loss, natural_scale
from cincer.kernels.newton import Rows, fit


def refitted(rows, l2, start):
    """(N, K): each row's probabilities under the head fitted without it, by brute force."""
    weights = torch.ones(len(rows.labels), dtype=torch.float64)
    if rows.weights is not None:
        weights = rows.weights
    found = []
    for i in range(len(weights)):
        without = weights.clone()
        without[i] = 0
        l2_there = l2 * float(weights.sum() / without.sum())
        head = fit(Rows(rows.features, rows.labels, without, rows.classes), l2_there, start)
        found.append(probabilities(head.weights, rows.features[i : i + 1])[0])
    return torch.stack(found)


@pytest.mark.parametrize("weighted", [True, False])
def test_equals_real_refits(weighted):
    rows, _ = classification(60, 3, 3, weighted=weighted)
    head = fit(rows, 0.02)
    found = leave_one_out(rows, head.weights, head.probs, 0.02)
    wanted = refitted(rows, 0.02, head.weights)
    moved = (wanted - head.probs).abs().max()
    assert (found - wanted).abs().max() < 0.05 * moved
    assert torch.allclose(found.sum(dim=1), torch.ones(60, dtype=torch.float64))


def noisy_digits(count=150):
    x, y = load_digits(return_X_y=True)
    labels = torch.from_numpy(y[:count]).long()
    labels[::5] = (labels[::5] + 3) % 10
    return Rows(with_bias(torch.from_numpy(x[:count]) / 16), labels, None, 10)


def test_log_loss_of_digits_is_that_of_real_refits():
    rows = noisy_digits()
    l2 = natural_scale(rows.features, 10)
    head = fit(rows, l2)
    found = leave_one_out(rows, head.weights, head.probs, l2)
    chosen = Rows(rows.features, rows.labels, None, 10)
    wanted = refitted(chosen, l2, head.weights)
    assert log_loss(found, rows.labels) == pytest.approx(log_loss(wanted, rows.labels), rel=0.01)


def test_without_the_matrix_it_errs_towards_larger_penalties(monkeypatch):
    rows = noisy_digits()
    grid = [natural_scale(rows.features, 10) * 10**power for power in (-1, -0.5, 0, 1)]
    dense = [judge(rows, l2, fit(rows, l2)).loss for l2 in grid]
    monkeypatch.setattr(newton, "DENSE_LIMIT", 1)
    free = [judge(rows, l2, fit(rows, l2)).loss for l2 in grid]
    assert free != dense
    assert dense.index(min(dense)) == 0
    assert free.index(min(free)) == 1
    assert free[2:] == pytest.approx(dense[2:], rel=0.05)


def test_log_loss_by_hand_and_bounded():
    probs = torch.tensor([[0.5, 0.5], [1.0, 0.0]])
    labels = torch.tensor([0, 1])
    assert log_loss(probs[:1], labels[:1]) == pytest.approx(math.log(2))
    assert log_loss(probs, labels, torch.tensor([1.0, 0.0])) == pytest.approx(math.log(2))
    assert log_loss(probs, labels) < 20


def test_float32_is_close():
    rows, _ = classification(60, 3, 3)
    head = fit(rows, 0.02)
    single = Rows(rows.features.float(), rows.labels, None, 3)
    found = leave_one_out(single, head.weights, head.probs.float(), 0.02)
    assert torch.allclose(found, leave_one_out(rows, head.weights, head.probs, 0.02), atol=1e-5)
