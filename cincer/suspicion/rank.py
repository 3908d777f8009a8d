"""Scores without upper bound, stated as ranks among the known examples' own scores.

The norm of a gradient has the unit of the features and shrinks as the model becomes sure, so no
number on its scale is a threshold for another data set, or for the same one later. Its rank is: 0.9
says that the label is more suspicious than nine tenths of the labels in the training set are to the
same model. Ranks keep the order of the scores, so a budget of queries asks about the same ones.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeAlias

import torch
from torch import Tensor

from ..protocols import Score, Suspects, TopLayer

REFERENCE = 256
"""Known examples a score is compared with, spread evenly over all."""

SOLVED = 64
"""The same where each one costs a solve."""

Raw: TypeAlias = Callable[[Tensor, Tensor, Tensor, TopLayer], Tensor]
"""Features, probs and labels to scores, at least 0; higher = more suspicious."""


class Ranked:
    """`raw` of the suspects that the model doubts, as `ranks` in [0, 1]; 0 for the others, and
    where nothing is known."""

    batched, size = True, REFERENCE

    def __init__(self, raw: Raw) -> None:
        self.raw = raw

    def __call__(self, known: Callable[[], TopLayer]) -> Score:
        @cache
        def reference() -> tuple[TopLayer, Tensor]:
            top = known()
            return top, self._reference(top)

        def score(suspects: Suspects) -> Tensor:
            return self._score(suspects, *reference())

        return score

    def _score(self, suspects: Suspects, top: TopLayer, reference: Tensor) -> Tensor:
        own = self.raw(suspects.features, suspects.probs, suspects.given, top)
        return torch.where(suspects.doubted, ranks(own, reference), 0)

    def _reference(self, top: TopLayer) -> Tensor:
        """(..., R) the known examples' own scores, ascending; infinite where one has left."""
        rows = evenly(top.labels.shape[-1], self.size)
        own = self.raw(top.features[..., rows, :], top.probs[..., rows, :],
                       top.labels[..., rows], top)
        return own.masked_fill(top.weights[..., rows] <= 0, torch.inf).sort(dim=-1).values


class Turned(Ranked):
    """The same for a `raw` that solves with the inverse Fisher matrix: one model at a time, and
    nothing is solved for what the model agrees with."""

    batched, size = False, SOLVED

    def _score(self, suspects: Suspects, top: TopLayer, reference: Tensor) -> Tensor:
        at = torch.nonzero(suspects.doubted)[:, 0]
        scores = torch.zeros_like(suspects.probs[:, 0])
        if len(at) and len(reference):
            own = self.raw(suspects.features[at], suspects.probs[at], suspects.given[at], top)
            scores[at] = ranks(own, reference)
        return scores


def evenly(count: int, wanted: int) -> Tensor:
    """(at most `wanted`,) row numbers spread evenly over `count` rows."""
    size = min(count, wanted)
    return torch.arange(size) * count // max(size, 1)


def ranks(scores: Tensor, reference: Tensor) -> Tensor:
    """(..., M) scores, at least 0, among (..., R) `reference`, ascending, infinite entries at its
    end not counting: (..., M) in [0, 1], higher = more suspicious; 0 without reference.

    The share of the reference below a score, interpolated: with n entries the j-th stands at
    j / (n+1), a score s above the last one r at (n + 1 - r/s) / (n+1), so that no order is lost.
    """
    counted = reference.isfinite().sum(dim=-1, keepdim=True)
    if not reference.shape[-1]:
        return torch.zeros_like(scores)
    below = torch.searchsorted(reference, scores.contiguous())
    top = reference.gather(-1, (counted - 1).clamp(min=0))
    padded = torch.cat([torch.zeros_like(top), reference], dim=-1)
    low, high = padded.gather(-1, below), padded.gather(-1, (below + 1).clamp(max=counted))
    inside = ((scores - low) / (high - low)).nan_to_num(0)
    part = torch.where(below < counted, inside, 1 - top / scores)
    return ((below + part) / (counted + 1)).masked_fill(counted == 0, 0).clamp(0, 1)
