"""Early stopping in a grid: who has stopped stays as it is, and nobody else notices."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn.functional import one_hot

from cincer.errors import InvalidInput
from cincer.models.early_stop import PATIENCE, EarlyStop
from cincer_experiments.published.draws import epochs
from cincer_experiments.published.nets import Grid
from cincer_experiments.published.protocol import networks
from cincer_experiments.published.training import BATCH, Schedule, refit
from cincer_experiments.published.watch import Watch

EPOCHS = 40
BAR = 0.75


def data() -> tuple[Tensor, Tensor]:
    """Three classes far apart, with more and more wrong labels from run (0, 0) to (1, 1)."""
    source = torch.Generator().manual_seed(1)
    true = torch.randint(3, (2, 40), generator=source)
    x = torch.rand(3, 64, generator=source)[true] + 0.1 * torch.rand(2, 40, 64, generator=source)
    y = true[:, None].expand(2, 2, 40).clone()
    noise = torch.randint(3, (2, 2, 40), generator=source)
    share = torch.tensor([[0.0, 0.15], [0.25, 1.0]])[..., None]
    return x, torch.where(torch.rand(2, 2, 40, generator=source) < share, noise, y)


def learned(model: str, schedule: Schedule, at: tuple[slice, slice] = (slice(2), slice(2)),
            weights: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Logits (A, B, n, K) and the mean loss while learning, of the runs `at`."""
    a, b = at
    x, y = data()
    nets = networks(model, Grid(len(x[a]), y[a][:, b].shape[1], 64, 3), 7)
    seen = refit(nets, x[a], y[a][:, b], [4, 9][a], 1, schedule,
                 None if weights is None else weights[a][:, b])
    return nets.logits(x[a]), seen


def epochs_of(model: str, a: int, b: int) -> int:
    """Epochs until run (a, b) stops, by its accuracy in each epoch of a training of its own."""
    x, y = data()
    nets = networks(model, Grid(1, 1, 64, 3), 7)
    good = 0
    for done, (order, kept) in enumerate(epochs(7, [[4, 9][a]], 1, 40, nets.hidden, EPOCHS), 1):
        hits = 0
        for rows in order[0].split(BATCH):
            at = torch.nonzero(torch.isin(order[0], rows))[:, 0]
            probs = nets.step(x[a, rows][None], one_hot(y[a, b, rows], 3)[None, None].float(),
                              None if kept is None else kept[:, at])
            hits += int((probs[0, 0].argmax(dim=1) == y[a, b, rows]).sum())
        good = good + 1 if hits / 40 >= BAR else 0
        if good == PATIENCE:
            return done
    return EPOCHS


@pytest.mark.parametrize("model", ["logreg", "mlp"])
def test_each_run_stops_as_it_would_alone(model: str) -> None:
    together, seen = learned(model, Schedule(EPOCHS, seed=7, stop_at=BAR))
    counts = {}
    for a in (0, 1):
        for b in (0, 1):
            counts[a, b] = epochs_of(model, a, b)
            alone, said = learned(model, Schedule(counts[a, b], seed=7),
                                  (slice(a, a + 1), slice(b, b + 1)))
            torch.testing.assert_close(together[a, b], alone[0, 0], rtol=1e-3, atol=1e-4)
            torch.testing.assert_close(seen[a, b], said[0, 0], rtol=1e-3, atol=1e-4)
    assert PATIENCE <= counts[0, 0] < EPOCHS
    assert counts[1, 1] == EPOCHS
    assert len(set(counts.values())) > 2


def test_convolutions_stop_too() -> None:
    together, seen = learned("cnn", Schedule(EPOCHS, seed=7, stop_at=BAR))
    count = epochs_of("cnn", 0, 0)
    assert PATIENCE <= count < EPOCHS
    alone, said = learned("cnn", Schedule(count, seed=7), (slice(0, 1), slice(0, 1)))
    torch.testing.assert_close(together[0, 0], alone[0, 0], rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(seen[0, 0], said[0, 0], rtol=1e-3, atol=1e-4)


def test_the_next_refit_starts_afresh() -> None:
    x, y = data()
    nets = networks("mlp", Grid(2, 2, 64, 3), 7)
    for arrival in (0, 1):
        refit(nets, x, y, [4, 9], arrival, Schedule(20, seed=7, stop_at=BAR))
    wanted, _ = learned("mlp", Schedule(20, seed=7, stop_at=BAR))
    assert torch.equal(nets.logits(x), wanted)


def test_rows_of_weight_zero_do_not_count() -> None:
    labels, weights = torch.tensor([[[0, 0, 1, 1]]]), torch.tensor([[[1.0, 1.0, 0.0, 0.0]]])
    order, probs = torch.arange(4)[None], torch.tensor([0.8, 0.2]).expand(1, 1, 4, 2)
    onehot = one_hot(labels, 2).float()
    for given, stops in ((weights, True), (None, False)):
        watch = Watch(labels, given, 0.9)
        for _ in range(PATIENCE):
            watch.batch(order, probs, onehot)
            stopping = watch.epoch()
        assert bool(stopping.all()) == stops
        assert bool(watch.going.all()) != stops


def test_losses_after_the_stop_do_not_count() -> None:
    labels = torch.tensor([[[0], [1]]])
    watch = Watch(labels, None, 0.9)
    onehot = one_hot(labels, 2).float()
    for epoch in range(8):
        p = 0.5 + 0.05 * epoch
        watch.batch(torch.zeros(1, 1, dtype=torch.int64),
                    torch.tensor([p + 0.01, 0.99 - p]).expand(1, 2, 1, 2), onehot)
        watch.epoch()
    first = torch.tensor([0.51 + 0.05 * epoch for epoch in range(PATIENCE)])
    other = torch.tensor([0.49 - 0.05 * epoch for epoch in range(8)])
    torch.testing.assert_close(watch.mean_loss()[0, :, 0], torch.stack(
        [-first.log().mean(), -other.log().mean()]))
    early = EarlyStop(0.9, (1, 2))
    assert early.after(torch.ones(1, 2)).tolist() == [[False, False]]


def test_an_optimiser_that_is_carried_over_cannot_stop_early() -> None:
    with pytest.raises(InvalidInput, match="carried over"):
        Schedule(carry=True, stop_at=0.9)
