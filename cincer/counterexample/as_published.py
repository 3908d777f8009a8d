"""Top Fisher as the authors' code ran it, for comparisons only.

Three differences from Eq. 14: the opposite sign; the Fisher matrix of 30 random known examples in
float32; a pseudo-inverse without damping or effective cut-off.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..errors import InvalidInput
from ..kernels.fisher import fisher
from ..kernels.influence import conflict
from ..kernels.solve import DENSE_LIMIT
from ..protocols import Ranking, Suspect, TopLayer
from ..rng import derive
from .ranking import best
from .top_fisher import gradient

SAMPLE = 30


class AsPublished:
    """Score = +grad(t)' pinv(F) grad(k); the sample is fixed by the seed and the suspect."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def __call__(
        self, suspect: Suspect, top: TopLayer, candidates: Tensor, limit: int
    ) -> Ranking:
        toward = gradient(suspect)
        if toward.numel() > DENSE_LIMIT:
            raise InvalidInput(
                f"as_published needs K*(D+1) <= {DENSE_LIMIT}, not {toward.numel()}; "
                "use top_fisher", size=toward.numel())
        source = torch.Generator().manual_seed(derive(self.seed, "fisher", suspect.position))
        drawn = _draw(top, source)
        matrix = fisher(top.features[drawn], top.probs[drawn]).float() * (len(drawn) / SAMPLE)
        inverse = torch.linalg.pinv(matrix, rtol=1e-15, hermitian=True)
        solved = (inverse @ toward.float().reshape(-1)).reshape(toward.shape)
        scores = -conflict(solved, top.features, top.probs, top.labels, candidates)
        return best(top, candidates, scores, limit)


def _draw(top: TopLayer, source: torch.Generator) -> Tensor:
    """(at most 30,) row numbers drawn without replacement from the rows that still count."""
    known = torch.nonzero(top.weights > 0)[:, 0]
    return known[torch.randperm(len(known), generator=source)[:SAMPLE]]
