"""LSW for whole networks: joint training, then training anew with the weights it found.

`train_jointly` is Algorithm 1 (Hoang et al.) with plain SGD: the look-ahead step of the whole
network is the real step, and each weight of the batch moves against its gradient of the trusted
loss after it. That gradient is taken through the last layer alone (`last_layer`, closed form, about
the cost of plain training) or, as in the paper, through all of them (`whole`, by automatic
differentiation through the step). Dropout is off, and batch normalisation stays as it is.

`train_weighted` is the paper's second half: anew, with frozen weights, over rows that were kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..errors import InvalidInput, UnknownName
from ..kernels.head import chunks, residuals, with_bias
from ..kernels.lookahead import by_weight
from ..protocols import Network
from ..rng import derive
from .lsw import START, latent, weight_of
from .options import Options

THROUGH = ("last_layer", "whole")


@dataclass(frozen=True, slots=True)
class Examples:
    """inputs (N, F...), labels (N,) int64."""

    inputs: Tensor
    labels: Tensor


def train_jointly(
    network: Network, rows: Examples, trusted: Examples, options: Options, *,
    rate: float = 0.1, through: str = "last_layer",
    each_epoch: Callable[[int, Tensor], None] | None = None,
) -> Tensor:
    """Trains `network` in place; returns the weights (N,) of `rows` in (0, 1), higher = trusted
    more. `rate`: SGD's. `options.weight_rate` is per unit of `rate`, as gradients here have the
    network's own scale. `each_epoch` is given the epoch and the weights after it."""
    if through not in THROUGH:
        raise UnknownName("look-ahead", through, THROUGH)
    if not len(trusted.labels):
        raise InvalidInput("joint training needs trusted examples")
    gradient = GRADIENTS[through]
    module = _module(network)
    u = torch.full((len(rows.labels),), START)
    a = weight_of(u)
    shuffler = torch.Generator().manual_seed(derive(options.seed, "batches"))
    module.eval()
    for epoch in range(options.epochs):
        order = torch.randperm(len(u), generator=shuffler)
        for part in chunks(len(order), options.batch):
            at = order[part]
            batch = Examples(rows.inputs[at], rows.labels[at])
            known = _drawn(trusted, options.reference, shuffler)
            found = gradient(network, batch, known, a[at], rate, epoch >= options.delay)
            if found is not None:
                change = options.weight_rate / rate * found
                u[at], a[at] = latent(u[at], change, options.bound)
        if each_epoch is not None:
            each_epoch(epoch, a)
    return a


def train_weighted(
    network: Network, rows: Examples, weights: Tensor, options: Options, *, rate: float = 0.1
) -> None:
    """Trains in place on the rows of weight above 0, each batch's loss a weighted mean; the rate
    falls to 1e-8 along half a cosine, as in the paper. Leaves the network in inference mode."""
    module = _module(network)
    kept = torch.nonzero(weights > 0)[:, 0]
    shuffler = torch.Generator().manual_seed(derive(options.seed, "batches"))
    optimizer = torch.optim.SGD(module.parameters(), lr=rate, momentum=0.9)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, options.epochs, 1e-8)
    module.train()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive(options.seed, "dropout"))
        for _ in range(options.epochs):
            order = kept[torch.randperm(len(kept), generator=shuffler)]
            for part in chunks(len(order), options.batch):
                at = order[part]
                optimizer.zero_grad(set_to_none=True)
                torch.autograd.backward(
                    _loss(module, Examples(rows.inputs[at], rows.labels[at]), weights[at]))
                optimizer.step()
            falling.step()
    module.eval()


def _by_last_layer(
    network: Network, batch: Examples, trusted: Examples, weights: Tensor, rate: float, moves: bool
) -> Tensor | None:
    """One SGD step; the gradient by the weights through the last layer, if they move."""
    module, head = _module(network), network.head
    features = network.features(batch.inputs)
    logits = head(features)
    found = None
    if moves:
        with torch.no_grad():
            x = with_bias(features)
            residual = residuals(torch.softmax(logits, dim=1), batch.labels)
            known = with_bias(network.features(trusted.inputs))
            shares = (weights / weights.sum())[:, None]
            stepped = _head(head) - rate * (residual * shares).T @ x
            probs = torch.softmax(known @ stepped.T, dim=1)
            g = residuals(probs, trusted.labels).T @ known
            found = by_weight(g, x, residual, weights, rate)
    losses = nn.functional.cross_entropy(logits, batch.labels, reduction="none")
    _descend(module, (losses * weights).sum() / weights.sum(), rate)
    return found


def _by_all_layers(
    network: Network, batch: Examples, trusted: Examples, weights: Tensor, rate: float, moves: bool
) -> Tensor | None:
    """The same through the whole network, by automatic differentiation through the step."""
    module, given = _module(network), weights.clone().requires_grad_(moves)
    parameters = dict(module.named_parameters())
    slopes = torch.autograd.grad(_loss(module, batch, given), list(parameters.values()),
                                 create_graph=moves)
    ahead = {name: value - rate * slope
             for (name, value), slope in zip(parameters.items(), slopes, strict=True)}
    found = None
    if moves:
        logits = torch.func.functional_call(module, ahead, (trusted.inputs,))
        loss = nn.functional.cross_entropy(logits, trusted.labels, reduction="sum")
        found, = torch.autograd.grad(loss, [given])
    with torch.no_grad():
        for name, value in parameters.items():
            value.copy_(ahead[name])
    return found


GRADIENTS = {"last_layer": _by_last_layer, "whole": _by_all_layers}


def _loss(module: nn.Module, batch: Examples, weights: Tensor) -> Tensor:
    """The weighted mean."""
    losses = nn.functional.cross_entropy(module(batch.inputs), batch.labels, reduction="none")
    return (losses * weights).sum() / weights.sum()


def _descend(module: nn.Module, loss: Tensor, rate: float) -> None:
    parameters = list(module.parameters())
    slopes = torch.autograd.grad(loss, parameters)
    with torch.no_grad():
        for parameter, slope in zip(parameters, slopes, strict=True):
            parameter.sub_(rate * slope)


def _head(head: nn.Linear) -> Tensor:
    """(K, P): the layer's weights, its bias (or zeros) as the last column."""
    bias = head.weight.new_zeros(len(head.weight)) if head.bias is None else head.bias
    return torch.cat([head.weight, bias[:, None]], dim=1)


def _drawn(trusted: Examples, size: int, source: torch.Generator) -> Examples:
    if len(trusted.labels) <= size:
        return trusted
    at = torch.randperm(len(trusted.labels), generator=source)[:size]
    return Examples(trusted.inputs[at], trusted.labels[at])


def _module(network: Network) -> nn.Module:
    if not isinstance(network, nn.Module):
        raise InvalidInput(f"the model must be a torch.nn.Module, not {type(network).__name__}")
    return network
