"""The networks: `logreg`, `mlp`, `cnn`, or `module:factory` of the user's own.

Each has `features(x)` and `head`, see `protocols.Network`; weights are drawn from the seed.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from ..errors import InvalidInput, UnknownName
from ..protocols import Network
from ..rng import derive

Shape = tuple[int, ...]


class Split(nn.Module):
    """A trunk and a linear head."""

    def __init__(self, trunk: nn.Module, head: nn.Linear) -> None:
        super().__init__()
        self.trunk, self.head = trunk, head

    def features(self, x: Tensor) -> Tensor:
        found: Tensor = self.trunk(x)
        return found

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.head(self.features(x))
        return found


class Hooked(nn.Module):
    """Any module that ends in a linear layer; its features are what that layer is given."""

    def __init__(self, module: nn.Module, head: nn.Linear) -> None:
        super().__init__()
        self.module = module
        self._head = [head]

    @property
    def head(self) -> nn.Linear:
        return self._head[0]

    def features(self, x: Tensor) -> Tensor:
        seen: list[Tensor] = []
        hook = self.head.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
        try:
            self.module(x)
        finally:
            hook.remove()
        return seen[-1]

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.module(x)
        return found


def logreg(shape: Shape, classes: int) -> Network:
    """Softmax regression on the flattened inputs."""
    return Split(nn.Flatten(), nn.Linear(math.prod(shape), classes))


def mlp(shape: Shape, classes: int) -> Network:
    """Two hidden layers, 64 and 32, ReLU, dropout 0.2 after each (Teso et al. 2021)."""
    trunk = nn.Sequential(
        nn.Flatten(), nn.Linear(math.prod(shape), 64), nn.ReLU(), nn.Dropout(0.2),
        nn.Linear(64, 32), nn.ReLU(), nn.Dropout(0.2))
    return Split(trunk, nn.Linear(32, classes))


def cnn(shape: Shape, classes: int) -> Network:
    """For square images of one channel: convolution 32 (3 x 3), pool 2, convolution 64 (3 x 3),
    dense 64, dropout 0.2 (Teso et al. 2021). Inputs may be flattened. The pool comes before the
    first ReLU: the same for a quarter of the work. Channels last is the faster layout."""
    side = math.isqrt(math.prod(shape))
    left = (side - 2) // 2 - 2
    if side * side != math.prod(shape) or left < 1:
        raise InvalidInput(f"cnn is for square images of at least 8 x 8, not inputs of shape "
                           f"{shape}", shape=shape)
    trunk = nn.Sequential(
        nn.Flatten(), nn.Unflatten(1, (1, side, side)),
        nn.Conv2d(1, 32, 3), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(),
        nn.Flatten(), nn.Linear(64 * left * left, 64), nn.ReLU(), nn.Dropout(0.2))
    trunk.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return Split(trunk, nn.Linear(64, classes))


NETWORKS: dict[str, Callable[[Shape, int], Network]] = {
    "logreg": logreg, "mlp": mlp, "cnn": cnn}


def network(name: str, shape: Shape, classes: int, seed: int) -> Network:
    """The network called `name` for inputs of `shape` (without the batch), its weights drawn from
    `seed`. `package.module:factory` calls `factory(shape, classes)`, which returns a torch module
    whose last layer is `nn.Linear(..., classes)`."""
    if name not in NETWORKS and ":" not in name:
        raise UnknownName("model", name, [*NETWORKS, "module:factory"])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive(seed, "network", name))
        if name in NETWORKS:
            return NETWORKS[name](shape, classes)
        return torch_module(_factory(name)(shape, classes), shape, classes)


def torch_module(module: object, shape: Shape, classes: int) -> Network:
    """`module` as a `Network`: its last layer is found by running one row of zeros through it."""
    if not isinstance(module, nn.Module):
        raise InvalidInput(f"the model must be a torch.nn.Module, not {type(module).__name__}")
    head, output = _last_layer(module, shape)
    if not isinstance(head, nn.Linear):
        raise InvalidInput(f"the model's last layer must be nn.Linear, not {type(head).__name__}: "
                           "it must return logits")
    if output.shape != (1, classes):
        raise InvalidInput(f"the model returns shape {tuple(output.shape)} for one row, "
                           f"but there are {classes} classes", classes=classes)
    return Hooked(module, head)


def _last_layer(module: nn.Module, shape: Shape) -> tuple[nn.Module | None, Tensor]:
    """The layer whose output the module returns unchanged (None if there is none), the output."""
    ran: list[tuple[nn.Module, object]] = []
    leaves = [m for m in module.modules() if not any(True for _ in m.children())]
    hooks = [leaf.register_forward_hook(lambda m, _, out: ran.append((m, out))) for leaf in leaves]
    was_training = module.training
    try:
        with torch.no_grad():
            output = module.eval()(torch.zeros(1, *shape))
    except (RuntimeError, TypeError, ValueError) as error:
        raise InvalidInput(f"the model does not take inputs of shape {shape}: {error}") from error
    finally:
        module.train(was_training)
        for hook in hooks:
            hook.remove()
    if not isinstance(output, Tensor):
        raise InvalidInput(f"the model must return a tensor, not {type(output).__name__}")
    return next((m for m, out in reversed(ran) if out is output), None), output


def _factory(path: str) -> Callable[[Shape, int], object]:
    where, _, name = path.partition(":")
    try:
        found = getattr(importlib.import_module(where), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise InvalidInput(f"cannot load model {path!r}: {error}", model=path) from error
    if not callable(found):
        raise InvalidInput(f"model {path!r} must be a function of (shape, classes)", model=path)
    return found  # type: ignore[no-any-return]
