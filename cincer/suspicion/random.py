"""Suspicion that knows nothing but that the model disagrees: a baseline for experiments.

The score is fixed by the seed and the example's position, so that asking twice, by a newer model
too, gives the same answer.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from ..protocols import Score, Suspects, TopLayer
from ..rng import keyed_uniform


class Random:
    """Spread evenly over [0, 1) where the model predicts another class than the given one; 0 where
    it agrees."""

    batched = False

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __call__(self, known: Callable[[], TopLayer]) -> Score:
        return self._score

    def _score(self, suspects: Suspects) -> Tensor:
        drawn = [keyed_uniform(b"cincer-random", self.seed, position)
                 for position in suspects.positions.tolist()]
        scores = suspects.probs.new_tensor(drawn).clamp(max=1 - 2**-23)
        return torch.where(suspects.doubted, scores, 0)
