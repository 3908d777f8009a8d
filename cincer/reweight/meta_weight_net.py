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
LEARNING_RATE, BETAS, EPSILON = 1e-3, (0.9, 0.999), 1e-8
"""Adam's."""


def weight_net(seed: int, like: torch.dtype) -> nn.Sequential:
    """From (B, 1) losses to (B, 1) weights in (0, 1)."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive(seed, "weight net"))
        return nn.Sequential(nn.Linear(1, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1),
                             nn.Sigmoid()).to(like)


class Net:
    """The network with its slopes and Adam's steps written out: one vector of parameters, a third
    of the time of automatic differentiation for so small a network."""

    def __init__(self, seed: int, like: torch.dtype) -> None:
        made = weight_net(seed, like)
        self.values = nn.utils.parameters_to_vector(made.parameters()).detach().clone()
        self.first, self.second = (torch.zeros_like(self.values) for _ in range(2))
        self.steps = 0

    def __call__(self, losses: Tensor) -> Tensor:
        """(B,) to (B,)."""
        return self._forward(losses)[1]

    def descend(self, losses: Tensor, by_output: Tensor) -> None:
        """One step of Adam against the slopes `by_output` (B,) of the outputs."""
        hidden, said = self._forward(losses)
        inner = by_output * said * (1 - said)
        back = inner[:, None] * self.values[2 * HIDDEN:3 * HIDDEN] * (hidden > 0)
        self._adam(torch.cat([losses @ back, back.sum(dim=0), inner @ hidden, inner.sum()[None]]))

    def _forward(self, losses: Tensor) -> tuple[Tensor, Tensor]:
        slope, shift, out, last = self.values.tensor_split(
            [HIDDEN, 2 * HIDDEN, 3 * HIDDEN])
        hidden = torch.relu(losses[:, None] * slope + shift)
        return hidden, torch.sigmoid(hidden @ out + last)

    def _adam(self, slopes: Tensor) -> None:
        self.steps += 1
        self.first.lerp_(slopes, 1 - BETAS[0])
        self.second.mul_(BETAS[1]).addcmul_(slopes, slopes, value=1 - BETAS[1])
        first = self.first / (1 - BETAS[0] ** self.steps)
        second = self.second / (1 - BETAS[1] ** self.steps)
        self.values.addcdiv_(first, second.sqrt().add_(EPSILON), value=-LEARNING_RATE)


class ByLoss:
    """The network, as a `passes.Rule`."""

    def __init__(self, options: Options, like: torch.dtype) -> None:
        self.options = options
        self.net = Net(options.seed, like)

    def step(self, at: Moment) -> Tensor:
        if at.epoch < self.options.delay:
            return at.step(torch.ones_like(at.losses))
        weights = self.net(at.losses)
        gradient = by_weight(at.trusted_gradient(at.step(weights)), at.features, at.residuals,
                             weights, at.rate)
        self.net.descend(at.losses, gradient / len(at.known))
        return at.step(self.net(at.losses))

    def weights(self, losses: Tensor) -> Tensor:
        return relative(self.net(losses))


class MetaWeightNet:
    def __init__(self, options: Options) -> None:
        self.options = options

    def __call__(
        self, top: TopLayer, trusted: Trusted, candidates: Tensor | None = None
    ) -> Weights:
        return weigh(top, trusted, candidates, self.options,
                     lambda rows: ByLoss(self.options, top.features.dtype), Scale.RELATIVE)
