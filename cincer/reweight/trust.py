"""How much each trusted example's vote counts: the balance of Yang et al. (2024), Eqs. 1 to 3.

Given g (M, S), what M trusted rows think of S others of which the first are taken for clean and the
rest for wrong, find v >= 0 for

    w = v g
    L_c = half the mean of -log phi(w) over the clean, half that of -log(1 - phi(w)) over the wrong
    L_b = KL of the classes' shares of the positive weight of the clean from equal shares
    minimise  log(L_c + d) + log(L_b + d)

which is the paper's L_c / s_c^2 + L_b / s_b^2 + log(s_c s_b) with the scales s eliminated (for
given L the least is at s^2 = 2 L, where it is 1/2 + 1/2 log(2 L)). Two things are mended: the
paper's L_b, a negative entropy, has no such scale, so that its objective is unbounded below, and
log L goes to minus infinity for whichever comes to 0 first; d keeps both in play. Only the ratios
of v count (the released code keeps its length), or a longer v would pass for a better one. The
paper sums over both sides where there are means of each. Projected gradient steps with
backtracking: never uphill, and never below 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

FLOOR = 0.01
"""The d of the objective."""

ARMIJO, SMALLEST = 1e-4, 1e-12
TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Sure:
    """The first `clean` columns are taken for clean, with `labels` (clean,), the others for wrong.
    """

    clean: int
    labels: Tensor


class Votes:
    """`weights` (M,) float64 >= 0 of mean 1; they start at `shares` (M,). Influences are measured
    in units of `scale`, in which the sums over all votes are 1 in the mean at first."""

    def __init__(self, influence: Tensor, sure: Sure, shares: Tensor) -> None:
        start = shares.double() * len(shares)
        self.scale = float((start @ influence.double()).abs().mean().clamp(min=TINY))
        self._g, self._sure = influence.double() / self.scale, sure
        self.weights = start
        self._step = 1.0

    def objective(self, weights: Tensor) -> Tensor:
        """() the sum of the two logarithms."""
        found = (weights / weights.mean()) @ self._g
        return (separation(found, self._sure.clean) + FLOOR).log() + (
            balance(found[: self._sure.clean], self._sure.labels) + FLOOR).log()

    def improve(self, steps: int) -> None:
        """Up to `steps` steps downhill; fewer where no step is."""
        for _ in range(steps):
            here = self.weights.clone().requires_grad_()
            value = self.objective(here)
            slope, = torch.autograd.grad(value, here)
            if not self._descend(float(value.detach()), slope):
                return

    def _descend(self, value: float, slope: Tensor) -> bool:
        step = self._step * 4
        while step > SMALLEST:
            ahead = (self.weights - step * slope).clamp(min=0)
            if not float(ahead.sum()):
                step /= 2
                continue
            moved = float(((ahead - self.weights) ** 2).sum())
            if moved and float(self.objective(ahead)) <= value - ARMIJO * moved / step:
                self.weights, self._step = ahead / ahead.mean(), step
                return True
            step /= 2
        return False


def separation(found: Tensor, clean: int) -> Tensor:
    """() nats: L_c of w (S,), the first `clean` of which should be above 0, the others below."""
    softplus = torch.nn.functional.softplus
    sides = [softplus(-found[:clean]), softplus(found[clean:])]
    return torch.stack([side.mean() for side in sides if len(side)]).mean()


def balance(found: Tensor, labels: Tensor) -> Tensor:
    """() nats: KL of the classes' shares of the positive weight of w (C,) from equal shares, among
    the classes of `labels` (C,); 0 = balanced."""
    classes = torch.unique(labels)
    positive = found.clamp(min=0)
    sums = torch.stack([positive[labels == label].sum() for label in classes])
    shares = sums / (sums.sum() + TINY)
    return (shares * (shares * len(classes)).clamp(min=TINY).log()).sum().clamp(min=0)
