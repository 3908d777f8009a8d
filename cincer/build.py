"""The one place that turns names in the settings into objects.

`network` and `engine` make the model side from `ModelSettings`; `runner` joins it with the loop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
        inputs, net, classes, suspicion(settings.suspicion),
        counter_example(settings.counter_example, seed=settings.seed,
                        neighbours=settings.neighbours),
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
