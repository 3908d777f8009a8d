"""What is beside the weights in a network's training: mixup, pseudo-labels, the mean of weights."""

import pytest
import torch

from cincer.models.networks import network
from cincer.reweight.fsr.average import Average
from cincer.reweight.fsr.mixup import kept_shares, mix
from cincer.reweight.fsr.pseudo_labels import PseudoLabels


def source():
    return torch.Generator().manual_seed(0)


def test_each_row_stays_the_greater_part_of_its_mixture():
    kept = kept_shares(4000, 0.5, source())
    assert 0.5 <= float(kept.min()) <= float(kept.max()) <= 1
    # u^2 / 2 has the mean 1/6, and max(a, 1 - a) = 1 - a there.
    assert float(kept.mean()) == pytest.approx(5 / 6, abs=0.01)


def test_mixtures_are_of_inputs_and_labels_alike():
    x = torch.eye(4).reshape(4, 2, 2)
    mixed, soft = mix(x, torch.arange(4), 4, 0.5, source())
    assert mixed.shape == (4, 2, 2)
    assert torch.allclose(mixed.flatten(1), soft)
    assert torch.allclose(soft.sum(dim=1), torch.ones(4))
    assert soft.argmax(dim=1).tolist() == [0, 1, 2, 3]


def test_without_a_shape_nothing_is_mixed():
    x = torch.randn(3, 5)
    mixed, soft = mix(x, torch.tensor([2, 0, 0]), 3, None, source())
    assert torch.equal(mixed, x)
    assert soft.argmax(dim=1).tolist() == [2, 0, 0]


def test_pseudo_labels_are_running_means_of_logits():
    labels = PseudoLabels(3, 2, 0.75, temperature=2.0)
    rows = torch.tensor([2, 0])
    assert labels.of(rows).tolist() == [[0, 0], [0, 0]]
    labels.saw(rows, torch.tensor([[4.0, 0.0], [0.0, 1.0]]))
    labels.saw(rows[:1], torch.tensor([[0.0, 8.0]]))
    expected = torch.softmax(torch.tensor([[3.0, 2.0], [0.0, 1.0]]) / 2, dim=1)
    assert torch.allclose(labels.of(rows), expected)
    assert labels.of(torch.tensor([1])).tolist() == [[0, 0]]


def test_released_pseudo_labels_are_scaled_by_the_batch_and_start_uniform():
    labels = PseudoLabels(2, 2, 0.1, released=True)
    rows = torch.arange(2)
    assert labels.of(rows).tolist() == [[0.5, 0.5], [0.5, 0.5]]
    first = torch.tensor([[3.0, 1.0], [1.0, -1.0]])
    labels.saw(rows, first)
    assert torch.allclose(labels.logits, 0.9 * first)
    labels.saw(rows, torch.zeros(2, 2))
    assert torch.allclose(labels.logits, 0.1 * first / 3**0.5)


def test_the_mean_of_weights_forgets_the_first():
    net = network("logreg", (2,), 2, 0)
    average = Average(net, 0.99)
    with torch.no_grad():
        net.head.weight.fill_(2.0)
    for _ in range(30):
        average.take(net)
    average.give(net)
    assert torch.allclose(net.head.weight, torch.full((2, 2), 2.0), atol=1e-3)


def test_without_decay_the_last_weights_are_kept():
    net = network("logreg", (2,), 2, 0)
    average = Average(net, 0.0)
    with torch.no_grad():
        net.head.weight.fill_(2.0)
    average.take(net)
    average.give(net)
    assert net.head.weight.tolist() == [[2.0, 2.0], [2.0, 2.0]]
