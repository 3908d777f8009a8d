"""`held_out`: how probable it is that a label is right, by heads that never saw it.

Labels are taken to be wrong at one unknown rate e, a wrong one being any other class alike. With p
the probability of the label under a head fitted without the row's fold, Bayes' rule gives

    P(right | label) = (1 - e) p / ((1 - e) p + e (1 - p) / (K - 1))

which is the weight. Expectation maximisation goes on from there: the folds' heads are fitted again
with those weights, and e is the mean of what is taken to be wrong. No trusted label is needed;
those there are count 1 and teach every fold but their own. A wrong rate or wrong classes that are
not alike make the weights less sharp, not less ordered.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..kernels.head import probabilities
from ..kernels.newton import Fit, Rows, fit
from ..kernels.trusted import Trusted, eligible
from ..protocols import TopLayer
from ..rng import derive
from .history import Recorder
from .options import Options
from .weights import Scale, Weights, answer, unweighed

FOLDS = 5
ROUNDS = 4
"""Rounds of expectation maximisation at most; what a second one changes is most of it."""

FITTED = 20_000
"""Rows that a fold's head is fitted to at most; of more, a sample."""

TOLERANCE = 1e-6
"""Nats: the decrement at which a fit is done."""

RATES = (1e-3, 0.9)
"""Bounds of e, so that no weight is settled beforehand."""


class HeldOut:
    def __init__(self, options: Options) -> None:
        self.options = options

    def __call__(
        self, top: TopLayer, trusted: Trusted, candidates: Tensor | None = None
    ) -> Weights:
        rows = eligible(top, trusted, candidates)
        if top.probs.shape[1] < 2:
            return unweighed(top, "there is only one class")
        if not len(rows):
            return unweighed(top, "there are no rows to weigh")
        recorder = Recorder(self.options.history)
        weights = (top.weights > 0).double()
        folds, rate = _Folds(top, self.options.seed), None
        for _ in range(min(ROUNDS, self.options.epochs)):
            said = folds.said(weights)[rows]
            own = said.gather(1, top.labels[rows, None])[:, 0].clamp(1e-30, 1 - 1e-12)
            if rate is None:
                rate = float((said.argmax(dim=1) != top.labels[rows]).double().mean())
            weights[rows] = right(own, rate, top.probs.shape[1])
            rate = float(1 - weights[rows].mean())
            recorder.take(weights[rows], -own.log())
        return answer(top, rows, weights[rows], Scale.TRUST, 0.5, recorder.history())


def right(own: Tensor, rate: float, classes: int) -> Tensor:
    """P(right | label) (C,) float64 from the held-out probabilities of the labels (C,) and the rate
    at which labels are wrong."""
    wrong = min(max(rate, RATES[0]), RATES[1])
    there = (1 - wrong) * own.double()
    return there / (there + wrong * (1 - own.double()) / (classes - 1))


class _Folds:
    """Heads that each leave a fold out. One starts where it ended itself, never from another,
    which has seen its fold."""

    def __init__(self, top: TopLayer, seed: int) -> None:
        self._top = top
        source = torch.Generator().manual_seed(derive(seed, "held out"))
        self._fold = torch.randperm(len(top.labels), generator=source) % FOLDS
        self._among = torch.rand(len(top.labels), generator=source)
        self._heads: list[Fit | None] = [None] * FOLDS

    def said(self, weights: Tensor) -> Tensor:
        """(N, K) float64 of all rows, each by the head that left it out."""
        top = self._top
        found = torch.empty(top.probs.shape, dtype=torch.float64)
        for number in range(FOLDS):
            out = self._fold == number
            taught = torch.nonzero(~out & (weights > 0))[:, 0]
            if len(taught) > FITTED:
                taught = taught[self._among[taught].argsort()[:FITTED]].sort().values
            rows = Rows(top.features[taught], top.labels[taught],
                        weights[taught].to(top.features.dtype), top.probs.shape[1])
            last = self._heads[number]
            head = (fit(rows, top.damping, tolerance=TOLERANCE) if last is None else
                    fit(rows, top.damping, last.weights, last.inverse, tolerance=TOLERANCE))
            self._heads[number] = head
            found[out] = probabilities(head.weights, top.features[out]).double()
        return found
