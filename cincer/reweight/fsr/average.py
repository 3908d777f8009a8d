"""A running mean of a network's weights: smoother than the last of them."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ...errors import InvalidInput
from ...protocols import Network


class Average:
    """With decay d, old values count min(d, (1 + n) / (10 + n)) after n steps, so that the first
    weights are soon forgotten; d = 0: no mean is kept. Whole numbers are taken as they are."""

    def __init__(self, network: Network, decay: float) -> None:
        self.decay, self.taken = decay, 0
        self.state = {name: value.clone() for name, value in _state(network).items()}

    def take(self, network: Network) -> None:
        """Moves towards the weights that `network` has now."""
        old = min(self.decay, (1 + self.taken) / (10 + self.taken))
        self.taken += 1
        for name, value in _state(network).items():
            if self.decay and value.is_floating_point():
                self.state[name].lerp_(value, 1 - old)
            else:
                self.state[name].copy_(value)

    def give(self, network: Network) -> None:
        """Sets the weights of `network` to the mean."""
        with torch.no_grad():
            for name, value in _state(network).items():
                value.copy_(self.state[name])


def _state(network: Network) -> dict[str, Tensor]:
    return {name: value.detach() for name, value in as_module(network).state_dict().items()}


def as_module(network: Network) -> nn.Module:
    """The network as a torch module."""
    if not isinstance(network, nn.Module):
        raise InvalidInput(f"the model must be a torch.nn.Module, not {type(network).__name__}")
    return network
