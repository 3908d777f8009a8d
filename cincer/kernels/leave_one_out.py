"""Approximate leave-one-out (ALO): what the head would say of a row it was not fitted to.

One Newton step from the fitted W towards the optimum without row i (Rad and Maleki 2020; for
softmax a K x K system a row):

    z_i(without i) = z_i + (I - w_i B_i L_i)^-1 B_i w_i r_i,    B_i = X_i H^-1 X_i' / S,

with L_i = diag p_i - p_i p_i', r_i = p_i - onehot(y_i), H the Hessian of J. The penalty of the head
is chosen by the log loss of these probabilities.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ..errors import InvalidInput
from .fisher import class_block
from .head import chunks, own_losses, residuals, total_weight
from .newton import Fit, Rows, curvature
from .solve import Cholesky

BLOCK_LIMIT = 2000
"""Columns up to which the diagonal blocks of a large Hessian are formed."""

GRID_STEP = 10**0.5


def leave_one_out(rows: Rows, weights: Tensor, probs: Tensor, l2: float) -> Tensor:
    """(N, K) float64 probabilities of every row under the head fitted without it.

    `weights` (K, P) must be fitted to `rows` with `l2`, and `probs` (N, K) be theirs. Where the
    Hessian is too large to be formed, its diagonal blocks (one a class) stand in for it, which
    makes small penalties look worse than they are; with more than `BLOCK_LIMIT` columns that raises
    `InvalidInput`.
    """
    leverage_of = _leverages(rows, probs, l2)
    w = torch.ones(len(probs)) if rows.weights is None else rows.weights
    total = max(total_weight(rows.features, rows.weights), 1e-300)
    found = torch.empty(probs.shape, dtype=torch.float64)
    for part in chunks(len(probs), 1024):
        x, p = rows.features[part], probs[part].double()
        r, scale = residuals(p, rows.labels[part]), w[part].double()[:, None, None] / total
        leverage = leverage_of(x) * scale
        curve = torch.diag_embed(p) - p[:, :, None] * p[:, None, :]
        system = torch.eye(rows.classes, dtype=torch.float64) - leverage @ curve
        moved: Tensor = torch.linalg.solve(system, leverage @ r[:, :, None])
        logits = x.double() @ weights.T + moved[:, :, 0]
        found[part] = torch.softmax(logits, dim=1)
    return found


def _leverages(rows: Rows, probs: Tensor, l2: float) -> Callable[[Tensor], Tensor]:
    """The function from features (n, P) to X_i H^-1 X_i', (n, K, K) float64."""
    if rows.dense:
        exact = curvature(rows, probs, l2)
        assert isinstance(exact, Cholesky)
        return exact.leverage
    if rows.features.shape[1] > BLOCK_LIMIT:
        raise InvalidInput(f"leave-one-out needs at most {BLOCK_LIMIT} columns, "
                           f"not {rows.features.shape[1]}")
    factors = []
    for k in range(rows.classes):
        block = class_block(rows.features, probs[:, k], rows.weights)
        block.diagonal().add_(l2)
        factors.append(torch.linalg.cholesky(block))
    return lambda x: torch.diag_embed(_block_leverage(factors, x))


def _block_leverage(factors: list[Tensor], features: Tensor) -> Tensor:
    """(n, K): x' H_kk^-1 x for each class."""
    columns = features.double().T
    turned = [torch.linalg.solve_triangular(factor, columns, upper=False) for factor in factors]
    return torch.stack([(half * half).sum(dim=0) for half in turned], dim=1)


def log_loss(probs: Tensor, labels: Tensor, row_weights: Tensor | None = None) -> float:
    """Weighted mean of -log p(label), in nats; probabilities below 1e-12 count as 1e-12."""
    losses = own_losses(probs, labels)
    if row_weights is None:
        return float(losses.mean())
    weights = row_weights.double()
    return float((losses * weights).sum() / weights.sum())


def natural_scale(features: Tensor, classes: int) -> float:
    """Mean diagonal entry of the Hessian at W = 0: the unit in which penalties are searched, so
    that the search does not depend on the unit of the features."""
    spread = (1 - 1 / classes) / classes
    mean_square = float((features.double() ** 2).mean()) if len(features) else 1.0
    return max(spread * mean_square, 1e-12)


@dataclass(frozen=True, slots=True)
class Tried:
    """One penalty and how it did: leave-one-out log loss in nats, lower is better."""

    l2: float
    loss: float
    fit: Fit


def judge(rows: Rows, l2: float, found: Fit) -> Tried:
    """How the head `found`, fitted to `rows` with `l2`, does by approximate leave-one-out."""
    probs = leave_one_out(rows, found.weights, found.probs, l2)
    return Tried(l2, log_loss(probs, rows.labels, rows.weights), found)
