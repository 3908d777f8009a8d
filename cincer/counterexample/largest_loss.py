"""The candidate the model believes least: largest cross-entropy of its own label."""

from __future__ import annotations

from torch import Tensor

from ..protocols import Ranking, Suspect, TopLayer
from .ranking import best


class LargestLoss:
    """Score = -log p(label) of the candidate, in nats; the suspect plays no part."""

    def __call__(
        self, suspect: Suspect, top: TopLayer, candidates: Tensor, limit: int
    ) -> Ranking:
        labels = top.labels[candidates][:, None]
        own = top.probs[candidates].gather(1, labels)[:, 0]
        return best(top, candidates, -own.clamp(min=1e-30).log(), limit)
