"""Nearest Fisher (Teso et al. 2021): Top Fisher among the candidates close to the suspect.

Close is within `RADIUS` times the largest distance between two known examples; where nobody is, the
nearest candidate alone.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..protocols import Ranking, Suspect, TopLayer
from .nearest import distances
from .ranking import best
from .top_fisher import TopFisher

RADIUS = 0.25
SAMPLE = 512
"""Known examples, evenly spread over the rows, that the largest distance is taken from."""


class NearestFisher:
    """Scores as `top_fisher`; candidates out of reach come last, by distance, below every score
    within it."""

    def __init__(self, radius: float = RADIUS) -> None:
        self.radius = radius

    def __call__(
        self, suspect: Suspect, top: TopLayer, candidates: Tensor, limit: int
    ) -> Ranking:
        if not len(candidates):
            return best(top, candidates, top.features.new_empty(0), limit)
        far = distances(suspect, top, candidates)
        near = far <= max(self.radius * diameter(top), float(far.min()))
        inside = TopFisher()(suspect, top, candidates[near], int(near.sum()))
        outside = best(top, candidates[~near], -far[~near], int((~near).sum()))
        if not len(inside.scores):
            return outside
        floor = min(float(inside.scores.min()), 0.0)
        positions = torch.cat([inside.positions, outside.positions])[:limit]
        return Ranking(positions, torch.cat([inside.scores, outside.scores + floor])[:limit])


def diameter(top: TopLayer) -> float:
    """The largest distance between two of at most `SAMPLE` known examples."""
    every = torch.linspace(0, len(top.labels) - 1, min(len(top.labels), SAMPLE)).long()
    chosen = top.features[every]
    return float(torch.cdist(chosen, chosen).max())
