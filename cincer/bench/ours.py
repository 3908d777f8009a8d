"""cincer's own influence scores as contenders, run in processes like the others (`rivals.py`).

Each is given the same head and damping. Fitting: the probabilities of all training examples, and
the inverse. A query: the test example's gradient, one solve, one pass over the features.
"""

from __future__ import annotations

import sys

import torch
from torch import Tensor

from ..kernels.fisher import kronecker_parts
from ..kernels.head import probabilities, residuals
from ..kernels.influence import conflict, identity_form
from ..kernels.newton import Rows, curvature
from ..kernels.solve import Inverse, Kronecker
from .rivals import Arrays, Entry, main


class Identity:
    """K_I: `practical_fisher`, as two products multiplied elementwise."""

    def __init__(self, data: Arrays) -> None:
        self.data = data

    def fit(self) -> None:
        self.residuals = residuals(probabilities(self.data.weights, self.data.x), self.data.y)

    def query(self, x: Tensor, y: Tensor) -> Tensor:
        own = residuals(probabilities(self.data.weights, x), y)
        return identity_form(x, own, self.data.x, self.residuals)[0]


class Exact:
    """K_M with M the damped inverse Hessian: `top_fisher` and `influence_exact`."""

    def __init__(self, data: Arrays) -> None:
        self.data = data

    def fit(self) -> None:
        self.probs = probabilities(self.data.weights, self.data.x)
        self.inverse = self.invert()

    def invert(self) -> Inverse:
        rows = Rows(self.data.x, self.data.y, None, len(self.data.weights))
        return curvature(rows, self.probs, self.data.damping)

    def query(self, x: Tensor, y: Tensor) -> Tensor:
        own = residuals(probabilities(self.data.weights, x), y)
        solved = self.inverse.solve(torch.outer(own[0].double(), x[0].double()))
        return conflict(solved, self.data.x, self.probs, self.data.y).neg_()


class Kfac(Exact):
    """K_M with M the inverse of one Kronecker product: `kfac`."""

    def invert(self) -> Inverse:
        return Kronecker(*kronecker_parts(self.data.x, self.probs), self.data.damping)


OURS: dict[str, Entry] = {
    "identity": Entry("cincer", "identity", "documented", Identity),
    "inverse": Entry("cincer", "inverse", "documented", Exact),
    "kfac": Entry("cincer", "kfac", "documented", Kfac),
}
"""By quantity."""

if __name__ == "__main__":
    main(sys.argv[1:], OURS)
