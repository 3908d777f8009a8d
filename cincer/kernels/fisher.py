"""Fisher matrix of the head, F = (1/S) sum_i w_i (diag p_i - p_i p_i') (x) (x_i x_i').

For plain cross-entropy this is the Hessian of the mean loss: labels do not enter it. Rows and
columns are ordered class-major, so F is (K*P, K*P) and `F.view(K, P, K, P)` is by class.
Only the products of different classes are summed; since the blocks of a row of F add up to zero,
the diagonal blocks follow without any cancellation.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .head import chunks, total_weight

ASSEMBLY_CHUNK = 4096
DIAGONAL_ABOVE = 2000
"""Columns above which the eigenvectors of B would cost more than they save."""


def fisher(features: Tensor, probs: Tensor, row_weights: Tensor | None = None) -> Tensor:
    """(N, P) and (N, K) to F (K*P, K*P) float64, positive semidefinite, no damping."""
    sums = zeros(probs.shape[1], features.shape[1])
    for part in chunks(len(features), ASSEMBLY_CHUNK):
        accumulate(sums, features[part], probs[part],
                   None if row_weights is None else row_weights[part])
    return complete(sums, probs.shape[1], total_weight(features, row_weights))


def zeros(classes: int, columns: int) -> Tensor:
    """The empty sum that `accumulate` adds to."""
    return torch.zeros(classes * columns, classes * columns, dtype=torch.float64)


def accumulate(
    sums: Tensor, features: Tensor, probs: Tensor, row_weights: Tensor | None
) -> None:
    """Adds the blocks k < l of sum_i w_i p_ik p_il x_i x_i' to `sums`, in place."""
    columns, classes = features.shape[1], probs.shape[1]
    scaled = (probs[:, :, None] * features[:, None, :]).reshape(len(features), -1)
    left = scaled if row_weights is None else scaled * row_weights[:, None]
    for k in range(classes - 1):
        here, rest = slice(k * columns, (k + 1) * columns), slice((k + 1) * columns, None)
        sums[here, rest] += (left[:, here].T @ scaled[:, rest]).double()


def complete(sums: Tensor, classes: int, total: float) -> Tensor:
    """F from the accumulated blocks k < l and the total weight S."""
    matrix = (sums + sums.T) / -max(total, 1e-300)
    blocks = matrix.view(classes, -1, classes, matrix.shape[0] // classes)
    diagonal = -blocks.sum(dim=2)
    for k in range(classes):
        blocks[k, :, k, :] = 0.5 * (diagonal[k] + diagonal[k].T)
    return matrix


def product(
    direction: Tensor, features: Tensor, probs: Tensor, row_weights: Tensor | None = None
) -> Tensor:
    """F times `direction` (K, P), matrix-free: two products over the rows. (K, P) float64."""
    turned = direction.to(features.dtype).T.contiguous()
    sums = torch.zeros_like(direction, dtype=torch.float64)
    for part in chunks(len(features)):
        p = probs[part]
        moved = (features[part] @ turned) * p
        moved -= p * moved.sum(dim=1, keepdim=True)
        if row_weights is not None:
            moved *= row_weights[part, None]
        sums += (moved.T @ features[part]).double()
    return sums / max(total_weight(features, row_weights), 1e-300)


def class_block(features: Tensor, own: Tensor, row_weights: Tensor | None = None) -> Tensor:
    """F's diagonal block (P, P) float64 of one class; `own` (N,) are its probabilities."""
    block = torch.zeros(features.shape[1], features.shape[1], dtype=torch.float64)
    for part in chunks(len(features)):
        p, x = own[part], features[part]
        scale = p * (1 - p) if row_weights is None else p * (1 - p) * row_weights[part]
        block += ((scale[:, None] * x).T @ x).double()
    return block / max(total_weight(features, row_weights), 1e-300)


def kronecker_parts(
    features: Tensor, probs: Tensor, row_weights: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """A (K, K) and B (P, P), float64, with F about A (x) B. Above `DIAGONAL_ABOVE` columns only
    B's diagonal (P,) is kept.

    A is the mean of diag p - p p'; B the second moment of the features, each row weighted by its
    uncertainty 1 - sum p^2 (the trace of its block), scaled so that the traces of F agree.
    """
    classes, columns = probs.shape[1], features.shape[1]
    a = torch.zeros(classes, classes, dtype=torch.float64)
    diagonal = columns > DIAGONAL_ABOVE
    b = torch.zeros(columns if diagonal else (columns, columns), dtype=torch.float64)
    for part in chunks(len(features)):
        p, x = probs[part], features[part]
        w = torch.ones_like(p[:, 0]) if row_weights is None else row_weights[part]
        a += torch.diag((w[:, None] * p).double().sum(dim=0)) - ((w[:, None] * p).T @ p).double()
        uncertain = w * (1 - (p * p).sum(dim=1))
        b += (uncertain @ (x * x) if diagonal else (uncertain[:, None] * x).T @ x).double()
    total = max(total_weight(features, row_weights), 1e-300)
    return a / total, b / max(float(torch.trace(a)), 1e-300)
