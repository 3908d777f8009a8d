"""Influence between examples: K_M(a, b) = grad(a)' M grad(b), with gradients of the head's loss.

The gradient of example a is residual_a (x) feature_a, so any K_M needs only features (N, P) and
residuals (N, K). CINCER's conflict (Teso et al. 2021, Eq. 14) is -K_M with M the inverse Fisher.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .head import chunks, gradients
from .solve import Inverse

PASS_CHUNK = 4096

FEW_CLASSES = 32
"""Up to this many, a product with few columns is faster as that of the transposed matrices."""


def identity_form(
    features_a: Tensor, residuals_a: Tensor, features_b: Tensor, residuals_b: Tensor
) -> Tensor:
    """K_I: (A, P), (A, K), (B, P), (B, K) to (A, B): two Gram matrices multiplied elementwise."""
    return (features_a @ features_b.T) * (residuals_a @ residuals_b.T)


def inverse_form(
    inverse: Inverse, features_a: Tensor, residuals_a: Tensor,
    features_b: Tensor, residuals_b: Tensor,
) -> Tensor:
    """K_M with M a damped inverse: (A, B) float64, one solve for each row of a."""
    solved = inverse.solve(residuals_a[:, :, None].double() * features_a[:, None, :].double())
    moved = torch.einsum("akp,bp->abk", solved, features_b.double())
    return torch.einsum("abk,bk->ab", moved, residuals_b.double())


def conflict(
    solved: Tensor, features: Tensor, probs: Tensor, labels: Tensor, rows: Tensor | None = None
) -> Tensor:
    """-<solved, grad(k)> for each k in `rows` (M,), None for all: one pass over their features.

    `solved` (K, P) = M grad(t). Higher = learning k pushed the model harder against t's label.
    """
    turned = solved.to(features.dtype).contiguous()
    ones = features.new_ones(len(solved))
    found = features.new_empty(len(features if rows is None else rows))
    for part in chunks(len(found), PASS_CHUNK):
        x, p, y = (_taken(values, rows, part) for values in (features, probs, labels))
        moved = _moved(x, turned)
        own = moved.gather(1, y[:, None])[:, 0]
        torch.sub(own, moved.mul_(p) @ ones, out=found[part])
    return found


def _moved(x: Tensor, turned: Tensor) -> Tensor:
    """(m, P) and (K, P) to (m, K)."""
    return (turned @ x.T).T if len(turned) <= FEW_CLASSES else x @ turned.T


def _taken(values: Tensor, rows: Tensor | None, part: slice) -> Tensor:
    return values[part] if rows is None else values.index_select(0, rows[part])


def relabel_change(
    inverse: Inverse, features: Tensor, probs: Tensor, labels: Tensor, new_labels: Tensor,
    target: Tensor, total: float,
) -> Tensor:
    """First-order change of <target, W> when each row alone is relabelled: (N,) float64.

    `target` (K, P): e.g. the gradient of a loss to watch; `total` = S. Koh and Liang 2017.
    """
    watched = inverse.solve(target)
    before, after = (gradients(features.double(), probs.double(), y) for y in (labels, new_labels))
    return -torch.einsum("nkp,kp->n", after - before, watched) / total
