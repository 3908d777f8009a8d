"""The candidate whose label is doubted most by those who have not learned it.

Score = doubt by the neighbours + doubt while learning, in nats:

* log((1 - q) / q), q the probability of its own label by kernel ridge on the inputs of the other
  known examples (`kernels.kernel_ridge`);
* for a network trained on these labels, the mean over the epochs of the label's loss; for a head
  fitted to fixed features, the log odds of `leave_one_out`.

A trained network believes the labels it was trained on, and so do its features: the loss at the end
forgives what was memorised. The suspect plays no part. Higher = more likely mislabelled.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..kernels.kernel_ridge import neighbours_say
from ..protocols import Ranking, Suspect, TopLayer
from .leave_one_out import doubt
from .ranking import best

SUPPORT = 512
"""Known examples whose inputs are compared, besides the candidates looked at."""

SHORTLIST = 256
"""Candidates that are looked at: those doubted most by the second half of the score."""


class Unlearned:
    """Scores are sums of log odds and a loss, in nats."""

    def __call__(
        self, suspect: Suspect, top: TopLayer, candidates: Tensor, limit: int
    ) -> Ranking:
        learned = doubt(top, candidates)
        if not len(candidates):
            return best(top, candidates, learned, limit)
        first = torch.topk(learned, min(SHORTLIST, len(learned))).indices
        scores = torch.full_like(learned, -torch.inf)
        scores[first] = learned[first] + _by_neighbours(top, candidates[first])
        rest = torch.ones(len(learned), dtype=torch.bool)
        rest[first] = False
        scores[rest] = scores[first].min() - learned[first].max() + learned[rest]
        return best(top, candidates, scores, limit)


def _by_neighbours(top: TopLayer, rows: Tensor) -> Tensor:
    """(M,) float64 log odds against the labels of `rows` (M,)."""
    live = torch.nonzero(top.weights > 0)[:, 0]
    spread = torch.linspace(0, len(live) - 1, min(len(live), SUPPORT)).long()
    used = torch.unique(torch.cat([live[spread], rows]))
    said = neighbours_say(top.inputs(used), top.labels[used], top.probs.shape[1])
    at = torch.searchsorted(used, rows)
    own = said[at].gather(1, top.labels[rows][:, None])[:, 0]
    return -torch.logit(own, eps=1e-4)
