"""How long choosing a counter-example takes, beside one pass over the candidates' features.

The *pass* multiplies every candidate's feature row by one vector, fetching the rows from where they
lie, in order of entry: the least that any exact strategy has to do. Picks and passes alternate, so
that both meet the same machine. Data are synthetic: one Gaussian a class, a fifth mislabelled.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from ..config import ModelSettings
from ..counterexample import counter_example
from ..engine import Engine
from ..kernels.head import chunks
from ..kernels.influence import PASS_CHUNK
from ..models.networks import network
from ..rng import generator
from ..suspicion import suspicion

SIZES = (1_000, 10_000, 100_000, 1_000_000)
BLOCK = 10_000
NOISE = 0.2


@dataclass(frozen=True, slots=True)
class Row:
    """One size. Times in milliseconds unless named `_s`; `ratio` = median pick over median pass;
    `fresh`: right after all postponed work was done; `after_change`: a label change, its refit and
    the pick that follows it."""

    known: int
    candidates: int
    pick_ms_p50: float
    pick_ms_p99: float
    pass_ms: float
    ratio: float
    after_change_ms_p50: float
    after_change_ms_p99: float
    factor_s: float


class Synthetic:
    """Rows that can be made again from their positions: class `position % classes`, drawn block by
    block from the seed."""

    def __init__(self, count: int, features: int, classes: int, seed: int) -> None:
        self.count, self.features, self.classes, self.seed = count, features, classes, seed
        self.centres = generator(seed, "centres").normal(size=(classes, features)).astype(
            np.float32) * 0.5
        self._cached: tuple[int, NDArray[np.float32]] | None = None

    def __len__(self) -> int:
        return self.count

    def rows(self, positions: NDArray[np.int64]) -> NDArray[np.float32]:
        found = np.empty((len(positions), self.features), dtype=np.float32)
        blocks = positions // BLOCK
        for block in np.unique(blocks).tolist():
            inside = blocks == block
            found[inside] = self._block(block)[positions[inside] % BLOCK]
        return found

    def labels(self) -> NDArray[np.int64]:
        """(N,) given labels, a fifth of them wrong."""
        source = generator(self.seed, "noise")
        true = np.arange(self.count) % self.classes
        shift = source.integers(1, self.classes, self.count)
        return np.where(source.random(self.count) < NOISE, (true + shift) % self.classes, true)

    def _block(self, block: int) -> NDArray[np.float32]:
        if self._cached is None or self._cached[0] != block:
            source = generator(self.seed, "block", block)
            rows = source.standard_normal((BLOCK, self.features), dtype=np.float32)
            rows += self.centres[np.arange(block * BLOCK, (block + 1) * BLOCK) % self.classes]
            self._cached = block, rows
        return self._cached[1]


def run(
    sizes: Sequence[int] = SIZES, features: int = 64, classes: int = 10, repeats: int = 50,
    seed: int = 1, progress: Callable[[str], None] = lambda line: None,
) -> dict[str, object]:
    """Measures each size on one thread; {"features", "classes", "threads", "rows": [Row...]}."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        rows = [measure(size, features, classes, repeats, seed, progress) for size in sizes]
    finally:
        torch.set_num_threads(threads)
    return {"features": features, "classes": classes, "threads": 1,
            "rows": [asdict(row) for row in rows]}


def measure(
    known: int, features: int, classes: int, repeats: int, seed: int,
    progress: Callable[[str], None],
) -> Row:
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
    picks, passes, sizes, changes = [], [], [], []
    for turn in range(repeats):
        suspect = known + turn
        predicted = int(engine.score([suspect], [int(labels[suspect])]).predicted[0])
        given = (predicted + 1) % classes
        sizes.append(len(engine.known.members(predicted)))
        passes.append(_timed(partial(one_pass, engine, predicted)))
        picks.append(_timed(partial(engine.pick, suspect, given, predicted)))
    progress(f"{known}: label changes")
    for turn in range(min(repeats, known)):
        changes.append(_timed(partial(_change_and_pick, engine, known, turn, labels, classes)))
    p50, p99 = np.percentile(picks, [50, 99]) * 1e3
    after = np.percentile(changes, [50, 99]) * 1e3
    typical = float(np.median(passes)) * 1e3
    return Row(known, int(np.median(sizes)), float(p50), float(p99), typical, float(p50) / typical,
               float(after[0]), float(after[1]), factor)


def one_pass(engine: Engine, label: int) -> torch.Tensor:
    """Every candidate's feature row times one vector."""
    features, rows = engine.known.features, engine.known.members(label)
    vector = engine.head.weights[label].to(features.dtype)
    found = features.new_empty(len(rows))
    for part in chunks(len(rows), PASS_CHUNK):
        found[part] = features.index_select(0, rows[part]) @ vector
    return found


def _change_and_pick(
    engine: Engine, known: int, turn: int, labels: NDArray[np.int64], classes: int
) -> None:
    engine.enter([turn], [int(labels[turn] + 1) % classes])
    engine.refit()
    predicted = int(engine.score([known + turn], [0]).predicted[0])
    engine.pick(known + turn, (predicted + 1) % classes, predicted)


def _engine(data: Synthetic, classes: int, seed: int) -> Engine:
    settings = ModelSettings(seed=seed)
    return Engine(data, network("logreg", (data.features,), classes, seed), classes,
                  suspicion("margin"), counter_example("top_fisher"), settings)


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began
