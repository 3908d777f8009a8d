"""The Fisher matrix of a whole network, exact, for small networks and few rows.

F = (1/S) sum_i w_i J_i' (diag p_i - p_i p_i') J_i, J_i (K, Q) the derivative of row i's logits by
all Q parameters. F has rank at most N K, far below Q: with F = A' A the damped inverse follows from
an (N K, N K) system, (F + d)^-1 g = (g - A' (A A' + d)^-1 A g) / d.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ..errors import InvalidInput
from .solve import check_damping

LIMIT = 100_000_000
"""N K Q numbers at most."""


def jacobians(module: nn.Module, x: Tensor) -> Tensor:
    """(M, F...) inputs to (M, K, Q) derivatives of the logits, in the module's present mode."""
    parameters = {name: p.detach() for name, p in module.named_parameters()}

    def logits(values: dict[str, Tensor], row: Tensor) -> Tensor:
        found: Tensor = torch.func.functional_call(module, values, (row[None],))
        return found[0]

    each: Callable[..., dict[str, Tensor]] = torch.func.vmap(torch.func.jacrev(logits), (None, 0))
    return torch.cat([part.flatten(2) for part in each(parameters, x).values()], dim=2)


def check_size(rows: int, classes: int, parameters: int) -> None:
    """Raises `InvalidInput` where A would not fit."""
    if rows * classes * parameters > LIMIT:
        raise InvalidInput(
            f"full_fisher is for small models: {rows} rows x {classes} classes x {parameters} "
            f"parameters is more than {LIMIT}; use top_fisher", size=rows * classes * parameters)


def solve_whole(
    gradient: Tensor, derivatives: Tensor, probs: Tensor, weights: Tensor, damping: float
) -> Tensor:
    """(F + damping)^-1 `gradient` (Q,), F of rows with `derivatives` (N, K, Q), (N, K), (N,)."""
    check_damping(damping)
    p, share = probs.double(), weights.double() / weights.double().sum().clamp(min=1e-300)
    roots = p.sqrt()
    turned = derivatives.double() * roots[:, :, None]
    turned -= roots[:, :, None] * torch.einsum("nk,nkq->nq", p, derivatives.double())[:, None]
    a = (turned * share.sqrt()[:, None, None]).flatten(0, 1)
    inner = a @ a.T
    inner.diagonal().add_(damping)
    g = gradient.double()
    inside = torch.cholesky_solve((a @ g)[:, None], torch.linalg.cholesky(inner))[:, 0]
    return (g - a.T @ inside) / damping
