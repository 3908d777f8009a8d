"""Influence on the suspect's probability (Koh and Liang 2017; Teso et al. 2021, Eq. 7).

Score = grad p(given | t)' H^-1 grad loss(k) / S: by how much p(given | t) rises, to first order, if
k is left out of a training set of total weight S. H is the Hessian of the head's objective, which
is its Fisher matrix plus the damping; how its inverse is applied is the variant:

influence_exact   the inverse at hand (a Cholesky factor while it fits)
influence_cg      conjugate gradients on products
influence_lissa   LiSSA: a stochastic recursion over single rows (Agarwal et al. 2017)
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..kernels.fisher import product
from ..kernels.influence import conflict
from ..kernels.lissa import lissa
from ..kernels.solve import conjugate_gradients
from ..protocols import Ranking, Suspect, TopLayer
from ..rng import derive
from .ranking import best
from .top_fisher import gradient

TOLERANCE = 1e-10
STEPS = 2000


class Influence:
    """`solve(gradient, top, suspect)` applies the inverse. Scores are changes of a probability."""

    def __init__(self, solve: Callable[[Tensor, TopLayer, Suspect], Tensor]) -> None:
        self.solve = solve

    def __call__(
        self, suspect: Suspect, top: TopLayer, candidates: Tensor, limit: int
    ) -> Ranking:
        solved = self.solve(gradient(suspect), top, suspect)
        scores = conflict(solved, top.features, top.probs, top.labels, candidates)
        share = float(suspect.probs[suspect.given]) / max(float(top.weights.sum()), 1e-30)
        return best(top, candidates, scores * share, limit)


def exact(seed: int) -> Influence:
    return Influence(lambda g, top, suspect: top.solve(g))


def by_conjugate_gradients(seed: int) -> Influence:
    return Influence(lambda g, top, suspect: _by_products(g, top))


def by_lissa(seed: int) -> Influence:
    def solve(target: Tensor, top: TopLayer, suspect: Suspect) -> Tensor:
        source = torch.Generator().manual_seed(derive(seed, "lissa", suspect.position))
        return lissa(target, top.features, top.probs, top.weights, top.damping, source)

    return Influence(solve)


def _by_products(target: Tensor, top: TopLayer) -> Tensor:
    def matrix(v: Tensor) -> Tensor:
        return product(v, top.features, top.probs, top.weights) + top.damping * v

    return conjugate_gradients(matrix, target, lambda v: v, TOLERANCE, STEPS)[0]
