"""How exact the influences are: Top Fisher against real refits, every other strategy against it.

A head is fitted to noisy known examples as the live loop fits it, its penalty chosen as there. For
each suspect (an example it has not seen, with a label it doubts):

* Top Fisher times p(given) / S, the predicted change of p(given), is compared with the change after
  fitting the head again without the row, in float64, the prior as strong as before;
* each strategy's scores over its candidates are compared with Top Fisher's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cincer_streams.datasets import load
from cincer_streams.stream import noisy_stream

from ..config import ModelSettings
from ..counterexample import COUNTER_EXAMPLES, counter_example
from ..counterexample.top_fisher import gradient
from ..engine import Engine
from ..errors import InvalidInput
from ..kernels.fisher import product
from ..kernels.head import probabilities
from ..kernels.left_out import bounded_fit, first_order, refit_without
from ..kernels.newton import Rows
from ..kernels.solve import conjugate_gradients
from ..kernels.top import Top, top_layer
from ..models.networks import network
from ..protocols import Suspect
from ..suspicion import suspicion
from ..types import Position

NOT_SCORES = ("top_fisher", "no_ce")
"""What is not compared with Top Fisher: itself, and what ranks nothing."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A data set: (N, D) float32 rows, (N,) given labels; the last rows are the suspects."""

    name: str
    rows: NDArray[np.float32]
    labels: NDArray[np.int64]
    classes: int


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison with Top Fisher. `correlation` (Pearson): the mean over suspects, `lowest` the
    worst of them; `same_pick`: share of suspects for whom both put the same candidate first.
    Against real refits `slope` is that of the real on the predicted change, over all suspects; for
    conjugate gradients `difference` is the largest relative one to Cholesky's solution."""

    data: str
    known: int
    l2: float
    compared: str
    correlation: float | None = None
    lowest: float | None = None
    slope: float | None = None
    same_pick: float | None = None
    difference: float | None = None


def load_problem(name: str, count: int, noise: float = 0.2, seed: int = 1) -> Problem:
    """`count` examples of a data set at most, in random order, a share `noise` mislabelled."""
    stream = noisy_stream(load(name), "symmetric", noise, seed, limit=count)
    return Problem(name, stream.contents.encoded(stream.schema), stream.given,
                   len(stream.schema.classes))


