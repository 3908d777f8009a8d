"""Which action, if any, is worth it: judged by labels kept for choosing.

None of leaving out, unlearning and relabelling always wins (softmax regression on digits with 40 %
noise: leaving out; two classes: unlearning), so each is tried with a few thresholds and judged by
the mean loss on the verified labels kept for choosing. Those rows are trained on like any other;
here they are left out of every fit, so that a head never judges by what it has learned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ..kernels.head import own_losses, probabilities
from ..kernels.treated import Treated, fit_treated
from ..kernels.trusted import Trusted
from ..protocols import TopLayer
from ..rng import derive
from .argmax import Argmax
from .dropout import Dropout
from .options import Options
from .rdia import Rdia
from .suggestions import Relabeller, Suggestions
from .threshold import Threshold

ACTIONS: dict[str, Callable[[Options], Relabeller]] = {
    "drop": Dropout, "unlearn": Rdia, "relabel": Argmax}

GRID = (0.0, 0.5, 0.9)
"""Thresholds tried, as shares of the harmful rows that stay."""

FEWEST = 10
"""Labels for choosing below which nothing is chosen."""

SURE = 2.0
"""Standard errors by which an action beats doing nothing; the best of nine tries easily has one."""

JUDGED = 20_000
"""Rows that the fits are made to at most: of more, a sample drawn once for all of them."""

TOLERANCE = 1e-6
"""Nats: the decrement at which a fit is done."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one action did at its best threshold: mean loss in nats of the labels kept for choosing,
    lower is better; `difference` to doing nothing (below 0 = better) and its standard error over
    those labels; `count` of suggestions. `threshold` in nats of the mean trusted loss."""

    action: str
    loss: float
    difference: float
    error: float
    count: int
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """`action` is drop, unlearn, relabel, ask or nothing. `suggestions`: what the chosen action
    says of all rows; for ask, what relabelling would say."""

    action: str
    threshold: float | None
    verdicts: tuple[Verdict, ...]
    suggestions: Suggestions
    note: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """The labels kept for choosing: `rows` (V,) numbers in the cache, `labels` (V,)."""

    rows: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.rows)


def choose(
    top: TopLayer, trusted: Trusted, kept: Kept, options: Options, candidates: Tensor,
    pause: Callable[[], object] = lambda: None,
) -> Choice:
    """An action is chosen if it surely beats doing nothing (`SURE`); where none does, what is
    most harmful is asked about. `pause` is called after each fit."""
    plain = ACTIONS["relabel"](options)(top, trusted, candidates)
    if plain.note or not len(plain):
        return Choice("nothing", None, (), plain, plain.note or "no label harms the trusted ones")
    if len(kept) < FEWEST:
        return Choice("ask", None, (), plain, "not enough labels kept for choosing yet: "
                      f"{len(kept)} of {FEWEST}")
    judge = _Judge(top, kept, options.seed, pause)
    verdicts = [Verdict("nothing", float(judge.base.mean()), 0.0, 0.0, 0)]
    best: dict[str, Suggestions] = {}
    for action, make in ACTIONS.items():
        tried = list(_tried(top, trusted, action, make, options, candidates, judge))
        verdict, best[action] = min(tried, key=lambda each: each[0].difference)
        verdicts.append(verdict)
    winner = min(verdicts[1:], key=lambda one: one.difference)
    if winner.difference < -SURE * winner.error:
        return Choice(winner.action, winner.threshold, tuple(verdicts), best[winner.action])
    return Choice("ask", None, tuple(verdicts), plain,
                  "no action is surely better than doing nothing")


def _tried(
    top: TopLayer, trusted: Trusted, action: str, make: Callable[[Options], Relabeller],
    options: Options, candidates: Tensor, judge: _Judge,
) -> Iterator[tuple[Verdict, Suggestions]]:
    """The action at each threshold, the lowest first; at 0 something is harmful."""
    every = make(replace(options, threshold=Threshold()))(top, trusted, candidates)
    for limit in _limits(every.harm):
        found = every if limit == 0 else make(replace(
            options, threshold=Threshold(limit)))(top, trusted, candidates)
        if len(found):
            yield judge(action, found, limit), found


def _limits(harm: Tensor) -> list[float]:
    """Thresholds in nats, ascending, from the harm of the harmful."""
    return [0.0 if not share else float(torch.quantile(harm, share)) for share in GRID]


class _Judge:
    """Fits heads to what actions leave, without the rows kept, and compares their losses."""

    def __init__(self, top: TopLayer, kept: Kept, seed: int, pause: Callable[[], object]) -> None:
        self._top, self._kept, self._pause = top, kept, pause
        rows = torch.ones(len(top.labels), dtype=torch.bool)
        rows[kept.rows] = False
        self._rows = torch.nonzero(rows & (top.weights > 0))[:, 0]
        if len(self._rows) > JUDGED:
            source = torch.Generator().manual_seed(derive(seed, "chooser"))
            chosen = torch.randperm(len(self._rows), generator=source)[:JUDGED]
            self._rows = self._rows[chosen.sort().values]
        self._start: Tensor | None = None
        nothing = torch.zeros(len(top.labels), dtype=torch.int8)
        self.base = self._losses(top.labels, nothing)

    def __call__(self, action: str, done: Suggestions, threshold: float) -> Verdict:
        change = self._losses(done.labels, done.treatment) - self.base
        error = float(change.std(unbiased=True)) / len(change) ** 0.5
        return Verdict(action, float((self.base + change).mean()), float(change.mean()), error,
                       len(done), threshold)

    def _losses(self, labels: Tensor, treatment: Tensor) -> Tensor:
        """(V,) nats: the loss of each row kept under the head fitted to the others."""
        top, at = self._top, self._rows
        rows = Treated(top.features[at], labels[at], top.weights[at], top.probs.shape[1],
                       treatment[at])
        fit = fit_treated(rows, top.damping, self._start, tolerance=TOLERANCE)
        self._start = fit.weights if self._start is None else self._start
        self._pause()
        probs = probabilities(fit.weights, top.features[self._kept.rows])
        return own_losses(probs, self._kept.labels)
