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
    labels, classes = top.labels[rows], top.probs.shape[1]
    learned = _odds(top.probs.reshape(-1)[rows * classes + labels])
    if len(rows) <= shortlist:
        return _odds(_own(top.held_out(rows), labels)) if len(rows) else learned
    first = torch.topk(learned, shortlist).indices
    found = _odds(_own(top.held_out(rows[first]), labels[first]))
    learned = learned.clamp(max=float(found.min()))
    learned[first] = found
    return learned


def _own(probs: Tensor, labels: Tensor) -> Tensor:
    return probs.gather(1, labels[:, None])[:, 0]


def _odds(own: Tensor) -> Tensor:
    return -torch.logit(own.double(), eps=1e-6)
