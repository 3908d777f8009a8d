"""RDIA's relabel function R and the loss it stands for (Kong et al. 2022, Eq. 12, Lemma 2).

R turns the label m of an example into weights y'_k = ln(1 - p_m) / ((K - 1) ln p_k) on the other
classes, so that the cross-entropy under y' is -ln(1 - p_m): the loss that unlearns m. It is a loss,
not a label: its largest weight is the model's best class other than m, and its weights may sum to
almost nothing.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..errors import InvalidInput

LEAST_OTHER = 1e-7
"""What 1 - p_m counts at least, in R."""

LEAST_PROBABILITY = 1e-12
"""What p_k counts at least, in R."""


def relabel_targets(probs: Tensor, labels: Tensor) -> Tensor:
    """R: `probs` (N, K) and `labels` (N,) to (N, K) in [0, 1/(K-1)], 0 at the label.

    Rows sum to at most 1; with two classes R is the other class. Where p_k is 0 or 1, or 1 - p_m
    is 0, the limits hold through the clamps above. Raises `InvalidInput` with fewer than 2 classes.
    """
    others = _others(probs, labels)
    classes = probs.shape[1]
    if classes == 2:
        return others.to(probs.dtype)
    left = other_mass(probs, labels).clamp(LEAST_OTHER, 1).log()[:, None]
    logs = probs.clamp(LEAST_PROBABILITY, 1).log()
    share = torch.where(logs < 0, left / ((classes - 1) * logs), torch.zeros_like(logs))
    return share.clamp(0, 1 / (classes - 1)) * others


def other_mass(probs: Tensor, labels: Tensor) -> Tensor:
    """(N,): 1 - p_m, summed over the other classes so that it is exact near 0."""
    return (probs * _others(probs, labels)).sum(dim=1)


def unlearn_loss(probs: Tensor, labels: Tensor) -> Tensor:
    """(N,) nats, >= 0: -ln(1 - p_m), with 1 - p_m at least `LEAST_OTHER`."""
    return -other_mass(probs, labels).clamp(LEAST_OTHER, 1).log()


def odds(probs: Tensor, labels: Tensor) -> Tensor:
    """(N,) >= 0: p_m / (1 - p_m), with 1 - p_m at least `LEAST_OTHER`.

    The gradient of the unlearning loss is minus this times the gradient of the cross-entropy, for
    any number of classes.
    """
    own = probs.gather(1, labels[:, None])[:, 0]
    return own / other_mass(probs, labels).clamp(min=LEAST_OTHER)


def best_other(probs: Tensor, labels: Tensor) -> Tensor:
    """(N,) int64: the most probable class that is not the label."""
    return probs.masked_fill(~_others(probs, labels), -1.0).argmax(dim=1)


def _others(probs: Tensor, labels: Tensor) -> Tensor:
    """(N, K) bool: all but the label's column."""
    if probs.shape[1] < 2:
        raise InvalidInput("there is no other class: relabelling needs at least 2 classes")
    every = torch.ones(probs.shape, dtype=torch.bool)
    return every.scatter_(1, labels[:, None], False)
