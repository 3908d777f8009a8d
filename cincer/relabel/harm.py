"""How much each training example harms the trusted set (RDIA, Kong et al. 2022, Eqs. 2, 6 and 7).

`harm` of example i = by how much the mean trusted loss falls, in nats and to first order, if i is
left out: Phi(z_i) / (N M) in the paper's terms. Above 0 = harmful. A trusted example is not counted
in its own harm.

The inverse Hessian of the head is applied by one of `SOLVERS`:

top_layer   whatever inverse the cache has at hand
dense       a Cholesky factor, formed for this
newton_cg   conjugate gradients on products, as in the paper
lissa       a stochastic recursion: cheap in memory, approximate
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..errors import UnknownName
from ..kernels.fisher import fisher, kronecker_parts, product
from ..kernels.head import gradients
from ..kernels.influence import conflict
from ..kernels.lissa import lissa
from ..kernels.solve import Cholesky, Iterative, Kronecker
from ..kernels.trusted import Trusted, is_trusted
from ..protocols import TopLayer
from ..rng import derive

BLOCK = 256
"""Rows whose gradients are solved for at a time."""

Solve = Callable[[Tensor], Tensor]


def _dense(top: TopLayer, seed: int) -> Solve:
    return Cholesky(fisher(top.features, top.probs, top.weights), top.damping).solve


def _newton_cg(top: TopLayer, seed: int) -> Solve:
    parts = kronecker_parts(top.features, top.probs, top.weights)
    return Iterative(
        lambda v: product(v, top.features, top.probs, top.weights), top.damping,
        Kronecker(*parts, top.damping)).solve


def _lissa(top: TopLayer, seed: int) -> Solve:
    def one(gradient: Tensor) -> Tensor:
        source = torch.Generator().manual_seed(derive(seed, "lissa"))
        return lissa(gradient, top.features, top.probs, top.weights, top.damping, source)

    return lambda g: one(g) if g.dim() == 2 else torch.stack([one(each) for each in g])


SOLVERS: dict[str, Callable[[TopLayer, int], Solve]] = {
    "top_layer": lambda top, seed: top.solve,
    "dense": _dense,
    "newton_cg": _newton_cg,
    "lissa": _lissa,
}


def solver(name: str, top: TopLayer, seed: int = 0) -> Solve:
    """The inverse Hessian of `top` applied to gradients (K, P) or (B, K, P)."""
    if name not in SOLVERS:
        raise UnknownName("solver", name, SOLVERS)
    return SOLVERS[name](top, seed)


def harm(top: TopLayer, trusted: Trusted, solve: Solve | None = None) -> Tensor:
    """(N,) float64 nats, one for each row of `top`; higher = more harmful. Zeros without trusted
    examples."""
    rows = len(top.labels)
    if not rows or not trusted.effective_size:
        return torch.zeros(rows, dtype=torch.float64)
    apply = solve or top.solve
    pushed = apply(trusted.gradient())
    found = conflict(pushed, top.features, top.probs, top.labels, torch.arange(rows)).double()
    own, share = _trusted_rows(top, trusted)
    for start in range(0, len(own), BLOCK):
        part = own[start:start + BLOCK]
        g = row_gradients(top, part)
        itself = (g * apply(g)).sum(dim=(1, 2))
        found[part] += share[start:start + BLOCK] * itself
    return found / total_weight(top)


def pair_harm(
    top: TopLayer, trusted: Trusted, rows: Tensor, solve: Solve | None = None
) -> Tensor:
    """(R, M) float64 nats: by how much the loss of each trusted example falls if a row of `rows`
    (R,) is left out. An example's harm to itself is 0."""
    apply = solve or top.solve
    found = torch.empty(len(rows), len(trusted), dtype=torch.float64)
    targets = trusted.gradients()
    solved = apply(targets) if len(trusted) <= len(rows) else targets
    for start in range(0, len(rows), BLOCK):
        g = row_gradients(top, rows[start:start + BLOCK])
        moved = g if len(trusted) <= len(rows) else apply(g)
        found[start:start + BLOCK] = -(moved.flatten(1) @ solved.flatten(1).T)
    itself = top.positions[rows][:, None] == trusted.positions[None, :]
    return found.masked_fill(itself, 0.0) / total_weight(top)


def row_gradients(top: TopLayer, rows: Tensor) -> Tensor:
    """(R, K, P) float64: the cross-entropy's gradient of each of `rows`."""
    return gradients(top.features[rows].double(), top.probs[rows].double(), top.labels[rows])


def total_weight(top: TopLayer) -> float:
    return max(float(top.weights.double().sum()), 1e-300)


def _trusted_rows(top: TopLayer, trusted: Trusted) -> tuple[Tensor, Tensor]:
    """Rows of `top` that are trusted, and the share of the trusted weight that each has."""
    own = torch.nonzero(is_trusted(top, trusted))[:, 0]
    places, order = trusted.positions.sort()
    at = order[torch.searchsorted(places, top.positions[own])]
    return own, trusted.shares[at]
