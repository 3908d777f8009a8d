"""The candidate whose label would be believed least by a model that has not learned it.

For a head fitted to fixed features, score = log((1 - q) / q), q the probability of the candidate's
own label by approximate leave-one-out. Features that were learned from these very labels give them
away to any head; there the score is the mean loss of the label over the epochs of training. Unlike
the loss at the end, neither forgives what was learned by heart. The suspect plays no part.

Only the `SHORTLIST` candidates of the largest loss are looked at without their labels; a label
loses belief when it is left out, so the others follow them, by their loss.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..protocols import Ranking, Suspect, TopLayer
from .ranking import best

SHORTLIST = 16


class LeaveOneOut:
    """Scores in nats; higher = more likely mislabelled."""

    def __call__(
        self, suspect: Suspect, top: TopLayer, candidates: Tensor, limit: int
    ) -> Ranking:
        return best(top, candidates, doubt(top, candidates), limit)


def doubt(top: TopLayer, rows: Tensor, shortlist: int = SHORTLIST) -> Tensor:
    """(M,) float64: the mean loss of the labels of `rows` (M,) while they were learned, or the log
    odds against them, from -14 to 14."""
    if top.learning is not None:
        return top.learning[rows].double()
    learned = _odds(top.probs[rows], top.labels[rows])
    if len(rows) <= shortlist:
        return _odds(top.held_out(rows), top.labels[rows]) if len(rows) else learned
    first = torch.topk(learned, shortlist).indices
    found = _odds(top.held_out(rows[first]), top.labels[rows[first]])
    learned = learned.clamp(max=float(found.min()))
    learned[first] = found
    return learned


def _odds(probs: Tensor, labels: Tensor) -> Tensor:
    own = probs.double().gather(1, labels[:, None])[:, 0]
    return -torch.logit(own, eps=1e-6)
