"""RDIA's relabel function: Lemma 2, its bounds, its gradient, its edges (float64)."""

import pytest
import torch

from cincer.errors import InvalidInput
from cincer.kernels.head import residuals
from cincer.kernels.relabelling import best_other, odds, other_mass, relabel_targets, unlearn_loss


def draws(classes, rows=4000, seed=0):
    """Probabilities from nearly uniform to nearly certain, and labels."""
    source = torch.Generator().manual_seed(seed)
    logits = torch.randn(rows, classes, generator=source, dtype=torch.float64)
    scale = torch.logspace(-1, 0.6, rows, dtype=torch.float64)[:, None]
    labels = torch.randint(classes, (rows,), generator=source)
    return torch.softmax(logits * scale, dim=1), labels


def cross_entropy(targets, probs):
    return -(targets * probs.log()).sum(dim=1)


@pytest.mark.parametrize("classes", [2, 3, 5, 10])
def test_lemma_2_the_cross_entropy_of_r_is_the_unlearning_loss(classes):
    probs, labels = draws(classes)
    found = cross_entropy(relabel_targets(probs, labels), probs)
    own = probs.gather(1, labels[:, None])[:, 0]
    assert torch.allclose(found, unlearn_loss(probs, labels), rtol=1e-12, atol=0)
    assert torch.allclose(found, -torch.log1p(-own), rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("classes", [3, 5, 10])
def test_r_lies_between_zero_and_one_share(classes):
    probs, labels = draws(classes)
    targets = relabel_targets(probs, labels)
    assert float(targets.min()) == 0
    assert float(targets.max()) <= 1 / (classes - 1)
    assert float(targets.sum(dim=1).max()) <= 1 + 1e-12
    assert torch.equal(targets.gather(1, labels[:, None]), torch.zeros(len(labels), 1).double())


def test_with_two_classes_r_is_the_other_class():
    probs, labels = draws(2)
    wanted = torch.nn.functional.one_hot(1 - labels, 2).double()
    assert torch.equal(relabel_targets(probs, labels), wanted)


@pytest.mark.parametrize("classes", [2, 4, 10])
def test_the_gradient_is_minus_the_odds_times_that_of_the_label(classes):
    probs, labels = draws(classes, rows=200)
    logits = probs.log().requires_grad_()
    torch.autograd.backward(unlearn_loss(torch.softmax(logits, dim=1), labels).sum())
    wanted = -odds(probs, labels)[:, None] * residuals(probs, labels)
    assert torch.allclose(logits.grad, wanted, rtol=1e-9, atol=1e-12)


def test_the_example_of_frozen_and_required_gradients():
    probs = torch.tensor([[0.7, 0.2, 0.1]], dtype=torch.float64)
    label = torch.tensor([0])
    targets = relabel_targets(probs, label)
    frozen = targets.sum() * probs - targets
    required = -odds(probs, label)[:, None] * residuals(probs, label)
    assert torch.allclose(frozen, torch.tensor([[0.445, -0.247, -0.198]]).double(), atol=6e-4)
    assert torch.allclose(required, torch.tensor([[0.700, -0.467, -0.233]]).double(), atol=6e-4)


def test_edges_have_their_limits():
    probs = torch.tensor([
        [1.0, 0.0, 0.0],        # certain of the label
        [0.0, 0.5, 0.5],        # nothing to unlearn
        [0.0, 1.0, 0.0],        # certain of another class
        [0.5, 0.5, 0.0],        # one class impossible
    ], dtype=torch.float64)
    labels = torch.zeros(4, dtype=torch.int64)
    targets, losses = relabel_targets(probs, labels), unlearn_loss(probs, labels)
    assert torch.isfinite(targets).all()
    assert torch.isfinite(losses).all()
    assert float(losses[0]) == pytest.approx(7 * torch.log(torch.tensor(10.0)).item(), rel=1e-6)
    assert losses[1:3].tolist() == [0, 0]
    assert targets[1].tolist() == [0, 0, 0]
    assert 0 <= float(targets[2, 1]) <= 0.5
    assert float(targets[3, 1]) == pytest.approx(0.5)
    assert float(targets[3, 2]) == pytest.approx(0, abs=0.02)


def test_the_largest_weight_is_the_best_other_class():
    probs, labels = draws(6)
    assert torch.equal(relabel_targets(probs, labels).argmax(dim=1), best_other(probs, labels))


def test_what_is_left_is_exact_near_zero():
    probs = torch.tensor([[1.0, 1e-30]], dtype=torch.float64)
    assert float(other_mass(probs, torch.tensor([0]))) == 1e-30


def test_one_class_has_no_other():
    with pytest.raises(InvalidInput, match="at least 2 classes"):
        relabel_targets(torch.ones(2, 1), torch.zeros(2, dtype=torch.int64))
