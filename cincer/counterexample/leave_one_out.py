"""The candidate whose label would be believed least by a model that has not learned it.

Score = log((1 - q) / q), q the probability of the candidate's own label by `TopLayer.held_out`:
approximate leave-one-out for a fitted head, the mean over the epochs for a network trained from
scratch. Unlike the loss, it does not forgive what the model has learned by heart. The suspect plays
no part.

Only the `SHORTLIST` candidates of the largest loss are looked at without their labels; a label
loses belief when it is left out, so the others follow them, by their loss.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..protocols import Ranking, Suspect, TopLayer
from .ranking import best

SHORTLIST = 64


class LeaveOneOut:
    """Log odds in nats that the label is wrong, as the model sees it; higher = more likely."""

    def __call__(
        self, suspect: Suspect, top: TopLayer, candidates: Tensor, limit: int
    ) -> Ranking:
        return best(top, candidates, doubt(top, candidates), limit)


def doubt(top: TopLayer, rows: Tensor, shortlist: int = SHORTLIST) -> Tensor:
    """(M,) float64 log odds against the labels of `rows` (M,), from -14 to 14."""
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
