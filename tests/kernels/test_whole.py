"""The whole network's Fisher matrix against the slow sum, and its derivatives by autograd."""

import torch
from torch import nn

from cincer.kernels.whole import jacobians, solve_whole


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3)).double().eval()


def test_derivatives_are_autograd_s():
    net, x = network(), torch.randn(6, 4, dtype=torch.float64)
    found = jacobians(net, x)
    assert found.shape == (6, 3, 43)
    for row in range(6):
        for k in range(3):
            parts = torch.autograd.grad(net(x[row])[k], list(net.parameters()))
            assert torch.allclose(found[row, k], torch.cat([g.reshape(-1) for g in parts]))


def test_the_solution_is_that_of_the_formed_matrix():
    net, x = network(), torch.randn(20, 4, dtype=torch.float64)
    j, p = jacobians(net, x), torch.softmax(net(x), dim=1).detach()
    weights = torch.rand(20, dtype=torch.float64) + 0.5
    curve = torch.diag_embed(p) - p[:, :, None] * p[:, None, :]
    matrix = torch.einsum("n,nkq,nkl,nlr->qr", weights / weights.sum(), j, curve, j)
    g = torch.randn(43, dtype=torch.float64)
    found = solve_whole(g, j, p, weights, 0.01)
    assert torch.allclose((matrix + 0.01 * torch.eye(43)) @ found, g, atol=1e-9)
