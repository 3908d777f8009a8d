"""Training a whole network: Adam with its default rate, batches of 32, cross-entropy.

`from_scratch` follows Teso et al. 2021: every refit starts at the same initial weights and runs
all epochs. (Their code keeps Adam's moments from one refit to the next; here each starts fresh.)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..errors import InvalidInput
from ..protocols import Network
from ..rng import derive
from .early_stop import EarlyStop

BATCH = 32
State = dict[str, Tensor]


@dataclass(frozen=True, slots=True)
class Trained:
    """`epochs` completed; `loss` of the last, nats; `finished` = not stopped by `should_stop`."""

    epochs: int
    loss: float
    finished: bool


def initial_state(network: Network) -> State:
    """A copy of the network's weights, to come back to."""
    return {name: value.clone() for name, value in as_module(network).state_dict().items()}


def from_scratch(
    network: Network, start: State, inputs: Tensor, labels: Tensor, weights: Tensor | None = None,
    *, epochs: int, seed: int, should_stop: Callable[[], bool] | None = None,
    seen: Tensor | None = None, stop_at: float | None = None,
) -> Trained:
    """Back to the weights `start`, then `train`."""
    as_module(network).load_state_dict(start)
    return train(network, inputs, labels, weights, epochs=epochs, seed=seed,
                 should_stop=should_stop, seen=seen, stop_at=stop_at)


def train(
    network: Network, inputs: Tensor, labels: Tensor, weights: Tensor | None = None, *,
    epochs: int, seed: int, should_stop: Callable[[], bool] | None = None,
    seen: Tensor | None = None, stop_at: float | None = None,
) -> Trained:
    """Trains in place on inputs (N, F...), labels (N,), weights (N,) or None for ones; leaves the
    network in inference mode. `should_stop` is asked before each batch. The same seed and inputs
    give the same weights on one thread. `seen` (N,), zeros: gains the mean over the epochs of each
    row's loss just before the step that learned from it, in nats. `stop_at`: see `early_stop`."""
    module, rows = as_module(network), len(labels)
    ones = torch.ones(rows) if weights is None else weights
    shuffler = torch.Generator().manual_seed(derive(seed, "batches"))
    optimizer = torch.optim.Adam(module.parameters())
    loss, done = float("nan"), 0
    early = EarlyStop(math.inf if stop_at is None else stop_at)
    losses, hits = torch.zeros(rows), torch.zeros(rows, dtype=torch.bool)
    module.train()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive(seed, "dropout"))
        for _ in range(epochs if rows else 0):
            for batch in _batches(torch.randperm(rows, generator=shuffler)):
                if should_stop is not None and should_stop():
                    module.eval()
                    return Trained(done, loss, False)
                losses[batch], hits[batch] = _step(
                    module, optimizer, inputs[batch], labels[batch], ones[batch])
            loss, done = float((losses * ones).sum()) / rows, done + 1
            if seen is not None:
                seen += losses
            if stop_at is not None and bool(early.after((hits * ones).sum() / ones.sum())):
                break
    if seen is not None:
        seen /= max(done, 1)
    module.eval()
    return Trained(done, loss, True)


def _step(
    module: nn.Module, optimizer: torch.optim.Optimizer, inputs: Tensor, labels: Tensor,
    weights: Tensor,
) -> tuple[Tensor, Tensor]:
    """The rows' losses before the step, and whether their labels were predicted."""
    logits = module(inputs)
    losses = nn.functional.cross_entropy(logits, labels, reduction="none")
    optimizer.zero_grad(set_to_none=True)
    torch.autograd.backward((losses * weights).mean())
    optimizer.step()
    return losses.detach(), logits.detach().argmax(dim=1) == labels


def _batches(order: Tensor) -> Iterator[Tensor]:
    """Batches of 32; a last one of a single row joins the one before, for batch normalisation."""
    stop = len(order)
    for start in range(0, stop, BATCH):
        end = min(start + BATCH, stop)
        if stop - end == 1:
            yield order[start:]
            return
        yield order[start:end]


def is_linear(network: Network) -> bool:
    """Whether there is nothing to train but the head."""
    head = sum(p.numel() for p in network.head.parameters())
    return sum(p.numel() for p in as_module(network).parameters()) <= head


def as_module(network: Network) -> nn.Module:
    """The network as a torch module."""
    if not isinstance(network, nn.Module):
        raise InvalidInput(f"the model must be a torch.nn.Module, not {type(network).__name__}")
    return network
