"""FSR's closed form on the head against finite differences and automatic differentiation. float64.

F1, F3, F4, F5 are oracles of the method, see `tests/reweight/fsr` for the others.
"""

import pytest
import torch
from tests_numeric import classification
from torch.nn.functional import cross_entropy

from cincer.kernels.head import residuals
from cincer.kernels.influence import identity_form
from cincer.kernels.probing import ahead, probe_gradient, reward, reward_each

STEP = 0.1


def problem(seed=0, rows=12, probes=9):
    batch, head = classification(rows, 5, 4, seed=seed)
    other, _ = classification(probes, 5, 4, seed=seed + 1)
    return batch, other, head


def residual_of(rows, head):
    return residuals(torch.softmax(rows.features @ head.T, dim=1), rows.labels)


def rewards(batch, probes, head, **settings):
    off = residual_of(batch, head)
    after = ahead(head, batch.features, off, STEP, **settings)
    return reward(after, probes.features, probes.labels, batch.features, off, STEP)


def probe_loss(batch, probes, head, eps, momentum=0.0, buffer=0.0, decay=0.0):
    """Of the head after a step in which row i counts `eps[i]`."""
    gradient = (residual_of(batch, head) * eps[:, None]).T @ batch.features
    after = head - STEP * (momentum * buffer + gradient + decay * head)
    return cross_entropy(probes.features @ after.T, probes.labels)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_rewards_are_finite_differences(momentum):
    """F1: central differences of step 1e-5, to 1e-8; the buffer is a constant."""
    batch, probes, head = problem()
    buffer = torch.randn(head.shape, generator=torch.Generator().manual_seed(5)).double()
    told = {"momentum": momentum, "buffer": buffer, "decay": 0.01}
    found = rewards(batch, probes, head, **told)
    even = torch.full((12,), 1 / 12, dtype=torch.float64)
    for at in range(12):
        nudge = torch.zeros(12, dtype=torch.float64)
        nudge[at] = 1e-5
        up, down = (probe_loss(batch, probes, head, even + sign * nudge, **told)
                    for sign in (1, -1))
        assert float(found[at]) == pytest.approx(-float(up - down) / 2e-5, abs=1e-8)


def test_rewards_are_what_autograd_finds_through_the_step():
    batch, probes, head = problem(3)
    weights = torch.full((12,), 1 / 12, dtype=torch.float64, requires_grad=True)
    layer = head.clone().requires_grad_(True)
    losses = cross_entropy(batch.features @ layer.T, batch.labels, reduction="none")
    [step] = torch.autograd.grad((weights * losses).sum(), layer, create_graph=True)
    [by_weight] = torch.autograd.grad(
        cross_entropy(probes.features @ (layer - STEP * step).T, probes.labels), weights)
    assert torch.allclose(rewards(batch, probes, head), -by_weight, atol=1e-14)


def test_rewards_are_sums_of_the_identity_kernel():
    """W1: over probes, to 1e-15."""
    batch, probes, head = problem(1)
    after = ahead(head, batch.features, residual_of(batch, head), STEP)
    pairs = identity_form(probes.features, residual_of(probes, after), batch.features,
                          residual_of(batch, head))
    assert torch.allclose(rewards(batch, probes, head), STEP * pairs.mean(dim=0), atol=1e-15)
    own = reward_each(after, batch.features, batch.labels, batch.features,
                      residual_of(batch, head), STEP)
    itself = identity_form(batch.features, residual_of(batch, after), batch.features,
                           residual_of(batch, head))
    assert torch.allclose(own, STEP * itself.diagonal(), atol=1e-15)


def test_without_probes_nothing_is_brought():
    batch, probes, head = problem(probes=1)
    off = residual_of(batch, head)
    found = reward(head, probes.features[:0], probes.labels[:0], batch.features, off, STEP)
    assert torch.equal(found, torch.zeros(12, dtype=torch.float64))
    assert not probe_gradient(head, probes.features[:0], probes.labels[:0]).any()


def test_the_penalty_counts_on_demand():
    batch, probes, head = problem()
    off = residual_of(batch, head)
    after = ahead(head, batch.features, off, STEP)
    plain, with_penalty = (reward(after, probes.features, probes.labels, batch.features, off, STEP,
                                  decay) for decay in (0.0, 0.5))
    each = torch.einsum("kp,bk,bp->b", 0.5 * after, off, batch.features)
    assert torch.allclose(with_penalty - plain, STEP * each, atol=1e-14)


def test_a_batch_that_is_the_probes_helps():
    """F3: rows of a class that agree all help each other, for small steps."""
    source = torch.Generator().manual_seed(0)
    x = torch.eye(3, dtype=torch.float64).repeat(5, 1)
    x = x + 0.05 * torch.randn(x.shape, generator=source, dtype=torch.float64)
    y = torch.arange(3).repeat(5)
    head = torch.zeros(3, 3, dtype=torch.float64)
    off = residuals(torch.softmax(x @ head.T, dim=1), y)
    after = ahead(head, x, off, 1e-3)
    assert (reward(after, x, y, x, off, 1e-3) > 0).all()


def test_copies_bring_the_same_and_flipped_copies_harm():
    """F4 and F5."""
    _, probes, head = problem()
    head = head * 0
    x = torch.cat([probes.features, probes.features[:1], probes.features[:1]])
    y = torch.cat([probes.labels, probes.labels[:1], (probes.labels[:1] + 1) % 4])
    off = residuals(torch.softmax(x @ head.T, dim=1), y)
    after = ahead(head, x, off, STEP)
    found = reward(after, probes.features[:1], probes.labels[:1], x, off, STEP)
    assert float(found[-2]) == pytest.approx(float(found[0]), abs=1e-15)
    assert float(found[0]) > 0 > float(found[-1])
