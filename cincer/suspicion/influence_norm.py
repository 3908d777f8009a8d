"""How far learning the label would carry the head: the norm of the gradient turned by the inverse
Fisher matrix, |F^-1 g|, g under the given label.

Divided by the total weight of the training set this is, to first order, the distance the head's
weights move if the example joins. F is the damped Fisher matrix of all known examples.
"""

from __future__ import annotations

from torch import Tensor

from ..kernels.head import gradients
from ..protocols import TopLayer


def influence_norm(features: Tensor, probs: Tensor, given: Tensor, top: TopLayer) -> Tensor:
    """(N, D+1), (N, K), (N,) to (N,): at least 0, without upper bound, in the unit of the weights;
    higher = more suspicious. One product with the factor at hand
    a row."""
    solved = top.solve_near(gradients(features.double(), probs.double(), given))
    found: Tensor = solved.flatten(1).norm(dim=1).to(probs.dtype)
    return found
