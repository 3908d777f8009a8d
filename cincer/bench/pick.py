"""How long choosing a counter-example takes, beside one pass over the candidates' features.

Strategies are measured on one engine, a pick of each by turns, so that all meet the same rows and
the same machine; label changes one strategy after the other, the exact work done before each.

The *pass* multiplies every candidate's feature row by one vector, fetching the rows from where they
lie, in order of entry: the least that any exact strategy has to do. Picks and passes alternate, so
that both meet the same machine. Data are synthetic: one Gaussian a class, a fifth mislabelled.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from ..config import ModelSettings
from ..counterexample import counter_example
from ..counterexample.no_ce import NoCounterExample
from ..engine import Engine
from ..kernels.head import chunks
from ..kernels.influence import PASS_CHUNK
from ..models.networks import network
from ..protocols import CounterExample
from ..rng import generator
from ..suspicion import suspicion
from ..types import NO_LABEL

SIZES = (1_000, 10_000, 100_000, 1_000_000)
BLOCK = 10_000
NOISE = 0.2


@dataclass(frozen=True, slots=True)
class Row:
    """One strategy at one size. Times in milliseconds unless named `_s`; `first`: the first pick of
    all, `pick`: those that follow; `ratio` = median pick over median pass; `after_change`: a label
    change, its refit and the pick that follows it."""

    selector: str
    known: int
    candidates: int
    first_ms: float
    pick_ms_p50: float
    pick_ms_p99: float
    pass_ms: float
    ratio: float
    after_change_ms_p50: float
    after_change_ms_p99: float
    factor_s: float


class Synthetic:
    """Rows drawn block by block from the seed, class `position % classes`, and held in memory."""

    def __init__(self, count: int, features: int, classes: int, seed: int) -> None:
        self.count, self.features, self.classes, self.seed = count, features, classes, seed
        centres = generator(seed, "centres").normal(size=(classes, features)) * 0.5
        self._rows = centres.astype(np.float32)[np.arange(count) % classes]
        for number, part in enumerate(chunks(count, BLOCK)):
            source = generator(seed, "block", number)
            drawn = source.standard_normal((BLOCK, features), dtype=np.float32)
            self._rows[part] += drawn[: part.stop - part.start]

    def __len__(self) -> int:
        return self.count

    def rows(self, positions: NDArray[np.int64]) -> NDArray[np.float32]:
        return self._rows[positions]

    def labels(self) -> NDArray[np.int64]:
        """(N,) given labels, a fifth of them wrong."""
        source = generator(self.seed, "noise")
        true = np.arange(self.count) % self.classes
        shift = source.integers(1, self.classes, self.count)
        return np.where(source.random(self.count) < NOISE, (true + shift) % self.classes, true)


def run(
    sizes: Sequence[int] = SIZES, features: int = 64, classes: int = 10, repeats: int = 50,
    seed: int = 1, progress: Callable[[str], None] = lambda line: None,
    selectors: Sequence[str] = (ModelSettings().counter_example,),
) -> dict[str, object]:
    """Measures each size on one thread; {"features", "classes", "threads", "rows": [Row...]}."""
    strategies = {name: counter_example(name, seed=seed) for name in selectors}
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        rows = [row for size in sizes for row in measure(
            size, features, classes, repeats, seed, strategies, progress)]
    finally:
        torch.set_num_threads(threads)
    return {"features": features, "classes": classes, "threads": 1,
            "rows": [asdict(row) for row in rows]}


def measure(
    known: int, features: int, classes: int, repeats: int, seed: int,
    strategies: Mapping[str, CounterExample], progress: Callable[[str], None],
) -> list[Row]:
    """One size: fills an engine, brings it up to date, then times picks and passes by turns."""
    data = Synthetic(known + repeats, features, classes, seed)
    engine, labels = _engine(data, classes, seed), data.labels()
    progress(f"{known}: entering")
    for part in chunks(known, 100_000):
        engine.enter(np.arange(part.start, part.stop), labels[part])
    engine.refit()
    progress(f"{known}: exact work")
    engine.settle()
    factor = _timed(engine.head.renew_now)
    first = {name: _timed(partial(_pick, engine, each, known, _predicted(engine, known)))
             for name, each in strategies.items()}
    engine.settle()
    picks: dict[str, list[float]] = {name: [] for name in strategies}
    passes, sizes = [], []
    for turn in range(repeats):
        predicted = _predicted(engine, known + turn)
        sizes.append(len(engine.known.members(predicted)))
        passes.append(_timed(partial(one_pass, engine, predicted)))
        for name, each in strategies.items():
            picks[name].append(_timed(partial(_pick, engine, each, known + turn, predicted)))
    typical, rows = float(np.median(passes)) * 1e3, []
    for name, each in strategies.items():
        progress(f"{known}: label changes, {name}")
        engine.settle()
        changes = [_timed(partial(_change_and_pick, engine, each, known, turn, classes))
                   for turn in range(min(repeats, known))]
        p50, p99 = np.percentile(picks[name], [50, 99]) * 1e3
        after = np.percentile(changes, [50, 99]) * 1e3
        rows.append(Row(
            name, known, int(np.median(sizes)), first[name] * 1e3, float(p50), float(p99), typical,
            float(p50) / typical, float(after[0]), float(after[1]), factor))
    return rows


def one_pass(engine: Engine, label: int) -> torch.Tensor:
    """Every candidate's feature row times one vector."""
    features, rows = engine.known.features, engine.known.members(label)
    vector = engine.head.weights[label].to(features.dtype)
    found = features.new_empty(len(rows))
    for part in chunks(len(rows), PASS_CHUNK):
        found[part] = features.index_select(0, rows[part]) @ vector
    return found


def _change_and_pick(
    engine: Engine, strategy: CounterExample, known: int, turn: int, classes: int
) -> None:
    row = int(engine.known.rows_of(np.array([turn]))[0])
    engine.enter([turn], [(int(engine.known.labels[row]) + 1) % classes])
    engine.refit()
    _pick(engine, strategy, known + turn, _predicted(engine, known + turn))


def _predicted(engine: Engine, suspect: int) -> int:
    return int(engine.score([suspect], [NO_LABEL]).predicted[0])


def _pick(engine: Engine, strategy: CounterExample, suspect: int, predicted: int) -> None:
    engine.counter_example = strategy
    engine.pick(suspect, (predicted + 1) % engine.classes, predicted)


def _engine(data: Synthetic, classes: int, seed: int) -> Engine:
    settings = ModelSettings(seed=seed)
    return Engine(data, network("logreg", (data.features,), classes, seed), classes,
                  suspicion("margin"), NoCounterExample(), settings)


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
