"""Passes over the rows in which head and weights are learned together.

A *rule* says what becomes of the weights at each step; `learn` does the rest: features brought to
one scale, batches drawn, the head stepped, weights and losses taken down. The head starts at zero,
whatever the cache's own head is: weights are learned while the labels are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from ..kernels.head import chunks, residuals
from ..kernels.lookahead import mean_gradient
from ..kernels.trusted import Trusted, eligible, refusal
from ..protocols import TopLayer
from ..rng import derive
from .history import Recorder
from .options import Options
from .weights import Scale, Weights, answer, unweighed


@dataclass(frozen=True, slots=True)
class Moment:
    """One step: B rows and M trusted examples under the head W (K, P).

    at         (B,) int64: their places among the C weighed rows
    features   (B, P), residuals (B, K), losses (B,) nats
    known      (M, P), known_labels (M,), known_counts (M,): the trusted part, counts of sum M
    epoch      from 0
    """

    at: Tensor
    features: Tensor
    residuals: Tensor
    losses: Tensor
    head: Tensor
    known: Tensor
    known_labels: Tensor
    known_counts: Tensor
    rate: float
    epoch: int

    def step(self, weights: Tensor) -> Tensor:
        """The head after a step on the mean loss under `weights` (B,); if all are 0, as it is."""
        if not bool(weights.any()):
            return self.head
        return self.head - self.rate * mean_gradient(self.features, self.residuals, weights)

    def trusted_gradient(self, head: Tensor) -> Tensor:
        """(K, P): of the sum of the trusted losses at `head`."""
        probs = torch.softmax(self.known @ head.T, dim=1)
        residual = residuals(probs, self.known_labels) * self.known_counts[:, None]
        return residual.T @ self.known


class Rule(Protocol):
    """Learns C weights; made anew for each answer."""

    def step(self, at: Moment) -> Tensor:
        """Moves the weights of the batch; returns the head after the step."""
        ...

    def weights(self, losses: Tensor) -> Tensor:
        """(C,) as they stand, under the `losses` (C,) of the head as it is."""
        ...


@dataclass(frozen=True, slots=True)
class Scaled:
    """Rows and trusted examples with centred columns and mean squared length 1, then a 1 for the
    bias: the step size means the same whatever the features are."""

    features: Tensor
    labels: Tensor
    known: Tensor
    known_labels: Tensor
    known_counts: Tensor
    classes: int


def scaled(top: TopLayer, trusted: Trusted, rows: Tensor) -> Scaled:
    """The weighed `rows` and the trusted set, whose last column is the bias."""
    features = top.features[rows, :-1]
    centre = features.double().mean(dim=0).to(features.dtype)
    features -= centre
    length = features.square().sum(dim=1).double().mean().sqrt().clamp(min=1e-12)
    known = (trusted.features[:, :-1].to(features.dtype) - centre) / float(length)
    features /= float(length)
    counts = trusted.shares.to(features.dtype) * len(trusted)
    return Scaled(_biased(features), top.labels[rows], _biased(known), trusted.labels, counts,
                  top.probs.shape[1])


def learn(data: Scaled, rule: Rule, options: Options, recorder: Recorder) -> Tensor:
    """All epochs; the head (K, P) at their end. The same seed and inputs give the same answer."""
    head = data.features.new_zeros(data.classes, data.features.shape[1])
    shuffler = torch.Generator().manual_seed(derive(options.seed, "batches"))
    for epoch in range(options.epochs):
        order = torch.randperm(len(data.labels), generator=shuffler)
        for part in chunks(len(order), options.batch):
            head = rule.step(_moment(data, order[part], head, options, epoch, shuffler))
        if recorder.on:
            losses = losses_of(data, head)
            recorder.take(rule.weights(losses), losses)
    return head


def losses_of(data: Scaled, head: Tensor) -> Tensor:
    """(C,) nats under `head`."""
    return torch.cat([
        torch.nn.functional.cross_entropy(data.features[part] @ head.T, data.labels[part],
                                          reduction="none")
        for part in chunks(len(data.labels))])


def weigh(
    top: TopLayer, trusted: Trusted, candidates: Tensor | None, options: Options,
    make: Callable[[int], Rule], scale: Scale,
) -> Weights:
    """The answer of the rule that `make` gives for a number of rows; a stated one where there is
    too little to go by."""
    rows = eligible(top, trusted, candidates)
    if note := refusal(top, trusted, options.least):
        return unweighed(top, note)
    if not len(rows):
        return unweighed(top, "there are no rows to weigh")
    data, recorder = scaled(top, trusted, rows), Recorder(options.history)
    rule = make(len(rows))
    head = learn(data, rule, options, recorder)
    found = rule.weights(losses_of(data, head))
    return answer(top, rows, found, scale, options.clean_from, recorder.history())


def _moment(
    data: Scaled, at: Tensor, head: Tensor, options: Options, epoch: int,
    source: torch.Generator,
) -> Moment:
    features, labels = data.features[at], data.labels[at]
    log_probs = torch.log_softmax(features @ head.T, dim=1)
    losses = -log_probs.gather(1, labels[:, None])[:, 0]
    known, known_labels, counts = data.known, data.known_labels, data.known_counts
    if len(known) > options.reference:
        drawn = torch.randperm(len(known), generator=source)[:options.reference]
        known, known_labels, counts = known[drawn], known_labels[drawn], counts[drawn]
    return Moment(at, features, residuals(log_probs.exp(), labels), losses, head,
                  known, known_labels, counts, options.rate, epoch)


def _biased(features: Tensor) -> Tensor:
    return torch.cat([features, features.new_ones(len(features), 1)], dim=1)
