"""Saliency against finite differences and the closed form of a linear model."""

import pytest
import torch
from torch import nn

from cincer.curate import saliency as module
from cincer.curate.saliency import saliency
from cincer.errors import InvalidInput


def inputs(rows=6, *shape):
    return torch.randn(rows, *(shape or (5,)), generator=torch.Generator().manual_seed(0),
                       dtype=torch.float64)


def net():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        return nn.Sequential(nn.Flatten(), nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 3)
                             ).double().eval()


def test_of_a_linear_model_it_is_the_row_of_the_class():
    model = nn.Linear(5, 3).double().eval()
    x = inputs()
    assert torch.equal(saliency(model, x), model.weight[model(x).argmax(dim=1)].abs())


def test_it_is_how_the_predicted_logit_moves():
    model, x, small = net(), inputs(), 1e-6
    found = saliency(model, x)
    for row in range(len(x)):
        moved = x[row] + small * torch.eye(5, dtype=torch.float64)
        with torch.no_grad():
            logits, there = model(x[row:row + 1])[0], model(moved)
        change = (there - logits)[:, logits.argmax()] / small
        torch.testing.assert_close(found[row], change.abs(), atol=1e-5, rtol=0)


def test_it_has_the_shape_of_the_inputs_and_leaves_no_gradients(monkeypatch):
    monkeypatch.setattr(module, "CHUNK", 4)
    model, x = net(), inputs(10, 1, 5)
    assert saliency(model, x).shape == x.shape
    torch.testing.assert_close(saliency(model, x[7:8]), saliency(model, x)[7:8])
    assert all(each.grad is None for each in model.parameters())
    assert saliency(model, x[:0]).shape == (0, 1, 5)


def test_a_network_in_training_is_refused():
    with pytest.raises(InvalidInput, match="inference mode"):
        saliency(net().train(), inputs())
