"""What the model looks at: how much each input number moves the logit of the predicted class."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ..errors import InvalidInput
from ..kernels.head import chunks

CHUNK = 512


def saliency(network: nn.Module, inputs: Tensor) -> Tensor:
    """(N, F...): |d z_c / d x| at each of `inputs` (N, F...), with c the predicted class
    (Simonyan, Vedaldi and Zisserman 2014). The network must be in inference mode, or rows would
    touch one another's; nothing is left in its gradients."""
    if network.training:
        raise InvalidInput("saliency is that of a network in inference mode: call eval() first")
    found = [_of(network, inputs[part]) for part in chunks(len(inputs), CHUNK)]
    return torch.cat(found) if found else inputs.clone()


def _of(network: nn.Module, inputs: Tensor) -> Tensor:
    x = inputs.detach().clone().requires_grad_(True)
    top = network(x).amax(dim=1).sum()
    gradient: Tensor = torch.autograd.grad(top, x)[0]
    return gradient.abs()
