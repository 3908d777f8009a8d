"""The grid's networks against torch's own: gradients, training one at a time, sharing."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from cincer.errors import UnknownName
from cincer_experiments.published.draws import epochs
from cincer_experiments.published.nets import HIDDEN, KEEP, Grid, Nets
from cincer_experiments.published.training import BATCH, Schedule, refit

GRID = Grid(repeats=2, variants=3, inputs=5, classes=4)


def data(rows: int = 40) -> tuple[Tensor, Tensor]:
    source = torch.Generator().manual_seed(3)
    x = torch.rand(GRID.repeats, rows, GRID.inputs, generator=source)
    y = torch.randint(0, GRID.classes, (GRID.repeats, GRID.variants, rows), generator=source)
    return x, y


def onehot(labels: Tensor) -> Tensor:
    return nn.functional.one_hot(labels, GRID.classes).float()


def plain(nets: Nets, x: Tensor, a: int, b: int, kept: Tensor | None) -> list[Tensor]:
    """Logits of run (a, b) and its parameters, in float64, by autograd."""
    weights = [w[a, b].detach().double().requires_grad_() for w in nets.weights]
    biases = [v[a, b].detach().double().requires_grad_() for v in nets.biases]
    masks = None if kept is None else kept[a].double().split(nets.sizes[1:-1], dim=1)
    h = x[a].double()
    for layer, (w, v) in enumerate(zip(weights, biases, strict=True)):
        h = h @ w.T + v
        if layer < len(weights) - 1:
            h = h.relu() * (1 if masks is None else masks[layer] / KEEP)
    return [h, *weights, *biases]


@pytest.mark.parametrize("model", HIDDEN)
@pytest.mark.parametrize("dropout", [False, True])
def test_the_gradient_is_autograd_s(model: str, dropout: bool) -> None:
    nets, (x, y) = Nets(model, GRID, seed=1), data()
    kept = None
    if dropout and nets.hidden:
        kept = (torch.rand(GRID.repeats, x.shape[1], nets.hidden) < KEEP).float()
    nets.gradient(x, onehot(y), kept)
    for a in range(GRID.repeats):
        for b in range(GRID.variants):
            logits, *parameters = plain(nets, x, a, b, kept)
            wanted = torch.autograd.grad(
                nn.functional.cross_entropy(logits, y[a, b]), parameters)
            for found, right in zip(nets.parameters, wanted, strict=True):
                assert found.grad is not None
                torch.testing.assert_close(found.grad[a, b].double(), right, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("model", HIDDEN)
def test_the_forward_pass_agrees_with_itself(model: str) -> None:
    nets, (x, _) = Nets(model, GRID, seed=1), data()
    logits = nets.logits(x)
    assert logits.shape == (2, 3, 40, 4)
    torch.testing.assert_close(logits[1, 2].double(), plain(nets, x, 1, 2, None)[0].detach(),
                               rtol=1e-4, atol=1e-6)
    asked = nets.predicted(x[0])
    assert torch.equal(asked[0], logits[0].argmax(dim=2))


@pytest.mark.parametrize("model", HIDDEN)
@pytest.mark.parametrize("carry", [False, True])
def test_side_by_side_is_one_at_a_time(model: str, carry: bool) -> None:
    (x, y), schedule = data(), Schedule(epochs=5, carry=carry, seed=7)
    nets = Nets(model, GRID, seed=7)
    for arrival in (0, 1):
        refit(nets, x, y, [4, 9], arrival, schedule)
    for a, repeat in enumerate([4, 9]):
        for b in range(GRID.variants):
            alone = Nets(model, Grid(1, 1, GRID.inputs, GRID.classes), seed=7)
            for arrival in (0, 1):
                refit(alone, x[a : a + 1], y[a : a + 1, b : b + 1], [repeat], arrival, schedule)
            torch.testing.assert_close(nets.logits(x)[a, b], alone.logits(x[a : a + 1])[0, 0],
                                       rtol=1e-3, atol=1e-4)


def test_training_is_torch_s_adam_on_the_drawn_batches() -> None:
    x, y = data()
    nets = Nets("mlp", GRID, seed=2)
    start = [p[0, 0].clone() for p in nets.parameters]
    refit(nets, x, y, [1, 2], 0, Schedule(epochs=3, seed=5))
    weights = [p.requires_grad_() for p in start]
    adam = torch.optim.Adam(weights, eps=1e-7)
    for order, kept in epochs(5, [1, 2], 0, x.shape[1], nets.hidden, 3):
        assert kept is not None
        for at in range(0, x.shape[1], BATCH):
            rows, masks = order[0, at : at + BATCH], kept[0, at : at + BATCH] / KEEP
            h = (x[0, rows] @ weights[0].T + weights[3]).relu() * masks[:, :64]
            h = (h @ weights[1].T + weights[4]).relu() * masks[:, 64:]
            loss = nn.functional.cross_entropy(h @ weights[2].T + weights[5], y[0, 0, rows])
            adam.zero_grad()
            torch.autograd.backward(loss)
            adam.step()
    for found, right in zip(nets.parameters, weights, strict=True):
        torch.testing.assert_close(found[0, 0], right.detach(), rtol=1e-3, atol=1e-5)


def test_rows_of_weight_zero_teach_nothing() -> None:
    (x, y), weights = data(), torch.ones(2, 3, 40)
    weights[:, :, 32:] = 0
    nets, alone = Nets("mlp", GRID, seed=2), Nets("mlp", GRID, seed=2)
    nets.gradient(x, onehot(y), None, weights)
    alone.gradient(x[:, :32], onehot(y)[:, :, :32], None)
    for found, right in zip(nets.parameters, alone.parameters, strict=True):
        torch.testing.assert_close(found.grad, right.grad, rtol=1e-4, atol=1e-7)


def test_training_reports_the_mean_loss_while_learning() -> None:
    x, y = data()
    once = Nets("mlp", GRID, seed=2)
    (order, kept), = epochs(1, [1, 2], 0, 40, once.hidden, 1)
    assert kept is not None
    first = x[torch.arange(2)[:, None], order[:, :BATCH]]
    asked = torch.stack([y[a][:, order[a, :BATCH]] for a in range(2)])
    probs = once.gradient(first, onehot(asked), kept[:, :BATCH])
    wanted = -probs.gather(3, asked[..., None])[..., 0].log()
    seen = refit(Nets("mlp", GRID, seed=2), x, y, [1, 2], 0, Schedule(epochs=1))
    found = torch.stack([seen[a][:, order[a, :BATCH]] for a in range(2)])
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5)


def test_draws_depend_on_the_repeat_alone() -> None:
    both = list(epochs(1, [3, 8], 2, 6, 4, 2))
    alone = list(epochs(1, [8], 2, 6, 4, 2))
    for (order, kept), (one, mask) in zip(both, alone, strict=True):
        assert kept is not None
        assert mask is not None
        assert torch.equal(order[1], one[0])
        assert torch.equal(kept[1], mask[0])
    assert not torch.equal(both[0][0][0], both[0][0][1])


def test_one_run_as_a_module_says_the_same() -> None:
    x, y = data()
    nets = Nets("mlp", GRID, seed=2)
    refit(nets, x, y, [1, 2], 0, Schedule(epochs=2))
    torch.testing.assert_close(nets.one(1, 2)(x[1]), nets.logits(x)[1, 2])


def test_unknown_models_are_named() -> None:
    with pytest.raises(UnknownName, match="logreg, mlp"):
        Nets("forest", GRID, seed=1)
