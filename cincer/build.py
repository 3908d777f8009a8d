"""The one place that turns names in the settings into objects.

`network` and `engine` make the model side from `ModelSettings`; `runner` joins it with the loop;
`Trainer` trains whole networks in process.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from .config import ModelSettings, Settings
from .rows import Rows
from .runner import Record, Runner

if TYPE_CHECKING:
    from .engine import Engine, Inputs
    from .protocols import Network

def network(model: Any, shape: tuple[int, ...], classes: int, seed: int) -> Network:
    """A network by name, by `module:factory`, or a torch module of the user's own."""
    from .models import networks

    if isinstance(model, str):
        return networks.network(model, shape, classes, seed)
    return networks.torch_module(model, shape, classes)


def engine(
    settings: ModelSettings, inputs: Inputs, shape: tuple[int, ...], classes: int,
    model: Any = None,
) -> Engine:
    """The scorer for examples of `shape`; `model` overrides the name in the settings."""
    from .counterexample import counter_example
    from .engine import Engine
    from .suspicion import suspicion

    net = network(settings.model if model is None else model, shape, classes, settings.seed)
    return Engine(
        inputs, net, classes, suspicion(settings.suspicion, seed=settings.seed),
        counter_example(settings.counter_example, seed=settings.seed,
                        neighbours=settings.neighbours, least=settings.least_score),
        settings)


def runner(
    settings: Settings, shape: tuple[int, ...], classes: Sequence[str], *, model: Any = None,
    record: Record | None = None, clock: Callable[[], float] | None = None, refit_every: int = 1,
) -> Runner:
    """The loop in process for examples of `shape`."""
    rows = Rows()
    found = engine(settings.model, rows, shape, len(classes), model)
    return Runner(found, rows, classes, settings=settings.loop, seed=settings.model.seed,
                  record=record, clock=clock, refit_every=refit_every)


class Trainer:
    """Trains a runner's network from the weights it had at first, and promotes it."""

    def __init__(self, running: Runner, settings: ModelSettings) -> None:
        from .models.training import initial_state, is_linear

        self._running, self._settings = running, settings
        self._start = initial_state(running.engine.network)
        self.has_trunk = not is_linear(running.engine.network)
        """Whether there is anything to train but the head, which follows by itself."""

    def train(self) -> None:
        """Train on all that is known, under the effective labels; the model is then this one."""
        import torch

        from .models.early_stop import accuracy_to_stop_at
        from .models.learned import Learned
        from .models.training import from_scratch

        known = self._running.loop.all_trained()
        effective = self._running.loop.data.column("effective")
        labels = torch.from_numpy(effective[known].astype("int64"))
        net, seen = deepcopy(self._running.engine.network), torch.zeros(len(known))
        from_scratch(
            net, self._start, torch.from_numpy(self._running.inputs.rows(known)), labels,
            epochs=self._settings.epochs, seed=self._settings.seed, seen=seen,
            stop_at=accuracy_to_stop_at(self._settings, not self.has_trunk))
        learned = Learned(torch.from_numpy(known), labels, seen)
        self._running.promoted(net, digest(net), learned=learned)


def digest(net: Network) -> str:
    """SHA-256 of the network's weights, hexadecimal."""
    from .models.training import as_module

    found = hashlib.sha256()
    for name, value in as_module(net).state_dict().items():
        found.update(name.encode())
        found.update(value.numpy().tobytes())
    return found.hexdigest()
