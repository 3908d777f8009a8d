"""What the head would be without some of its rows: to first order, and by refitting.

Leaving rows out takes their losses out of S J = sum_i w_i CE_i + (l2 S / 2) |W|^2; the prior's
strength l2 S stays as it is, so that only the rows are missing. To first order the probability of
label y for features x then changes by

    p(y | x) / S * sum_k w_k * -grad(x, y)' H^-1 grad(k),

Top Fisher's score (Teso et al. 2021, Eq. 14) times p / S for a single row (Koh and Liang 2017), and
the sum of the singles for a group, which takes them to be independent (Koh et al. 2019). The refit
takes nothing for granted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from .head import gradients
from .influence import conflict
from .newton import Fit, Rows, fit
from .solve import Inverse
from .treated import Treated, fit_treated

TOLERANCE = 1e-20
"""Newton decrement (nats) at which a refit stops; rounding usually stops it before."""

TO_THE_END = 100
"""Passes in which any fit is done."""

WAY = 1e-6
"""A refit is exact if its last decrement is at most this share of the first: the head is then
within a thousandth of the way it moved."""


def first_order(
    solved: Tensor, prob: float, features: Tensor, probs: Tensor, labels: Tensor, weights: Tensor,
    rows: Tensor,
) -> Tensor:
    """By how much p(y | x) rises if each of `rows` (M,) alone is left out: (M,) float64.

    `solved` (K, P) = H^-1 grad(x, y), `prob` = p(y | x); the others are those of all N known rows.
    """
    scores = conflict(solved, features, probs, labels, rows).double()
    total = max(float(weights.sum(dtype=torch.float64)), 1e-300)
    return scores * weights[rows].double() * (prob / total)


@dataclass(frozen=True, slots=True)
class Without:
    """A head refitted without some rows: `weights` (K, P) float64; `decrement` (nats) is what was
    left of the Newton decrement, `steps` how often all rows were looked at; `exact`: see `WAY`."""

    weights: Tensor
    decrement: float
    steps: int
    exact: bool


def refit_without(
    rows: Rows, l2: float, base: Fit, left: Tensor, *, inverse: Inverse | None = None,
    max_passes: int | None = None,
) -> Without:
    """The head fitted to `rows` but those in `left` (M,), from `base`, the fit to all of them.

    `inverse`: a factor for chord steps (default: the one `base` ended with). With `max_passes` that
    factor alone is used and the refit stops after so many looks at the rows; see `exact`.
    """
    inverse = inverse or base.inverse
    weights = torch.ones_like(base.probs[:, 0]) if rows.weights is None else rows.weights.clone()
    total, gone = float(weights.double().sum()), weights[left].double()
    weights[left] = 0
    rest = float(weights.double().sum())
    if rest <= 0:
        return Without(torch.zeros_like(base.weights), 0.0, 0, True)
    each = gradients(rows.features[left].double(), base.probs[left].double(), rows.labels[left])
    push = torch.einsum("n,nkp->kp", gone, each) / rest
    first = float((inverse.solve(push) * push).sum())
    kept = replace(rows, weights=weights)
    found = bounded_fit(kept, l2 * total / rest, base.weights, inverse, max_passes)
    exact = found.decrement <= max(WAY * first, TOLERANCE)
    return Without(found.weights, found.decrement, found.passes, exact)


def bounded_fit(
    rows: Rows, l2: float, start: Tensor, inverse: Inverse | None, max_passes: int | None
) -> Fit:
    """`newton.fit` to the end; or, with `max_passes`, so many looks at the rows at most and no new
    factor, unless there is none."""
    if isinstance(rows, Treated):
        return fit_treated(rows, l2, start, inverse, tolerance=TOLERANCE,
                           max_passes=max_passes or TO_THE_END)
    if max_passes is None or inverse is None:
        return fit(rows, l2, start, inverse, tolerance=TOLERANCE)
    return fit(rows, l2, start, inverse, tolerance=TOLERANCE, max_passes=max_passes,
               curve=lambda probs: inverse)
