"""`cincer bench protocol`: the published protocol a received example, beside the published code.

For each received example the margin is taken, a counter-example picked where it is large, and every
network trained from scratch on all examples so far (100 + t): 100 epochs, batches of 32, Adam (Teso
et al. 2021). Runs (repeats x selectors) go side by side, as in `cincer simulate --training
from_scratch`, on the published streams; times are divided by the number of runs. Measuring F1,
which the published figures leave out, is left out.

The short version times single arrivals late in the stream, the full one all 100. Two cores are two
processes with half of the repeats each, every one on one thread: steps this small lose more by
waiting for each other than they gain. The published times are the clock's, on two such cores.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from statistics import fmean
from typing import Any

import torch
from torch import Tensor

from cincer_experiments.published.protocol import Protocol, Variant, play
from cincer_experiments.published.streams import Streams, streams
from cincer_experiments.published.training import Schedule
from cincer_streams.datasets import load
from cincer_streams.published import published_streams

from ..counterexample import counter_example
from ..errors import InvalidInput, UnknownName
from ..protocols import CounterExample, Ranking, Suspect, TopLayer

LATE = (25, 50, 75)
SELECTORS = ("unlearned_influence", "as_published", "largest_loss", "no_ce")
EPOCHS = 100
NEVER = 10**9


@dataclass(frozen=True, slots=True)
class Case:
    """A published setting: its time a received example, how many times faster we aim to be, and
    the repeats and arrivals of the short version."""

    data: str
    model: str
    published_s: float
    target: float
    repeats: int
    late: tuple[int, ...] = LATE


CASES: dict[str, Case] = {
    "breast-mlp": Case("breast", "mlp", 0.78, 30, 24),
    "mnist-mlp": Case("mnist", "mlp", 1.27, 10, 6),
    "mnist-cnn": Case("mnist", "cnn", 9.0, 3, 2, (50,)),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One case on so many cores. Seconds a received example and run: `train_cpu` (with the forward
    pass) and `pick_cpu` (in the selectors) of a processor, `wall` on the clock. `faster_wall`: the
    published time over ours; `faster_cpu`: the same as if nobody else used these cores. `study_h`:
    processor hours of 5 repeats x these selectors and the clean column, 100 arrivals."""

    case: str
    cores: int
    runs: int
    arrivals: int
    asked: int
    train_cpu: float
    pick_cpu: float
    wall: float
    published_s: float
    faster_wall: float
    faster_cpu: float
    target: float
    study_h: float


@dataclass(frozen=True, slots=True)
class Share:
    """What one process plays: every `step`-th repeat from `first` on, the arrival after `after`
    others (None: all)."""

    case: str
    selectors: tuple[str, ...]
    repeats: int
    first: int
    step: int
    after: int | None
    epochs: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """Seconds of a whole grid, and how many of its runs asked."""

    cpu: float
    picking: float
    wall: float
    asked: int


class Timed:
    """A strategy that counts the processor seconds spent in it."""

    def __init__(self, inner: CounterExample) -> None:
        self.inner, self.spent, self.asked = inner, 0.0, 0

    def __call__(
        self, suspect: Suspect, top: TopLayer, candidates: Tensor, limit: int
    ) -> Ranking:
        began = time.process_time()
        found = self.inner(suspect, top, candidates, limit)
        self.spent += time.process_time() - began
        self.asked += 1
        return found


def run(
    cases: Sequence[str] = tuple(CASES), cores: Sequence[int] = (1, 2),
    selectors: Sequence[str] = SELECTORS, repeats: int | None = None, full: bool = False,
    epochs: int = EPOCHS, progress: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Measures each case on each number of cores, by turns; {"selectors", "epochs", "rows",
    "missing": why a case was left out}."""
    for name in cases:
        if name not in CASES:
            raise UnknownName("case", name, CASES)
    rows: list[Row] = []
    missing: list[str] = []
    for name in cases:
        try:
            load(CASES[name].data)
        except InvalidInput as error:
            missing.append(f"{name}: {error}")
            continue
        rows += _case(name, cores, tuple(selectors), repeats or CASES[name].repeats, full, epochs,
                      progress)
    return {"selectors": list(selectors), "epochs": epochs,
            "rows": [asdict(row) for row in rows], "missing": missing}


def _case(
    name: str, cores: Sequence[int], selectors: tuple[str, ...], repeats: int, full: bool,
    epochs: int, progress: Callable[[str], None],
) -> Iterator[Row]:
    measured: dict[int, list[Arrival]] = {count: [] for count in cores}
    for after in (None,) if full else CASES[name].late:
        for count in cores:
            progress(f"{name}, {count} cores: "
                     + ("100 arrivals" if after is None else f"the arrival after {after}"))
            used = min(count, repeats)
            measured[count] += _together([
                Share(name, selectors, repeats, first, used, after, epochs)
                for first in range(used)])
    for count in cores:
        yield _row(name, count, repeats, len(selectors), measured[count])


def _together(shares: Sequence[Share]) -> list[Arrival]:
    """The shares side by side, a process each: times of the whole grid."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(len(shares), context) as pool:
        played = list(pool.map(arrivals, shares))
    return [Arrival(sum(one.cpu for one in parts), sum(one.picking for one in parts),
                    max(one.wall for one in parts), sum(one.asked for one in parts))
            for parts in zip(*played, strict=True)]


def arrivals(share: Share) -> list[Arrival]:
    """Plays one share on one thread; each arrival's times."""
    torch.set_num_threads(1)
    case = CASES[share.case]
    every = published_streams(load(case.data), repeats=share.repeats)
    found = streams(every[share.first :: share.step])
    if share.after is not None:
        found = _late(found, share.after)
    numbers = tuple(range(share.first + 1, share.repeats + 1, share.step))
    return list(_played(case.model, found, numbers, share))


def _late(found: Streams, after: int) -> Streams:
    """One arrival, all that came before as its bootstrap."""
    start = found.bootstrap + after
    return replace(found, x=found.x[:, : start + 1], given=found.given[:, : start + 1],
                   ids=tuple(ids[: start + 1] for ids in found.ids), bootstrap=start)


def _played(
    model: str, found: Streams, numbers: tuple[int, ...], share: Share
) -> Iterator[Arrival]:
    timed = [Timed(counter_example(name)) for name in share.selectors]
    variants = [Variant(name, one, again=name == "as_published")
                for name, one in zip(share.selectors, timed, strict=True)]
    protocol = Protocol(
        model, numbers, schedule=Schedule(epochs=share.epochs), measure_every=NEVER)
    states = play(found, variants, protocol, found.true("oracle"))
    next(states)
    while True:
        for one in timed:
            one.spent, one.asked = 0.0, 0
        cpu, wall = time.process_time(), time.perf_counter()
        if next(states, None) is None:
            return
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        yield Arrival(cpu, sum(one.spent for one in timed), wall, sum(one.asked for one in timed))


def _row(name: str, cores: int, repeats: int, selectors: int, found: Sequence[Arrival]) -> Row:
    case, runs = CASES[name], repeats * selectors
    cpu = fmean(one.cpu for one in found) / runs
    picking = fmean(one.picking for one in found) / runs
    wall = fmean(one.wall for one in found) / runs
    return Row(
        name, cores, runs, len(found), sum(one.asked for one in found), cpu - picking, picking,
        wall, case.published_s, case.published_s / wall, cores * case.published_s / cpu,
        case.target, cpu * 5 * (selectors + 1) * 101 / 3600)
