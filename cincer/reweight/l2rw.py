"""`l2rw`: the weights of a batch are what would have helped most (Ren et al. 2018).

From a look-ahead with all weights 0, each row gets max(-d trusted loss / d weight, 0), scaled to
sum 1 over the batch; the real step uses these. Nothing is remembered from step to step: the answer
is the mean over the epochs since the delay, in which a row's weight is 1 on the average.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..kernels.lookahead import alignment
from ..kernels.trusted import Trusted
from ..protocols import TopLayer
from .options import Options
from .passes import Moment, weigh
from .weights import Scale, Weights, relative


class Momentary:
    """Sums of the weights that C rows had, as a `passes.Rule`."""

    def __init__(self, rows: int, options: Options, like: torch.dtype) -> None:
        self.options = options
        self.sums = torch.zeros(rows, dtype=like)

    def step(self, at: Moment) -> Tensor:
        if at.epoch < self.options.delay:
            return at.step(torch.ones_like(at.losses))
        helpful = alignment(at.trusted_gradient(at.head), at.features, at.residuals).clamp(min=0)
        self.sums[at.at] += helpful / helpful.mean().clamp(min=1e-30)
        return at.step(helpful)

    def weights(self, losses: Tensor) -> Tensor:
        return relative(self.sums) if bool(self.sums.any()) else torch.ones_like(self.sums)


class L2rw:
    def __init__(self, options: Options) -> None:
        self.options = options

    def __call__(
        self, top: TopLayer, trusted: Trusted, candidates: Tensor | None = None
    ) -> Weights:
        return weigh(top, trusted, candidates, self.options,
                     lambda rows: Momentary(rows, self.options, top.features.dtype),
                     Scale.RELATIVE)
