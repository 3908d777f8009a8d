"""Any candidate: a baseline for experiments."""

from __future__ import annotations

import torch
from torch import Tensor

from ..protocols import Ranking, Suspect, TopLayer
from ..rng import derive
from .ranking import best


class Random:
    """Scores are drawn from [0, 1), fixed by the seed and the suspect's position."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __call__(
        self, suspect: Suspect, top: TopLayer, candidates: Tensor, limit: int
    ) -> Ranking:
        source = torch.Generator().manual_seed(
            derive(self.seed, "counter_example", suspect.position))
        return best(top, candidates, torch.rand(len(candidates), generator=source), limit)
