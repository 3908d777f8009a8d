"""Fitting the head: damped Newton, and chord steps with a factor that is already at hand.

A relabel leaves the Hessian as it was, so a factor of an earlier Hessian gives a step almost as
good as Newton's. Each step is judged by the Newton decrement g' H^-1 g (twice the estimated gap to
the optimum, in nats); a chord that stops paying is replaced by a fresh factor.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from .fisher import fisher, kronecker_parts, product
from .head import Evaluation, evaluate
from .solve import DENSE_LIMIT, Cholesky, Inverse, Iterative, Kronecker

QUADRATIC = 1e-4
"""Decrement below which full steps are taken unchecked: the loss is locally a parabola, and its
differences drown in float32 rounding."""

FLOOR = 1e-6
"""Decrement below which a step that does not halve it has met the rounding of the features."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What a head is fitted to: (N, P) features, (N,) labels, (N,) weights or None for ones."""

    features: Tensor
    labels: Tensor
    weights: Tensor | None
    classes: int

    @property
    def dense(self) -> bool:
        """Whether the Hessian is small enough to be formed."""
        return self.classes * self.features.shape[1] <= DENSE_LIMIT

    def at(self, weights: Tensor, l2: float) -> Evaluation:
        return evaluate(weights, self.features, self.labels, self.weights, l2)


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted head: `weights` (K, P) float64, `probs` (N, K), the last `decrement`, the number of
    passes over the rows, and the inverse it ended with (fresh = formed during this fit)."""

    weights: Tensor
    probs: Tensor
    loss: float
    decrement: float
    passes: int
    inverse: Inverse
    fresh: bool


def curvature(
    rows: Rows, probs: Tensor, damping: float, *, preconditioner: Inverse | None = None,
    tolerance: float = 1e-10,
) -> Inverse:
    """(F + damping I)^-1 of `rows` at `probs`: Cholesky if dense, else conjugate gradients."""
    if rows.dense:
        return Cholesky(fisher(rows.features, probs, rows.weights), damping)
    if preconditioner is None:
        parts = kronecker_parts(rows.features, probs, rows.weights)
        preconditioner = Kronecker(*parts, damping)
    return Iterative(
        lambda v: product(v, rows.features, probs, rows.weights), damping, preconditioner,
        tolerance)


def fit(
    rows: Rows, l2: float, start: Tensor | None = None, inverse: Inverse | None = None, *,
    tolerance: float = 1e-10, max_passes: int = 100,
    curve: Callable[[Tensor], Inverse] | None = None,
) -> Fit:
    """Minimises J over W from `start` (zeros if None) until the decrement is at most `tolerance`.

    `inverse`: a factor of an earlier Hessian for chord steps; None = Newton from the first step.
    `curve(probs)` forms a fresh inverse (default `curvature` of these rows).
    """
    make = curve or _curves(rows, l2)
    if start is None:
        start = torch.zeros(rows.classes, rows.features.shape[1], dtype=torch.float64)
    weights, here, passes = start.double(), rows.at(start, l2), 1
    newly = fresh = inverse is None
    inverse = inverse or make(here.probs)
    step, decrement = _step(inverse, here)
    while decrement > tolerance and passes < max_passes:
        moved, there, used = line_search(rows, l2, weights, here, step, decrement)
        passes, before, was_new = passes + used, decrement, newly
        if there is None and was_new:
            break
        weights, here, newly = moved, there or here, False
        step, decrement = _step(inverse, here)
        if decrement > 0.5 * before and (before < FLOOR or (was_new and before < QUADRATIC)):
            break
        if there is None or used > 1 or decrement > 0.05 * before:
            inverse, fresh, newly = make(here.probs), True, True
            step, decrement = _step(inverse, here)
    return Fit(weights, here.probs, here.loss, decrement, passes, inverse, fresh)


def _curves(rows: Rows, l2: float) -> Callable[[Tensor], Inverse]:
    """Fresh inverses of these rows that share one preconditioner, good enough for a step."""
    preconditioner: list[Inverse] = []

    def make(probs: Tensor) -> Inverse:
        if not preconditioner and not rows.dense:
            parts = kronecker_parts(rows.features, probs, rows.weights)
            preconditioner.append(Kronecker(*parts, l2))
        return curvature(rows, probs, l2, tolerance=1e-3,
                         preconditioner=preconditioner[0] if preconditioner else None)

    return make


def _step(inverse: Inverse, here: Evaluation) -> tuple[Tensor, float]:
    step = inverse.solve(here.gradient)
    return step, float((step * here.gradient).sum())


def line_search(
    rows: Rows, l2: float, weights: Tensor, here: Evaluation, step: Tensor, decrement: float
) -> tuple[Tensor, Evaluation | None, int]:
    """The first of 1, 1/2, 1/4 ... that lowers J enough: new weights, J there, passes used."""
    size = 1.0
    for used in range(1, 31):
        moved = weights - size * step
        there = rows.at(moved, l2)
        enough = there.loss <= here.loss - 1e-4 * size * decrement
        if enough or (decrement < QUADRATIC and there.loss <= here.loss + QUADRATIC):
            return moved, there, used
        size /= 2
    return weights, None, 30
