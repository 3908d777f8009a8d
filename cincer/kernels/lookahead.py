"""What a step on weighted rows does to the trusted loss, by each row's weight, in closed form.

One step of size eta on the mean loss of B rows under weights a, S = sum a:

    W' = W - eta gbar,    gbar = (1/S) sum_i a_i g_i,    g_i = outer(r_i, x_i)

With G the gradient of a trusted loss at W', the chain rule gives, exactly,

    d loss / d a_i = -(eta/S) <G, g_i - gbar>

The normaliser centres it: sum_i a_i d/da_i = 0, as the step does not change if all weights double.
For a single row <G, g_i> = r_i . (G x_i), so no gradient is ever formed row by row.

Of LSW (Hoang et al.), L2RW (Ren et al. 2018), Meta-Weight-Net (Shu et al. 2019) and FSR (Zhang &
Pfister 2021). Rows: features (B, P), residuals (B, K); gradients and heads (K, P).
"""

from __future__ import annotations

from torch import Tensor


def mean_gradient(features: Tensor, residuals: Tensor, weights: Tensor) -> Tensor:
    """(K, P): gbar under `weights` (B,), not all zero."""
    return (residuals * (weights / weights.sum())[:, None]).T @ features


def alignment(gradient: Tensor, features: Tensor, residuals: Tensor) -> Tensor:
    """(B,): <G, g_i>; above 0 = a step on the row alone lowers the loss that `gradient` is of."""
    return ((features @ gradient.T) * residuals).sum(dim=1)


def by_weight(
    gradient: Tensor, features: Tensor, residuals: Tensor, weights: Tensor, rate: float
) -> Tensor:
    """(B,): d loss / d a_i under `weights` a (B,) and step size `rate`; below 0 = helpful."""
    aligned = alignment(gradient, features, residuals)
    total = weights.sum()
    return (-rate / total) * (aligned - (weights * aligned).sum() / total)
