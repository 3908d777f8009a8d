"""FSR for whole networks: what a step does, against automatic differentiation."""

import copy

import numpy as np
import pytest
import torch
from tests_numeric import blobs
from torch import nn
from torch.nn.functional import cross_entropy

from cincer.errors import InvalidInput
from cincer.models.networks import network, torch_module
from cincer.reweight.fsr import FsrOptions, train_network
from cincer.reweight.fsr import network as form

BRIEF = {"epochs": 6, "start": 2, "last": 3, "batch": 50}


def problem(rows=300, noise=0.4, seed=0):
    x, given, true = blobs(rows, noise=noise, seed=seed)
    return torch.from_numpy(x), torch.from_numpy(given), torch.from_numpy(true)


def small(bias=True, seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        module = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(),
                               nn.Linear(8, 3, bias=bias))
    return torch_module(module, (4,), 3)


def accuracy(net, x, y):
    with torch.no_grad():
        return float((net(x).argmax(dim=1) == y).double().mean())


@pytest.mark.parametrize("settings", [
    {}, {"released": True}, {"mixup": False}, {"pseudo_weight": 0.0}, {"clip": False},
    {"weighing": False}, {"average": 0.0}])
@pytest.mark.parametrize("bias", [True, False])
def test_learns_from_noisy_labels(settings, bias):
    x, given, true = problem(rows=400)
    net = small(bias)
    found = train_network(net, x, given, FsrOptions(**BRIEF, **settings))
    assert not net.module.training
    assert accuracy(net, x, true) > 0.85
    assert found.weights.shape == found.scores.shape == (400,)
    assert torch.isfinite(found.weights).all()
    assert (found.weights >= 0).all()
    right = given == true
    assert float(right[found.dictionary].double().mean()) > 0.75
    if settings.get("clip", True) and settings.get("weighing", True):
        assert float(found.weights[~right].mean()) < float(found.weights[right].mean())


def test_weights_are_what_autograd_finds_with_the_optimisers_momentum(monkeypatch):
    """F1 on a network in training: look ahead on the head by autograd, momentum as a constant."""
    x, given, _ = problem(rows=100)
    net = small()
    checked = []

    def judge(batch, head, buffer, step, decay, progress, probes):
        weights = form_judge(batch, head, buffer, step, decay, progress, probes)
        if probes is not None:
            with torch.enable_grad():
                eps = torch.full((len(batch.rows),), 1 / len(batch.rows), requires_grad=True)
                layer = head.clone().requires_grad_(True)
                logits = batch.features @ layer.T
                target = torch.softmax(logits, dim=1).detach() - batch.residual
                losses = cross_entropy(logits, target, reduction="none")
                [g] = torch.autograd.grad((eps * losses).sum(), layer, create_graph=True)
                after = layer - step * (0.9 * buffer + g + decay * layer)
                [wanted] = torch.autograd.grad(
                    cross_entropy(probes.features @ after.T, probes.labels), eps)
            kept = (-wanted).clamp(min=0)
            assert torch.allclose(weights, kept / (kept.sum() + 1e-5), atol=1e-4)
            parameters = [net.head.weight, net.head.bias[:, None]]
            assert torch.equal(head, torch.cat(parameters, dim=1).detach())
            checked.append(len(batch.rows))
        return weights

    form_judge = form.judge
    monkeypatch.setattr(form, "judge", judge)
    train_network(net, x, given, FsrOptions(**BRIEF, weight_decay=0.0, released=True))
    assert checked == [50] * 8


def test_without_weighing_counts_are_taken():
    """Rows that count nothing are not learned from."""
    x, given, _ = problem(noise=0.0)
    counts = torch.ones(300)
    counts[given == 2] = 0
    net = small()
    plain = FsrOptions(**BRIEF, weighing=False, mixup=False, pseudo_weight=0.0)
    found = train_network(net, x, given, plain, counts=counts)
    with torch.no_grad():
        assert set(net(x).argmax(dim=1).tolist()) == {0, 1}
    assert torch.equal(found.weights, torch.ones(300).double())


def test_verified_examples_are_in_the_dictionary_and_make_up_for_wrong_classes():
    """Two classes most of whose labels are each other's: verified examples set them right."""
    x, given, true = problem(rows=600, noise=0.0)
    source = np.random.default_rng(0)
    swapped = torch.from_numpy(source.random(600) < 0.6) & (true < 2)
    given[swapped] = 1 - given[swapped]
    at = torch.cat([torch.nonzero(true == c)[:12, 0] for c in range(3)])
    told = FsrOptions(epochs=12, start=3, batch=50)
    alone, helped = small(), small()
    train_network(alone, x, given, told)
    found = train_network(helped, x, given, told, verified=(x[at], true[at]))
    assert len(found.dictionary) == 0
    assert accuracy(helped, x, true) > max(accuracy(alone, x, true), 0.8)


def test_the_same_seed_gives_the_same_network():
    x, given, _ = problem()
    states = []
    for seed in (1, 1, 2):
        net = network("mlp", (4,), 3, 0)
        train_network(net, x, given, FsrOptions(**BRIEF, seed=seed))
        states.append(copy.deepcopy(net.state_dict()))
    same = [all(torch.equal(states[0][key], other[key]) for key in other) for other in states[1:]]
    assert same == [True, False]


def test_nothing_to_learn_from_leaves_the_network_as_it_was():
    x, given, _ = problem()
    net = network("mlp", (4,), 3, 0)
    before = copy.deepcopy(net.state_dict())
    found = train_network(net, x[:0], given[:0], FsrOptions(**BRIEF))
    assert len(found.weights) == len(found.dictionary) == 0
    assert all(torch.equal(before[key], value) for key, value in net.state_dict().items())


def test_one_class_and_an_empty_class_are_taken():
    x, given, _ = problem()
    for labels in (torch.zeros(300, dtype=torch.int64), given.clamp(max=1)):
        net = small()
        found = train_network(net, x, labels, FsrOptions(**BRIEF))
        assert torch.isfinite(found.weights).all()
        assert all(torch.isfinite(value).all() for value in net.state_dict().values())


def test_other_than_torch_modules_are_refused():
    class Other:
        head = nn.Linear(2, 2)

        def features(self, x):
            return x

    with pytest.raises(InvalidInput, match=r"torch\.nn\.Module, not Other"):
        train_network(Other(), torch.zeros(4, 2), torch.zeros(4).long(), FsrOptions())
