"""`meta_weight_net`: a small network says from a row's loss what it counts (Shu et al. 2019).

One hidden layer of 100, a sigmoid at its end. Each step looks ahead under its weights, moves the
network by the trusted loss there (Adam, as released), and steps the head under the new weights.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..kernels.lookahead import by_weight
from ..kernels.trusted import Trusted
from ..protocols import TopLayer
from ..rng import derive
from .options import Options
from .passes import Moment, weigh
from .weights import Scale, Weights, relative

HIDDEN = 100
LEARNING_RATE = 1e-3


def weight_net(seed: int, like: torch.dtype) -> nn.Sequential:
    """From (B, 1) losses to (B, 1) weights in (0, 1)."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive(seed, "weight net"))
        return nn.Sequential(nn.Linear(1, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1),
                             nn.Sigmoid()).to(like)


class ByLoss:
    """The network, as a `passes.Rule`."""

    def __init__(self, options: Options, like: torch.dtype) -> None:
        self.options = options
        self.net = weight_net(options.seed, like)
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=LEARNING_RATE, fused=True)

    def step(self, at: Moment) -> Tensor:
        if at.epoch < self.options.delay:
            return at.step(torch.ones_like(at.losses))
        weights = self.net(at.losses[:, None])[:, 0]
        fixed = weights.detach()
        gradient = by_weight(at.trusted_gradient(at.step(fixed)), at.features, at.residuals,
                             fixed, at.rate)
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(weights, gradient / len(at.known))
        self.optimizer.step()
        return at.step(self._said(at.losses))

    def weights(self, losses: Tensor) -> Tensor:
        return relative(self._said(losses))

    def _said(self, losses: Tensor) -> Tensor:
        with torch.no_grad():
            found: Tensor = self.net(losses[:, None])[:, 0]
        return found


class MetaWeightNet:
    def __init__(self, options: Options) -> None:
        self.options = options

    def __call__(
        self, top: TopLayer, trusted: Trusted, candidates: Tensor | None = None
    ) -> Weights:
        return weigh(top, trusted, candidates, self.options,
                     lambda rows: ByLoss(self.options, top.features.dtype), Scale.RELATIVE)
