"""The paper's logistic regression as a head, its trusted set, and what a strategy makes of it.

Logistic regression with the penalty |w|^2 / 2 + C sum of losses is softmax regression with
l2 = 2 / (C N): the two rows of the head mirror each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from cincer.kernels.newton import Rows, fit
from cincer.kernels.top import Top, top_layer
from cincer.relabel import Options, Relabeller, Suggestions, Threshold, Trusted, relabeller, trusted
from cincer.relabel.choose import Selection, Tried, by_validation
from cincer.relabel.harm import harm
from cincer_streams.truth import Labels

from .problems import Problem

C = 0.1
"""The paper's strength of the losses against the penalty."""

ALPHAS = tuple(at / 1000 for at in range(11))
"""The paper's grid of thresholds, in the unit of its code: C Phi / N."""

TOLERANCE = 1e-18
"""Newton decrement at which a head counts as fitted, in nats."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A problem with the labels given, its head (K, P), cache and trusted (validation) set."""

    problem: Problem
    head: Tensor
    top: Top
    trusted: Trusted

    @property
    def erm(self) -> float:
        """Test log loss of the head as it is, in nats."""
        return self.test_loss(self.head)

    @property
    def selection(self) -> Selection:
        """The paper chooses by the very validation set that influence is measured on."""
        return Selection(self.trusted.features, self.trusted.labels)

    def test_loss(self, head: Tensor) -> float:
        return Selection(self.problem.test_x, self.problem.test_y).loss(head)

    def phi(self) -> Tensor:
        """(N,) float64: the paper's influence of each training row, in its code's unit."""
        return harm(self.top, self.trusted) * len(self.trusted) * C


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a strategy came to: rows treated, test log loss in nats."""

    treated: int
    test_loss: float
    suggestions: Suggestions


def fitted(problem: Problem, given: Labels, validation: int | None = None) -> Fitted:
    """The head fitted to the `given` labels; the first `validation` rows (all) are trusted."""
    rows = Rows(problem.train_x, torch.from_numpy(given), None, 2)
    l2 = 2 / (C * len(given))
    head = fit(rows, l2, tolerance=TOLERANCE)
    held = slice(None, validation)
    return Fitted(
        problem, head.weights, top_layer(rows.features, head.probs, rows.labels, damping=l2),
        trusted(problem.validation_x[held], problem.validation_y[held], head.weights))


def threshold(alpha: float) -> Threshold:
    """The paper's alpha as a threshold with its unit."""
    return Threshold(alpha / C, "summed_loss")


def strategy(name: str, alpha: float = 0.0, seed: int = 0, keep_share: float = 0.95) -> Relabeller:
    return relabeller(name, Options(threshold=threshold(alpha), evidence=0, seed=seed, least=1,
                                    keep_share=keep_share))


def outcome(
    found: Fitted, name: str, alpha: float = 0.0, seed: int = 0, keep_share: float = 0.95
) -> Outcome:
    """What the strategy `name` makes of `found`."""
    suggestions = strategy(name, alpha, seed, keep_share)(found.top, found.trusted)
    return _judged(found, suggestions, suggestions.refit(found.top, found.head, TOLERANCE).weights)


def chosen(
    found: Fitted, alphas: Iterable[float] = ALPHAS, name: str = "rdia"
) -> tuple[Tried, list[Tried]]:
    """RDIA with its threshold chosen by validation loss, and every threshold tried."""
    return by_validation(
        lambda unit: relabeller(name, Options(threshold=unit, evidence=0, least=1)), found.top,
        found.trusted, found.selection, [threshold(alpha) for alpha in alphas], start=found.head,
        tolerance=TOLERANCE)


def alpha_of(tried: Tried) -> float:
    """A threshold as the paper's alpha."""
    return round(tried.threshold.value * C, 9)


def judged(found: Fitted, tried: Tried) -> Outcome:
    return _judged(found, tried.suggestions, tried.fit.weights)


def _judged(found: Fitted, suggestions: Suggestions, head: Tensor) -> Outcome:
    return Outcome(len(suggestions), found.test_loss(head), suggestions)
