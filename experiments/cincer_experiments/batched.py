"""`cincer simulate --training from_scratch`: what a study still lacks, as grids of runs.

Repeats that lack the same selectors make a grid; a large study is cut into several, so that a run
that was cut off loses little.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from cincer.config import Settings
from cincer.counterexample import counter_example
from cincer.models.early_stop import accuracy_to_stop_at
from cincer.types import ExampleId
from cincer_streams.oracle import Oracle
from cincer_streams.stream import NoisyStream

from .play import Step
from .published.nets import HIDDEN
from .published.picks import DAMPING
from .published.protocol import Protocol, State, Variant, play
from .published.streams import streams
from .published.training import Schedule

GRID = {"cpu": 96, "cuda": 768}
"""Runs trained side by side on a device: more gain nothing and hold more memory."""

GRID_OF_IMAGES = 192
"""The same for convolutional networks."""

CLEAN = Variant("clean", None)
"""The column that learns from true labels: `f1_clean`."""

DROP = frozenset({"drop_ce"})
"""Selectors whose counter-example is dropped unasked where the suspect was right."""

AGAIN = frozenset({"as_published"})
"""Strategies that may show what a person has confirmed already, as the published code does."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One repeat: its number, its stream, its oracle, and the strategies by selector still to run.
    """

    repeat: int
    stream: NoisyStream
    oracle: Oracle
    selectors: dict[str, str]


def can_batch(settings: Settings) -> bool:
    """Whether runs with these settings fit into a grid."""
    model = settings.model
    return (model.training == "from_scratch" and model.model in (*HIDDEN, "cnn")
            and settings.loop.audit_share == 0 and settings.loop.query_budget is None)


def run(
    wanted: Sequence[Wanted], settings: Settings, seed: int,
    progress: Callable[[str, int], None] = lambda *_: None, device: str = "cpu",
) -> Iterator[tuple[str, int, list[Step]]]:
    """Whole runs as they end: selector, repeat, one step an arrival. `progress(what, steps)`."""
    at_once = GRID[device]
    if settings.model.model == "cnn":
        at_once = min(at_once, GRID_OF_IMAGES)
    for grid in _grids(wanted, at_once):
        names = list(grid[0].selectors)
        states = []
        for state in _play(grid, settings, seed, device):
            states.append(state)
            progress(f"{', '.join(names)}: {len(grid)} repeats, arrival {state.t}",
                     len(names) * len(grid))
        for a, one in enumerate(grid):
            for b, name in enumerate(names):
                yield name, one.repeat, [_step(state, a, b) for state in states]


def _grids(wanted: Sequence[Wanted], at_once: int) -> Iterator[list[Wanted]]:
    """Repeats with the same selectors, `at_once` runs at most."""
    groups: dict[tuple[str, ...], list[Wanted]] = {}
    for one in wanted:
        groups.setdefault(tuple(one.selectors), []).append(one)
    for names, group in groups.items():
        size = max(1, at_once // (len(names) + 1))
        yield from (group[at : at + size] for at in range(0, len(group), size) if names)


def _play(
    grid: Sequence[Wanted], settings: Settings, seed: int, device: str
) -> Iterator[State]:
    model = settings.model
    variants = [
        Variant(name, counter_example(strategy, seed=seed, neighbours=model.neighbours,
                                      least=None if name in DROP else model.least_score),
                again=strategy in AGAIN, drop=name in DROP)
        for name, strategy in grid[0].selectors.items()]
    protocol = Protocol(
        model.model, tuple(one.repeat for one in grid), settings.loop.ask_threshold,
        Schedule(model.epochs, seed=seed,
                 stop_at=accuracy_to_stop_at(model, model.model == "logreg")),
        DAMPING if model.damping is None else model.damping,
        rounds=settings.loop.rounds, counter_examples=settings.loop.counter_examples,
        suspicion=model.suspicion, device=device)
    return play(streams([one.stream for one in grid]), [*variants, CLEAN], protocol,
                torch.stack([_believed(one) for one in grid]))


def _believed(one: Wanted) -> Tensor:
    return torch.tensor([one.oracle.belief(ExampleId(id)) for id in one.stream.ids])


def _step(state: State, a: int, b: int) -> Step:
    c, clean = state.counts, float(state.f1[a, -1])
    return Step(
        state.t, int(c.queries[a, b]), int(c.inspected[a, b]), int(c.cleaned[a, b]),
        int(c.examples[a, b]), int(c.counter_examples[a, b]), int(c.mislabelled_seen[a, b]),
        float(c.mislabelled_share[a, b]), float(state.f1[a, b]),
        None if math.isnan(clean) else clean, int(c.follow_ups[a, b]))
