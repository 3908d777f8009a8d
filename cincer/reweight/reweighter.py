"""`reweighter`: trusted examples are weighed first, so that sure labels count and doubtful ones do
not (Reweighter, Yang et al. 2024).

What the trusted rows i think of a training row j is w_j = sum_i v_i g_ij, with g_ij the product of
their gradients at the head: above 0, learning from j lowers the loss of i. The trusted weights v
are those under which the rows whose labels the model is surest of come out positive, the least sure
ones negative, and no class alone holds the positive weight (`trust`). A trusted example that
contradicts what is sure, mislabelled itself or far from everything, loses its voice.

Eq. 1 of the paper takes phi(w_j), the logistic function, for the probability that j is clean; that
is the weight here. (The paper trains on w_j itself, batch by batch. A head fitted to such weights
sees only what it has not learned yet: on a stream of MNIST they cost a quarter of its F1.)
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..kernels.head import own_losses, residuals
from ..kernels.influence import identity_form
from ..kernels.lookahead import alignment
from ..kernels.trusted import Trusted, eligible, refusal
from ..protocols import TopLayer
from .history import Recorder
from .options import Options
from .trust import Sure, Votes
from .weights import Scale, Weights, answer, unweighed

SHARE = 0.1
"""Share of each class's rows that are sure, and as many that are doubtful: by the margin of their
own label."""

STEPS = 10
"""Steps of the trusted weights in an epoch."""


class Reweighter:
    def __init__(self, options: Options) -> None:
        self.options = options

    def __call__(
        self, top: TopLayer, trusted: Trusted, candidates: Tensor | None = None
    ) -> Weights:
        if note := refusal(top, trusted, self.options.least):
            return unweighed(top, note)
        rows = eligible(top, trusted, candidates)
        if not len(rows):
            return unweighed(top, "there are no rows to weigh")
        own = residuals(top.probs[rows].double(), top.labels[rows])
        theirs = residuals(trusted.probs.double(), trusted.labels)
        plus, minus = sure(top.probs[rows], top.labels[rows], SHARE)
        asked = torch.cat([plus, minus])
        votes = Votes(
            identity_form(trusted.features.double(), theirs, top.features[rows[asked]].double(),
                          own[asked]),
            Sure(len(plus), top.labels[rows[plus]]), trusted.shares)
        losses = own_losses(top.probs[rows], top.labels[rows])
        recorder = Recorder(self.options.history)
        weighed = torch.zeros(len(rows), dtype=torch.float64)
        for _ in range(self.options.epochs):
            votes.improve(STEPS)
            gradient = (theirs * votes.weights[:, None]).T @ trusted.features.double()
            weighed = torch.sigmoid(alignment(
                gradient, top.features[rows].double(), own) / votes.scale)
            recorder.take(weighed, losses)
        return answer(top, rows, weighed, Scale.TRUST, 0.5, recorder.history())


def sure(probs: Tensor, labels: Tensor, share: float) -> tuple[Tensor, Tensor]:
    """Of rows (N, K), (N,) those with the largest and as many with the smallest margin of their own
    label over the best other, by class: (S+,) and (S-,) row numbers. No row is both."""
    own = probs.gather(1, labels[:, None])[:, 0]
    margin = own - probs.scatter(1, labels[:, None], -1.0).amax(dim=1)
    plus, minus = [], []
    for label in torch.unique(labels).tolist():
        members = torch.nonzero(labels == label)[:, 0]
        order = members[margin[members].argsort(descending=True, stable=True)]
        count = min(max(1, round(share * len(order))), len(order) // 2)
        plus.append(order[:count])
        minus.append(order[len(order) - count:])
    return torch.cat(plus), torch.cat(minus)