def run(
    problems: Sequence[Problem], suspects: int = 10, left_out: int = 100, seed: int = 1,
    progress: Callable[[str], None] = lambda line: None,
) -> dict[str, object]:
    """Measures each problem on one thread: {"suspects", "left_out", "rows": [Row...]}."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        rows = [row for problem in problems
                for row in measure(Scene(problem, suspects, seed), left_out, progress)]
    finally:
        torch.set_num_threads(threads)
    return {"suspects": suspects, "left_out": left_out, "rows": [asdict(row) for row in rows]}


def measure(scene: Scene, left_out: int, progress: Callable[[str], None]) -> list[Row]:
    """All comparisons on one data set; `left_out` rows are really left out, spread evenly."""
    progress(f"{scene.name}: {left_out} real refits of {scene.known} known examples")
    found = [against_refits(scene, left_out), against_cholesky(scene)]
    for name in sorted(set(COUNTER_EXAMPLES) - set(NOT_SCORES)):
        progress(f"{scene.name}: {name}")
        with suppress(InvalidInput):  # a strategy for smaller models
            found.append(against_exact(scene, name))
    return found


class Scene:
    """A problem with its head fitted, as the live loop fits it; its last rows are the suspects.

    `top` is the cache in float64 at the optimum, `cache` what strategies are given live.
    """

    def __init__(self, problem: Problem, suspects: int = 10, seed: int = 1) -> None:
        self.name, self.seed = problem.name, seed
        self.known = len(problem.labels) - suspects
        if self.known < 2 or suspects < 1:
            raise InvalidInput(f"{problem.name} has {len(problem.labels)} rows: too few for "
                               f"{suspects} suspects")
        self.engine = _engine(problem, self.known, seed)
        self.l2 = self.engine.head.l2
        self.rows, self.top = _exact(self.engine)
        self.cache = self.engine.top()
        self.suspects = [_suspect(self.engine, problem, at)
                         for at in range(self.known, len(problem.labels))]
        self.exact = [self.scores("top_fisher", suspect) for suspect in self.suspects]

    def scores(self, name: str, suspect: Suspect) -> Tensor:
        """(M,) float64 scores of the candidates by a strategy, in order of row."""
        candidates = self.engine.known.members(suspect.predicted).sort().values
        asked = replace(suspect, features=suspect.features.float(), probs=suspect.probs.float())
        ranking = counter_example(name, seed=self.seed)(
            asked, self.cache, candidates, len(candidates))
        return ranking.scores[ranking.positions.argsort()].double()

    def row(self, compared: str, **found: float | None) -> Row:
        return Row(self.name, self.known, round(self.l2, 8), compared, **found)


def _engine(problem: Problem, known: int, seed: int) -> Engine:
    settings = ModelSettings(seed=seed)
    engine = Engine(_Inputs(problem.rows), network("logreg", problem.rows.shape[1:],
                                                   problem.classes, seed), problem.classes,
                    suspicion("margin"), counter_example("top_fisher"), settings)
    engine.enter(np.arange(known), problem.labels[:known])
    engine.refit()
    engine.settle()
    return engine


class _Inputs:
    def __init__(self, rows: NDArray[np.float32]) -> None:
        self._rows = rows

    def rows(self, positions: NDArray[np.int64]) -> NDArray[np.float32]:
        return self._rows[positions]

    def __len__(self) -> int:
        return len(self._rows)


def _exact(engine: Engine) -> tuple[Rows, Top]:
    """Rows and cache in float64, at the optimum."""
    known = engine.known
    rows = Rows(known.features.double(), known.labels, None, known.classes)
    if not rows.dense:
        raise InvalidInput(f"{known.columns} columns x {known.classes} classes are too many for "
                           "an exact inverse")
    head = bounded_fit(rows, engine.head.l2, engine.head.weights, None, None)
    return rows, top_layer(rows.features, head.probs, known.labels, damping=engine.head.l2)


def _suspect(engine: Engine, problem: Problem, at: int) -> Suspect:
    """The label it came with is doubted; where the head agrees, its second choice."""
    features = torch.cat([torch.from_numpy(problem.rows[at]).reshape(-1), torch.ones(1)]).double()
    probs = probabilities(engine.head.weights, features[None])[0]
    first, second = probs.argsort(descending=True)[:2].tolist()
    given = int(problem.labels[at])
    return Suspect(Position(at), features, probs, second if given == first else given, first)


def against_refits(scene: Scene, left_out: int = 100) -> Row:
    """Top Fisher times p(given) / S, and the real change without each of `left_out` rows."""
    top, rows = scene.top, scene.rows
    left = torch.linspace(0, scene.known - 1, min(left_out, scene.known)).long()
    base = bounded_fit(rows, scene.l2, scene.engine.head.weights, top.inverse, None)
    x = torch.stack([s.features for s in scene.suspects])
    given = torch.tensor([s.given for s in scene.suspects])[:, None]

    def of(weights: Tensor) -> Tensor:
        return probabilities(weights, x).gather(1, given)[:, 0]

    before = of(base.weights)
    real = torch.stack([of(refit_without(rows, scene.l2, base, row[None]).weights) - before
                        for row in left], dim=1)
    predicted = torch.stack([
        first_order(top.solve(gradient(s)), float(p), top.features, top.probs, top.labels,
                    top.weights, left) for s, p in zip(scene.suspects, before, strict=True)])
    each = [_correlation(a, b) for a, b in zip(predicted, real, strict=True)]
    slope = np.polyfit(predicted.flatten().numpy(), real.flatten().numpy(), 1)[0]
    return scene.row("real refits", correlation=float(np.mean(each)), lowest=min(each),
                     slope=float(slope))


def against_cholesky(scene: Scene) -> Row:
    """Conjugate gradients without a preconditioner against Cholesky, float64."""
    return scene.row("conjugate gradients",
                     difference=max(_difference(scene.top, s) for s in scene.suspects))


def _difference(top: Top, suspect: Suspect) -> float:
    target = gradient(suspect)

    def matrix(v: Tensor) -> Tensor:
        return product(v, top.features, top.probs) + top.damping * v

    found, _ = conjugate_gradients(matrix, target, lambda v: v, 1e-13, 10_000)
    exact = top.solve(target)
    return float((found - exact).norm() / exact.norm())


def against_exact(scene: Scene, name: str) -> Row:
    """The scores of a strategy and Top Fisher's. `InvalidInput` from strategies for smaller
    models."""
    theirs = [scene.scores(name, suspect) for suspect in scene.suspects]
    each = [_correlation(a, b) for a, b in zip(scene.exact, theirs, strict=True)]
    same = [bool(a.argmax() == b.argmax()) for a, b in zip(scene.exact, theirs, strict=True)]
    return scene.row(name, correlation=float(np.mean(each)), lowest=min(each),
                     same_pick=float(np.mean(same)))


def _correlation(a: Tensor, b: Tensor) -> float:
    """Pearson; 0 where one of them is constant."""
    found = torch.corrcoef(torch.stack([a.double(), b.double()]))[0, 1]
    return float(torch.nan_to_num(found))
