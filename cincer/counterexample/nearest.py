"""The nearest candidate in feature space (Euclidean): CINCER's 1-NN baseline."""

from __future__ import annotations

import torch
from torch import Tensor

from ..kernels.head import chunks
from ..protocols import Ranking, Suspect, TopLayer
from .ranking import best


class Nearest:
    """Score = minus the distance to the suspect, in the features' unit."""

    def __call__(
        self, suspect: Suspect, top: TopLayer, candidates: Tensor, limit: int
    ) -> Ranking:
        return best(top, candidates, -distances(suspect, top, candidates), limit)


def distances(suspect: Suspect, top: TopLayer, candidates: Tensor) -> Tensor:
    """(M,) Euclidean distances of the rows `candidates` to the suspect."""
    found = top.features.new_empty(len(candidates))
    here = suspect.features.to(top.features.dtype)
    for part in chunks(len(candidates)):
        offsets = top.features.index_select(0, candidates[part]) - here
        found[part] = torch.linalg.vector_norm(offsets, dim=1)
    return found
