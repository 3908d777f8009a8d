"""Training by batch losses: Adam, whose rate falls linearly to 0 over the last epochs and whose
first moment shortens then (RDIA-LS and co-teaching use the same schedule)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ...errors import InvalidInput
from ...kernels.head import chunks
from ...rng import derive
from .batch import BatchLoss, Moment
from .schedule import estimated_noise_rate, keep_fraction


@dataclass(frozen=True, slots=True)
class Training:
    """The paper's settings: 200 epochs, keeping less over the first 10, the rate falling from epoch
    80 on, batches of 128."""

    epochs: int = 200
    ramp: int = 10
    decay_from: int = 80
    batch: int = 128
    rate: float = 1e-3
    weight_decay: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        if min(self.epochs, self.ramp, self.batch) < 1 or self.decay_from < 0:
            raise InvalidInput("epochs, ramp and batch must be at least 1, decay_from at least 0")

    def learning(self, epoch: int) -> tuple[float, float]:
        """Adam's rate and first moment in `epoch`, counted from 0."""
        if epoch < self.decay_from:
            return self.rate, 0.9
        return self.rate * (self.epochs - epoch) / max(self.epochs - self.decay_from, 1), 0.1


@dataclass(frozen=True, slots=True)
class Epoch:
    """After `epoch` (from 0): mean batch loss of the first network, and `kept` (N,) bool, the rows
    it learned as labelled."""

    epoch: int
    loss: float
    kept: Tensor


def train(
    make: Callable[[], nn.Module], strategy: BatchLoss, inputs: Tensor, labels: Tensor,
    noise_rate: float, training: Training, *, trained: Callable[[Sequence[nn.Module]], None],
) -> Iterator[Epoch]:
    """Trains fresh networks on inputs (N, F...) and labels (N,); yields after each epoch. `trained`
    is handed the networks before the first. The same seed and inputs give the same networks on one
    thread. Computed where the inputs are."""
    networks = [_made(make, training.seed, at).to(inputs.device)
                for at in range(strategy.networks)]
    trained(networks)
    optimizers = [torch.optim.Adam(each.parameters(), lr=training.rate,
                                   weight_decay=training.weight_decay) for each in networks]
    shuffler = torch.Generator().manual_seed(derive(training.seed, "batches"))
    for epoch in range(training.epochs):
        rate, momentum = training.learning(epoch)
        for optimizer in optimizers:
            optimizer.param_groups[0].update(lr=rate, betas=(momentum, 0.999))
        at = Moment(epoch, keep_fraction(epoch, noise_rate, training.ramp), noise_rate)
        order = torch.randperm(len(labels), generator=shuffler).to(inputs.device)
        kept = torch.zeros_like(labels, dtype=torch.bool)
        total = inputs.new_zeros((), dtype=torch.float64)
        for part in chunks(len(labels), training.batch):
            batch = order[part]
            step = strategy(tuple(each(inputs[batch]) for each in networks), labels[batch], at)
            for optimizer, loss in zip(optimizers, step.losses, strict=True):
                optimizer.zero_grad(set_to_none=True)
                torch.autograd.backward(loss)
                optimizer.step()
            kept[batch] = step.kept
            total += step.losses[0].detach() * len(batch)
        yield Epoch(epoch, float(total) / max(len(labels), 1), kept)


def estimate(
    make: Callable[[], nn.Module], strategy: BatchLoss, inputs: Tensor, labels: Tensor,
    training: Training,
) -> float:
    """The noise rate, by what a network briefly trained by `strategy` (plain training, before it
    memorises) on one half says of the other, and the reverse; see `estimated_noise_rate`."""
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(
        derive(training.seed, "halves"))).to(inputs.device)
    halves = order.tensor_split(2)
    rates = []
    for own, other in (halves, halves[::-1]):
        networks: list[nn.Module] = []
        for _ in train(make, strategy, inputs[own], labels[own], 0.0, training,
                       trained=networks.extend):
            pass
        rates.append(estimated_noise_rate(predict(networks[0], inputs[other]), labels[other]))
    return sum(rates) / 2


def predict(network: nn.Module, inputs: Tensor, chunk: int = 4096) -> Tensor:
    """(N, K) probabilities."""
    was = network.training
    network.eval()
    with torch.no_grad():
        found = [torch.softmax(network(inputs[part]), dim=1)
                 for part in chunks(len(inputs), chunk)]
    network.train(was)
    return torch.cat(found)


def _made(make: Callable[[], nn.Module], seed: int, at: int) -> nn.Module:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive(seed, "network", at))
        return make().train()
