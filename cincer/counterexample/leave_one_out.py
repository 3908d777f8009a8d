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
EPS = 1e-6


class LeaveOneOut:
    """Scores in nats; higher = more likely mislabelled."""

    def __call__(
        self, suspect: Suspect, top: TopLayer, candidates: Tensor, limit: int
    ) -> Ranking:
        return best(top, candidates, doubt(top, candidates), limit)


def doubt(top: TopLayer, rows: Tensor, shortlist: int = SHORTLIST) -> Tensor:
    """(M,) float64: the mean loss of the labels of `rows` (M,) while they were learned, or the log
    odds against them, from -14 to 14.

    A row that came after the training (or got its label since) was not learned by the features; its
    loss left out of the head stands for what training would have said, no higher than the highest
    of those that were learned.
    """
    if top.learning is None:
        return -torch.logit(_belief(top, rows, shortlist), eps=EPS)
    found = top.learning[rows].double()
    late = found.isnan()
    if bool(late.any()):
        losses = -_belief(top, rows[late], shortlist).clamp(min=EPS).log()
        most = top.learning[~top.learning.isnan()]
        found[late] = losses.clamp(max=float(most.max())) if len(most) else losses
    return found


def _belief(top: TopLayer, rows: Tensor, shortlist: int) -> Tensor:
    """(M,) float64: the probability of each label left out, for the shortlist; no lower than the
    highest of those for the others."""
    labels, classes = top.labels[rows], top.probs.shape[1]
    learned = top.probs.reshape(-1)[rows * classes + labels].double()
    first = torch.topk(learned, min(shortlist, len(rows)), largest=False).indices
    if not len(first):
        return learned
    found = top.held_out(rows[first]).gather(1, labels[first][:, None])[:, 0]
    learned = learned.clamp(min=float(found.max()))
    learned[first] = found
    return learned
