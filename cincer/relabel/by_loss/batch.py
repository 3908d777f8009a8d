"""What a batch strategy is given and returns, and what they share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from ...errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Moment:
    """Where training stands: `epoch` from 0, the share of a batch that is kept (RDIA's rho) and the
    noise rate it was made from, both in [0, 1]."""

    epoch: int
    keep_fraction: float
    noise_rate: float


@dataclass(frozen=True, slots=True)
class Step:
    """One loss a network, to be minimised; `kept` (B,) bool: the rows that the first network learns
    from as labelled."""

    losses: tuple[Tensor, ...]
    kept: Tensor


class BatchLoss(Protocol):
    """A strategy: from one network's logits or two's to their losses. Pure."""

    @property
    def networks(self) -> int:
        """How many networks learn side by side: 1 or 2."""
        ...

    def __call__(self, logits: tuple[Tensor, ...], labels: Tensor, at: Moment) -> Step:
        """`logits` (B, K) each, `labels` (B,) int64."""
        ...


@dataclass(frozen=True, slots=True)
class LossOptions:
    """
    relabel_loss_weight  RDIA-LS's gamma, in [0, 1]: what the rows unlearned count
    warm_up              epochs before anything is unlearned
    ascent_scale, ascent_share   SIGUA: how much the loss of a row is raised, and of which share of
                         the high losses (the smallest of them)
    """

    relabel_loss_weight: float = 0.05
    warm_up: int = 0
    ascent_scale: float = 0.01
    ascent_share: float = 0.5

    def __post_init__(self) -> None:
        for name in ("relabel_loss_weight", "ascent_scale", "ascent_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise InvalidInput(f"{name} must be 0 to 1, not {getattr(self, name)}", field=name)
        if self.warm_up < 0:
            raise InvalidInput(f"warm_up must be at least 0, not {self.warm_up}", field="warm_up")


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """(B,) nats."""
    return torch.nn.functional.cross_entropy(logits, labels, reduction="none")


def unlearning(logits: Tensor, labels: Tensor) -> Tensor:
    """(B,) nats, >= 0: -log(1 - p_m), from log sums so that nothing needs clamping."""
    rest = logits.scatter(1, labels[:, None], -torch.inf)
    return torch.logsumexp(logits, dim=1) - torch.logsumexp(rest, dim=1)


def order_of(losses: Tensor) -> Tensor:
    """(B,) row numbers, smallest loss first; of equal losses the earlier row first."""
    return torch.argsort(losses.detach(), stable=True)


def count_kept(rows: int, keep_fraction: float) -> int:
    """How many of `rows` are kept: at least one."""
    return max(1, min(rows, int(keep_fraction * rows + 1e-9)))


def small_first(losses: Tensor, keep_fraction: float) -> tuple[Tensor, Tensor]:
    """Row numbers of the small losses, which are kept, and of the others; smallest first."""
    order = order_of(losses)
    kept, high = order.tensor_split([count_kept(len(order), keep_fraction)])
    return kept, high


def as_mask(rows: Tensor, size: int) -> Tensor:
    """(size,) bool, true at `rows`."""
    mask = torch.zeros(size, dtype=torch.bool, device=rows.device)
    mask[rows] = True
    return mask


def mean(losses: Tensor) -> Tensor:
    """The mean, 0 of nothing."""
    return losses.sum() / max(len(losses), 1)
