"""How far the label would move the head: the norm of the loss's gradient under the given label.

|grad| = |r| |x|, with r = p - onehot(given) and x the features with a trailing 1: the gradient of
the head is their outer product.
"""

from __future__ import annotations

from torch import Tensor

from ..kernels.head import residuals
from ..protocols import TopLayer


def gradient_norm(features: Tensor, probs: Tensor, given: Tensor, top: TopLayer) -> Tensor:
    """(..., N, D+1), (..., N, K), (..., N) to (..., N): at least 0, without upper bound, in nats
    per unit of the weights; higher = more suspicious."""
    found: Tensor = residuals(probs, given).norm(dim=-1) * features.norm(dim=-1)
    return found
