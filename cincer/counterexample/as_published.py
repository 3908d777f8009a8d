"""Top Fisher as the authors' code ran it, for comparisons only.

Three differences from Eq. 14: the opposite sign; the Fisher matrix of 30 random known examples in
float32; a pseudo-inverse without damping or effective cut-off. Its scores are governed by rounding
noise in directions that the sample does not span, which favours candidates with large gradients.

A large head is first turned into the span of the rows at hand (sample, candidates, suspect): all
gradients and the matrix lie in it, so only the noise is another draw.
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
        source = torch.Generator().manual_seed(derive(self.seed, "fisher", suspect.position))
        drawn = _draw(top, source)
        features, here = _narrow(suspect, top, candidates, drawn)
        toward = torch.outer(gradient(suspect)[:, -1], here)
        matrix = fisher(features[drawn], top.probs[drawn]).float() * (len(drawn) / SAMPLE)
        solved = (_pseudo_inverse(matrix) @ toward.float().reshape(-1)).reshape(toward.shape)
        scores = -conflict(solved, features.to(top.probs.dtype), top.probs, top.labels,
                           candidates)
        return best(top, candidates, scores, limit)


def _narrow(
    suspect: Suspect, top: TopLayer, candidates: Tensor, drawn: Tensor
) -> tuple[Tensor, Tensor]:
    """(N, P') features of the rows and (P',) of the suspect, in the span if P is too large."""
    here, classes = suspect.features.double(), len(suspect.probs)
    if classes * len(here) <= DENSE_LIMIT:
        return top.features, here
    used = top.features[torch.cat([drawn, candidates])].double()
    basis: Tensor = torch.linalg.qr(torch.cat([used, here[None]]).T)[0]
    if classes * basis.shape[1] > DENSE_LIMIT:
        raise InvalidInput(
            f"as_published needs K*(D+1) <= {DENSE_LIMIT}, not {classes * basis.shape[1]}; "
            "use top_fisher", size=classes * basis.shape[1])
    return top.features.double() @ basis, here @ basis


def _pseudo_inverse(matrix: Tensor) -> Tensor:
    """Float32, by eigenvalues; by singular values where those are not found."""
    found: Tensor
    try:
        found = torch.linalg.pinv(matrix, rtol=1e-15, hermitian=True)
    except RuntimeError:  # eigenvalues not found
        found = torch.linalg.pinv(matrix, rtol=1e-15)
    return found


def _draw(top: TopLayer, source: torch.Generator) -> Tensor:
    """(at most 30,) row numbers drawn without replacement from the rows that still count."""
    known = torch.nonzero(top.weights > 0)[:, 0]
    return known[torch.randperm(len(known), generator=source)[:SAMPLE]]
