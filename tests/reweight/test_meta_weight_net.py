"""The weight network's slopes and steps against automatic differentiation and torch's Adam."""

import torch

from cincer.reweight.meta_weight_net import LEARNING_RATE, Net, weight_net


def test_equals_automatic_differentiation_and_adam():
    """Ten steps in float64, to 1e-12."""
    source = torch.Generator().manual_seed(0)
    net, slow = Net(3, torch.float64), weight_net(3, torch.float64)
    optimizer = torch.optim.Adam(slow.parameters(), lr=LEARNING_RATE)
    for _ in range(10):
        losses = 3 * torch.rand(20, generator=source, dtype=torch.float64)
        slopes = torch.randn(20, generator=source, dtype=torch.float64)
        said = slow(losses[:, None])[:, 0]
        assert torch.allclose(net(losses), said.detach(), atol=1e-12)
        optimizer.zero_grad()
        said.backward(slopes)
        optimizer.step()
        net.descend(losses, slopes)
    assert torch.allclose(net(losses), slow(losses[:, None])[:, 0].detach(), atol=1e-12)
