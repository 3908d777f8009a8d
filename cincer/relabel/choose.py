"""Choosing the threshold by the loss on examples held out for choosing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from torch import Tensor

from ..errors import InvalidInput
from ..kernels.head import probabilities
from ..kernels.leave_one_out import log_loss
from ..kernels.newton import Fit
from ..kernels.trusted import Trusted
from ..protocols import TopLayer
from .suggestions import Relabeller, Suggestions
from .threshold import Threshold


@dataclass(frozen=True, slots=True)
class Selection:
    """What a choice is judged by: `features` (V, P), `labels` (V,), `weights` (V,) or None."""

    features: Tensor
    labels: Tensor
    weights: Tensor | None = None

    def loss(self, head: Tensor) -> float:
        """Mean log loss in nats under the weights `head` (K, P); lower is better."""
        return log_loss(probabilities(head, self.features), self.labels, self.weights)


@dataclass(frozen=True, slots=True)
class Tried:
    """A threshold, what it suggests, the head refitted to that, and the selection's loss."""

    threshold: Threshold
    suggestions: Suggestions
    fit: Fit
    loss: float


def by_validation(
    make: Callable[[Threshold], Relabeller], top: TopLayer, trusted: Trusted,
    selection: Selection, thresholds: Iterable[Threshold], *, start: Tensor | None = None,
    tolerance: float = 1e-10,
) -> tuple[Tried, list[Tried]]:
    """The threshold whose refitted head has the lowest selection loss (the first of equals), and
    all that were tried."""
    tried = []
    for threshold in thresholds:
        found = make(threshold)(top, trusted)
        fit = found.refit(top, start, tolerance)
        tried.append(Tried(threshold, found, fit, selection.loss(fit.weights)))
    if not tried:
        raise InvalidInput("there is no threshold to choose from")
    return min(tried, key=lambda each: each.loss), tried
