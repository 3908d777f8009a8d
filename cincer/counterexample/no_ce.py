"""No counter-example: the annotator sees the suspicious example alone."""

from __future__ import annotations

from torch import Tensor

from ..protocols import Ranking, Suspect, TopLayer
from .ranking import best


class NoCounterExample:
    """Always empty."""

    def __call__(
        self, suspect: Suspect, top: TopLayer, candidates: Tensor, limit: int
    ) -> Ranking:
        none = candidates[:0]
        return best(top, none, top.probs.new_empty(0), limit)
