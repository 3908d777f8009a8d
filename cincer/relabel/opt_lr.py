"""OptLR: subsampling by the size of the influence on the parameters (Ting and Brochu 2018).

A row is kept with probability pi = min(1, max(floor, c |H^-1 grad|)), c such that about
`keep_share` of the rows are kept, and then counts 1 / pi, so that sums stay unbiased. (RDIA's paper
prints the constants as max{a, min{1, lambda psi}} with a = 1 / max psi, which cannot be meant.)
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..kernels.trusted import Trusted, eligible, refusal
from ..protocols import TopLayer
from ..rng import derive
from .compose import compose
from .harm import BLOCK, Solve, harm, row_gradients, solver
from .options import Options
from .suggestions import Suggestions, Treat, nothing

FLOOR = 0.1


class OptLr:
    """Drops and reweights, whatever the harm. The same seed and rows, the same draw."""

    def __init__(self, options: Options) -> None:
        self.options = options

    def __call__(
        self, top: TopLayer, trusted: Trusted, candidates: Tensor | None = None
    ) -> Suggestions:
        if note := refusal(top, trusted, self.options.least):
            return nothing(top, note)
        solve = solver(self.options.solver, top, self.options.seed)
        rows = eligible(top, trusted, candidates)
        chances = keeping(influence_norms(top, rows, solve), self.options.keep_share)
        source = torch.Generator().manual_seed(derive(self.options.seed, "subsampling"))
        kept = torch.rand(len(rows), generator=source, dtype=torch.float64) < chances
        weights = top.weights.clone()
        weights[rows[kept]] = (weights[rows[kept]].double() / chances[kept]).to(weights.dtype)
        return compose(top, trusted, [(Treat.DROP, rows[~kept])], harm(top, trusted, solve),
                       self.options, solve, weights)


def influence_norms(top: TopLayer, rows: Tensor, solve: Solve) -> Tensor:
    """(R,) float64: |H^-1 grad| of each of `rows`."""
    found = [solve(row_gradients(top, rows[start:start + BLOCK])).flatten(1).norm(dim=1)
             for start in range(0, len(rows), BLOCK)]
    return torch.cat(found) if found else torch.empty(0, dtype=torch.float64)


def keeping(norms: Tensor, share: float) -> Tensor:
    """(R,) in [FLOOR, 1]: probabilities in proportion to `norms` within these bounds, with the mean
    `share` (or `FLOOR`, if that is more)."""
    if not len(norms) or not float(norms.max()) > 0:
        return torch.full_like(norms, max(share, FLOOR))
    low, high = 0.0, 1 / float(norms[norms > 0].min())
    for _ in range(100):
        middle = (low + high) / 2
        mean = float((norms * middle).clamp(FLOOR, 1.0).mean())
        low, high = (middle, high) if mean < share else (low, middle)
    return (norms * high).clamp(FLOOR, 1.0)
