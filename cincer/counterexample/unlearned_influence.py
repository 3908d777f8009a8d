"""Of the candidates that are surely mislabelled, the one that speaks most for the suspicion.

Whether a candidate is wrong is judged as in `unlearned`, in nats. Who knows nothing gives a label
of K classes odds of K - 1 to 1 against, which is no evidence: sure is what is doubted by more than
`SURE` + log(K - 1) nats. Among those more doubt adds nothing, and Top Fisher (Teso et al. 2021,
Eq. 14) decides. Among the others doubt does.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..kernels.influence import conflict
from ..protocols import Ranking, Suspect, TopLayer
from .ranking import best
from .top_fisher import gradient
from .unlearned import doubted

SURE = 2.5
"""Nats beyond ignorance from which on a label counts as surely wrong: odds of 12 to 1."""

TIE = 1e-6
"""What a nat of doubt counts among sure candidates, beside the strongest influence."""


class UnlearnedInfluence:
    """Scores are nats of doubt up to `sure_from`; those of sure candidates are `sure_from` and the
    share, in [0, 1], that their influence is of the strongest among them. Higher = shown rather."""

    def __call__(
        self, suspect: Suspect, top: TopLayer, candidates: Tensor, limit: int
    ) -> Ranking:
        rows, scores = doubted(top, candidates)
        least = sure_from(top.probs.shape[1])
        sure = torch.nonzero(scores > least)[:, 0]
        if len(sure):
            share = _share(suspect, top, rows[sure])
            scores[sure] = least + share + TIE * (scores[sure] - least)
        return best(top, rows, scores, limit)


def sure_from(classes: int) -> float:
    """Nats of doubt above which a label of one of `classes` (at least 2) is surely wrong."""
    return SURE + math.log(classes - 1)


def _share(suspect: Suspect, top: TopLayer, rows: Tensor) -> Tensor:
    """(M,) float64 in [0, 1]: Top Fisher's score over the largest; 0 = speaks not for it."""
    solved = top.solve(gradient(suspect))
    found = conflict(solved, top.features, top.probs, top.labels, rows).double().clamp(min=0)
    most = found.max()
    return found / most if most > 0 else found
