"""Expected gradient length (Settles and Craven 2008): how far a label would move the head, on the
average over the labels the model holds possible.

sum_k p_k |p - onehot(k)| |x|. The given label plays no part in it, only in whether the model
disagrees: among the labels it doubts, those whose true one would teach it most come first.
"""

from __future__ import annotations

from torch import Tensor

from ..protocols import TopLayer


def expected_gradient_length(
    features: Tensor, probs: Tensor, given: Tensor, top: TopLayer
) -> Tensor:
    """(..., N, D+1), (..., N, K), (..., N) to (..., N): at least 0, without upper bound, in nats
    per unit of the weights; higher = more to learn."""
    squares = (probs * probs).sum(dim=-1, keepdim=True) - 2 * probs + 1
    lengths = squares.clamp(min=0).sqrt()
    found: Tensor = (probs * lengths).sum(dim=-1) * features.norm(dim=-1)
    return found
