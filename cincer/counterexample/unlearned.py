"""The candidate whose label is doubted most by those who have not learned it.

Score = doubt by the neighbours + doubt while learning, in nats:

* log((1 - q) / q), q the probability of its own label by kernel ridge on the inputs of other known
  examples (`TopLayer.neighbours_doubt`);
* for a network trained on these labels, the mean over the epochs of the label's loss; for a head
  fitted to fixed features, the log odds of `leave_one_out`.

A trained network believes the labels it was trained on, and so do its features: the loss at the end
forgives what was memorised. The suspect plays no part. Higher = more likely mislabelled.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..protocols import Ranking, Suspect, TopLayer
from .leave_one_out import doubt
from .ranking import best

SHORTLIST = 256
"""Candidates whose neighbours are asked first: those doubted most by the second half."""


class Unlearned:
    """Scores are sums of log odds and a loss, in nats. Candidates whose neighbours were not asked
    follow the others, by the second half."""

    def __call__(
        self, suspect: Suspect, top: TopLayer, candidates: Tensor, limit: int
    ) -> Ranking:
        return best(top, *doubted(top, candidates), limit)


def doubted(top: TopLayer, candidates: Tensor) -> tuple[Tensor, Tensor]:
    """The candidates (M,), those doubted most by the second half first, and their scores (M,)."""
    learned = doubt(top, candidates)
    if not len(candidates):
        return candidates, learned
    order = _doubted_first(learned)
    rows, learned = candidates[order], learned[order]
    scores = learned + top.neighbours_doubt(rows)
    unasked = scores.isnan()
    scores[unasked] = scores[~unasked].min() - learned.max() + learned[unasked]
    return rows, scores


def _doubted_first(learned: Tensor) -> Tensor:
    first = torch.topk(learned, min(SHORTLIST, len(learned))).indices
    rest = torch.ones(len(learned), dtype=torch.bool)
    rest[first] = False
    return torch.cat([first, torch.nonzero(rest)[:, 0]])
