"""Restricts any strategy to the candidates nearest to the suspect in feature space.

A pair that looks alike is easier to judge (desideratum D2 of Teso et al. 2021).
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..protocols import CounterExample, Ranking, Suspect, TopLayer
from .nearest import distances


class Neighbours:
    """`inner` on the `count` nearest candidates."""

    def __init__(self, inner: CounterExample, count: int) -> None:
        self.inner, self.count = inner, count

    def __call__(
        self, suspect: Suspect, top: TopLayer, candidates: Tensor, limit: int
    ) -> Ranking:
        if len(candidates) > self.count:
            far = distances(suspect, top, candidates)
            near = torch.topk(far, self.count, largest=False).indices
            candidates = candidates[near.sort().values]
        return self.inner(suspect, top, candidates, limit)
