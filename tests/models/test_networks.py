"""Networks by name and by import path, and what is said of a module that will not do."""

import sys
import types

import pytest
import torch
from torch import nn

from cincer.errors import InvalidInput, UnknownName
from cincer.models.networks import network, torch_module
from cincer.protocols import Network


class Residual(nn.Module):
    """No Sequential, layers declared out of order, the last one used last."""

    def __init__(self, classes):
        super().__init__()
        self.out = nn.Linear(6, classes)
        self.flat, self.first = nn.Flatten(), nn.Linear(12, 6)

    def forward(self, x):
        return self.out(torch.relu(self.first(self.flat(x))))


@pytest.mark.parametrize("make", [
    lambda: network("logreg", (3, 4), 5, 1), lambda: network("mlp", (3, 4), 5, 1),
    lambda: torch_module(Residual(5), (3, 4), 5)])
def test_forward_is_the_head_on_the_features(make):
    found = make()
    assert isinstance(found, Network)
    found.eval()
    x = torch.randn(7, 3, 4)
    features = found.features(x)
    assert features.shape == (7, found.head.in_features)
    assert torch.allclose(found(x), found.head(features))
    assert found(x).shape == (7, 5)


def test_mlp_is_the_papers():
    sizes = [(m.in_features, m.out_features) for m in network("mlp", (30,), 2, 1).modules()
             if isinstance(m, nn.Linear)]
    drops = [m.p for m in network("mlp", (30,), 2, 1).modules() if isinstance(m, nn.Dropout)]
    assert sizes == [(30, 64), (64, 32), (32, 2)]
    assert drops == [0.2, 0.2]


def test_weights_come_from_the_seed_and_the_global_generator_is_left_alone():
    before = torch.get_rng_state()
    a, b, c = (network("mlp", (4,), 3, seed) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(a.head.weight, b.head.weight)
    assert not torch.equal(a.head.weight, c.head.weight)


def test_features_of_a_module_are_differentiable():
    found = torch_module(Residual(5), (12,), 5)
    found.features(torch.randn(2, 12)).sum().backward()
    assert found.module.first.weight.grad is not None


def test_hooks_are_gone_afterwards():
    module = Residual(5)
    torch_module(module, (12,), 5).features(torch.zeros(1, 12))
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in module.modules())


@pytest.mark.parametrize(("module", "message"), [
    (nn.Sequential(nn.Linear(12, 5), nn.Softmax(1)), "must be nn.Linear, not Softmax"),
    (nn.Sequential(nn.Flatten(), nn.Linear(12, 4)), r"shape \(1, 4\) for one row.*5 classes"),
    (nn.Linear(7, 5), "does not take inputs of shape"),
    (nn.LSTM(12, 5), "must return a tensor, not tuple"),
    ("resnet", "must be a torch.nn.Module, not str")])
def test_what_will_not_do_is_named(module, message):
    with pytest.raises(InvalidInput, match=message):
        torch_module(module, (12,), 5)


def test_a_function_after_the_last_layer_is_found():
    class Ends(nn.Module):
        def __init__(self):
            super().__init__()
            self.out = nn.Linear(12, 5)

        def forward(self, x):
            return torch.softmax(self.out(x), 1)

    with pytest.raises(InvalidInput, match="must return logits"):
        torch_module(Ends(), (12,), 5)


def test_import_path(monkeypatch):
    mine = types.ModuleType("my_models")
    mine.small = lambda shape, classes: Residual(classes)
    monkeypatch.setitem(sys.modules, "my_models", mine)
    assert network("my_models:small", (12,), 5, 1).head.out_features == 5
    for path, message in [("my_models:big", "has no attribute 'big'"),
                          ("no_such_module:x", "No module named"),
                          ("my_models:__name__", "must be a function")]:
        with pytest.raises(InvalidInput, match=message):
            network(path, (12,), 5, 1)
    with pytest.raises(UnknownName, match="did you mean 'logreg'"):
        network("logrge", (12,), 5, 1)
