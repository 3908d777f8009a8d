"""Heads that were not fitted to one fold of the rows each: what they say of other examples.

The head without fold f moves from the fitted one by one Newton step,

    (H - H_f) D_f = (1/S) sum_{i in f} w_i r_i (x) x_i,

with H the damped Fisher matrix of all rows and H_f the fold's part of it: leave-one-out (see
`held_out`), a fold at a time. The strength of the penalty, l2 * S, stays as it was. Row i lies in
fold i mod `FOLDS`. Each system is solved by conjugate gradients on the other folds' rows, with the
inverse at hand as its preconditioner, so nothing is factorised for it.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from .fisher import product
from .head import residuals, total_weight
from .solve import conjugate_gradients

FOLDS = 5
TOLERANCE = 1e-2
MAX_STEPS = 50


def fold_steps(
    features: Tensor, probs: Tensor, labels: Tensor, weights: Tensor, damping: float,
    solve: Callable[[Tensor], Tensor],
) -> Tensor:
    """(FOLDS, K, P) float64: what each fold's head adds to the fitted weights. `features` (N, P),
    `probs` (N, K), `labels` (N,), `weights` (N,); `solve`: a damped inverse of
    all rows, near enough to precondition with."""
    total = max(total_weight(features, weights), 1e-300)
    toward = residuals(probs, labels) * weights[:, None]
    folds = torch.arange(len(labels)) % FOLDS
    steps = torch.zeros(FOLDS, probs.shape[1], features.shape[1], dtype=torch.float64)
    for fold in range(FOLDS):
        inside = folds == fold
        gradient = (toward[inside].T @ features[inside]).double() / total
        if not bool(gradient.any()):
            continue
        others = features[~inside], probs[~inside], weights[~inside]
        share = total_weight(features, others[2]) / total
        steps[fold], _ = conjugate_gradients(
            _curvature(*others, share, damping), gradient, solve, TOLERANCE, MAX_STEPS)
    return steps


def fold_probabilities(steps: Tensor, features: Tensor, probs: Tensor) -> Tensor:
    """(N, K) float64: the mean of what the folds' heads say of rows (N, P) of which the fitted head
    says `probs` (N, K). Logits may be shifted by a constant, so log p stands for them."""
    logits = probs.double().clamp(min=1e-30).log()
    moved = torch.einsum("fkp,np->fnk", steps, features.double())
    return torch.softmax(logits + moved, dim=2).mean(dim=0)


def _curvature(
    features: Tensor, probs: Tensor, weights: Tensor, share: float, damping: float
) -> Callable[[Tensor], Tensor]:
    return lambda v: share * product(v, features, probs, weights) + damping * v
