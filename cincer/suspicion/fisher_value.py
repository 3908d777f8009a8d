"""The example's influence on itself: g' F^-1 g, g its loss's gradient under the given label.

Divided by the total weight of the training set this is, to first order, by how many nats its own
loss falls if the example joins with that label (Koh and Liang 2017; the Fisher kernel of the
suspect with itself in the terms of Teso et al. 2021, Eq. 14). F is the damped Fisher matrix of all
known examples.
"""

from __future__ import annotations

from torch import Tensor

from ..kernels.head import gradients
from ..protocols import TopLayer


def fisher_value(features: Tensor, probs: Tensor, given: Tensor, top: TopLayer) -> Tensor:
    """(N, D+1), (N, K), (N,) to (N,): at least 0, without upper bound, in nats times the weight of
    the training set; higher = more suspicious. One product with
    the factor at hand a row."""
    toward = gradients(features.double(), probs.double(), given)
    return (toward * top.solve_near(toward)).flatten(1).sum(dim=1).clamp(min=0).to(probs.dtype)
