"""FSR for a whole network: only the head looks ahead, its features are shared.

Each batch passes through the network once, together with the probes: its rows mixed, its rows as
they are, the probes. Weights come from the closed form on the head; the loss is

    sum_i w_i CE(mixed row i) + pseudo_weight * mean_i CE(pseudo-label i, row i as it is),

the second term from `start` on. The meta-margin compares the mixed row before the step with the
row as it is after it. That is more than the step: a row whose own label is hard to believe does not
gain by being unmixed. It is what makes the scores tell right from wrong labels once they are
learned (digits, two layers, 40 % noise: an AUC of .99, of .6 with the row as it is on both sides).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from ...kernels.head import with_bias
from ...protocols import Network
from ...rng import derive
from .average import Average, as_module
from .batch import Batch, Probes, judge
from .head import cosine
from .mixup import mix
from .options import FsrOptions
from .progress import Progress
from .pseudo_labels import PseudoLabels


@dataclass(frozen=True, slots=True)
class Taught:
    """What FSR says of the N rows in the end: mean `weights` over the last passes (N,) float64, 1 =
    as if nothing were weighed; `scores` (N,) float64, low = good; the `dictionary` (D,) int64."""

    weights: Tensor
    scores: Tensor
    dictionary: Tensor


def train_network(
    network: Network, inputs: Tensor, labels: Tensor, options: FsrOptions, *,
    verified: tuple[Tensor, Tensor] | None = None, counts: Tensor | None = None,
) -> Taught:
    """Trains in place on inputs (N, F...) and labels (N,); leaves the network in inference mode.

    `verified`: inputs (V, F...) and labels (V,) that are in the dictionary whatever their score.
    `counts` (N,) >= 0: what rows count while they are not weighed; 1 by default. The same seed and
    inputs give the same network on one thread. Raises `InvalidInput` if it is no torch module."""
    module = as_module(network)
    beside = (inputs[:0], labels[:0]) if verified is None else verified
    progress = Progress(labels, beside[1], network.head.out_features, options)
    run = _Run(network, torch.cat([inputs, beside[0]]), labels, progress, counts)
    module.train()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive(options.seed, "dropout"))
        for epoch in range(options.epochs if len(labels) else 0):
            weighing = progress.begin(epoch)
            order = torch.randperm(len(labels), generator=progress.source)
            for rows in batches(order, options.batch):
                run.step(rows, epoch, weighing)
            progress.end()
    run.average.give(network)
    module.eval()
    return Taught(progress.mean_weights(), progress.scores.values, progress.picked)


def batches(order: Tensor, size: int) -> list[Tensor]:
    """Equal parts of at most `size` rows."""
    return list(order.tensor_split(-(-len(order) // size)))


class _Run:
    """A network in training."""

    def __init__(
        self, network: Network, pool: Tensor, labels: Tensor, progress: Progress,
        counts: Tensor | None,
    ) -> None:
        told = progress.options
        self.network, self.pool, self.labels, self.progress = network, pool, labels, progress
        self.counts = torch.ones(len(labels)) if counts is None else counts
        self.pseudo = PseudoLabels(len(labels), progress.classes, told.pseudo_decay,
                                   told.pseudo_temperature, released=told.released)
        self.optimizer = torch.optim.SGD(
            as_module(network).parameters(), lr=told.rate, momentum=told.momentum,
            weight_decay=told.weight_decay)
        self.average = Average(network, told.average)
        self.done = 0

    def step(self, rows: Tensor, epoch: int, weighing: bool) -> None:
        """One batch."""
        told, y, rate = self.progress.options, self.labels[rows], self._rate(len(rows))
        mixed, soft = mix(self.pool[rows], y, self.progress.classes,
                          told.mixup_shape if told.mixup else None, self.progress.source)
        entries, probe_labels = self.progress.draw() if weighing else (rows[:0], y[:0])
        learned, plain, seen = self._features(mixed, self.pool[rows], self.pool[entries])
        logits, plainly = self.network.head(learned), self.network.head(plain)
        losses = cross_entropy(logits, soft, reduction="none")
        with torch.no_grad():
            batch = Batch(rows, y, self._wide(learned), torch.softmax(logits, dim=1) - soft,
                          self._wide(plain), losses.detach())
            probes = Probes(entries, self._wide(seen), probe_labels) if weighing else None
            weights = judge(batch, self._matrix(), self._buffer(), told.look(rate, told.rate),
                            told.weight_decay, self.progress, probes)
            if probes is None:
                weights = self.counts[rows] / self.counts[rows].sum().clamp(min=1e-30)
        loss = (weights * losses).sum()
        if told.pseudo_weight and epoch >= told.start:
            loss = loss + told.pseudo_weight * cross_entropy(plainly, self.pseudo.of(rows))
        self.pseudo.saw(rows, plainly)
        self._learn(loss)

    def _features(self, *parts: Tensor) -> tuple[Tensor, ...]:
        """The features of `parts`, which pass through the network together."""
        passed = self.network.features(torch.cat(parts))
        return torch.split(passed, [len(part) for part in parts])

    def _learn(self, loss: Tensor) -> None:
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        self.optimizer.step()
        self.average.take(self.network)

    def _rate(self, rows: int) -> float:
        """The step size, by how much of the training is done."""
        told = self.progress.options
        rate = cosine(told.rate, self.done / max(len(self.labels), 1), told.epochs)
        self.optimizer.param_groups[0]["lr"] = rate
        self.done += rows
        return rate

    def _wide(self, features: Tensor) -> Tensor:
        """Detached features, with the ones that the bias is for."""
        found = features.detach()
        return found if self.network.head.bias is None else with_bias(found)

    def _matrix(self) -> Tensor:
        """The head as one matrix (K, P)."""
        head = self.network.head
        return _joined(head.weight.detach(), None if head.bias is None else head.bias.detach())

    def _buffer(self) -> Tensor | None:
        """The optimiser's momentum buffer of the head, (K, P); None before the first step."""
        head, state = self.network.head, self.optimizer.state
        weight = state[head.weight].get("momentum_buffer") if head.weight in state else None
        if weight is None:
            return None
        return _joined(weight, None if head.bias is None else state[head.bias]["momentum_buffer"])


def _joined(weight: Tensor, bias: Tensor | None) -> Tensor:
    return weight if bias is None else torch.cat([weight, bias[:, None]], dim=1)
