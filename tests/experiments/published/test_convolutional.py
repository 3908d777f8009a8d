"""The grid of convolutional networks: what it shares with the other grid."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from cincer.errors import InvalidInput
from cincer.models.networks import network
from cincer_experiments.published.convolutional import Convolutional
from cincer_experiments.published.joined import Joined, Patches
from cincer_experiments.published.nets import Grid
from cincer_experiments.published.training import Schedule, refit

MAKERS = [Convolutional, Joined]
GRID = Grid(repeats=2, variants=2, inputs=64, classes=3)


def data(rows: int = 34) -> tuple[Tensor, Tensor]:
    source = torch.Generator().manual_seed(3)
    x = torch.rand(GRID.repeats, rows, GRID.inputs, generator=source)
    return x, torch.randint(0, GRID.classes, (2, 2, rows), generator=source)


@pytest.mark.parametrize("made", MAKERS)
@pytest.mark.parametrize("carry", [False, True])
def test_side_by_side_is_one_at_a_time(
    made: type[Convolutional] | type[Joined], carry: bool
) -> None:
    (x, y), schedule = data(), Schedule(epochs=2, carry=carry, seed=7)
    nets = made(GRID, seed=7)
    for arrival in (0, 1):
        seen = refit(nets, x, y, [4, 9], arrival, schedule)
    alone = made(Grid(1, 1, 64, 3), seed=7)
    for arrival in (0, 1):
        said = refit(alone, x[1:], y[1:, 1:], [9], arrival, schedule)
    torch.testing.assert_close(nets.logits(x)[1, 1], alone.logits(x[1:])[0, 0], rtol=1e-3,
                               atol=1e-4)
    torch.testing.assert_close(seen[1, 1], said[0, 0], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("made", MAKERS)
def test_forward_passes_agree(made: type[Convolutional] | type[Joined]) -> None:
    nets, (x, _) = made(GRID, seed=1), data()
    logits = nets.logits(x)
    assert nets.features(x).shape == (2, 2, 34, 64)
    torch.testing.assert_close(nets.one(1, 0)(x[1]).detach(), logits[1, 0])
    assert torch.equal(nets.predicted(x[0])[0], logits[0].argmax(dim=2))


@pytest.mark.parametrize("made", MAKERS)
def test_rows_of_weight_zero_teach_nothing(made: type[Convolutional] | type[Joined]) -> None:
    (x, y), weights = data(), torch.ones(2, 2, 34)
    weights[:, :, 32:] = 0
    onehot = torch.nn.functional.one_hot(y, 3).float()
    nets, alone = made(GRID, seed=2), made(GRID, seed=2)
    nets.step(x, onehot, None, weights)
    alone.step(x[:, :32], onehot[:, :, :32], None)
    torch.testing.assert_close(nets.logits(x), alone.logits(x), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("stop_at", [None, 0.4])
def test_joined_they_learn_what_they_learn_in_turn(stop_at: float | None) -> None:
    (x, y), schedule = data(), Schedule(epochs=12, seed=7, stop_at=stop_at)
    grids = [made(GRID, seed=7) for made in (Convolutional, Joined)]
    learned = [refit(nets, x, y, [4, 9], 3, schedule) for nets in grids]
    torch.testing.assert_close(learned[1], learned[0], rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(grids[1].logits(x), grids[0].logits(x), rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(grids[1].one(1, 0)(x[1]), grids[0].one(1, 0)(x[1]), rtol=1e-3,
                               atol=1e-4)


def test_patches_pass_gradients_on() -> None:
    images = torch.rand(2, 3, 5, 5, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(Patches.apply, images)


def test_cnn_wants_square_images() -> None:
    assert network("cnn", (28, 28), 10, 1).head.in_features == 64
    with pytest.raises(InvalidInput, match="square images"):
        network("cnn", (30,), 2, 1)
    with pytest.raises(InvalidInput, match="at least 8"):
        network("cnn", (49,), 2, 1)
