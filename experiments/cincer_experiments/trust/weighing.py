"""Features and weights learned in turn: the better the weights, the better the features.

Nothing here sees a true label outside the trusted part.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from cincer.kernels.fisher import kronecker_parts
from cincer.kernels.solve import Kronecker
from cincer.kernels.top import Top
from cincer.kernels.trusted import trusted
from cincer.reweight import Options, Weights, reweighter

from .features import Kernel
from .problem import Problem

ROUNDS = 3

RATES = {"l2rw": 0.3, "lsw": 2.0}
"""The head's step size where it is not the default, one for all data and noise; L2RW takes each
step on a few rows alone."""

DAMPING = 0.1


@dataclass(frozen=True, slots=True)
class Weighed:
    """`found`: the weights of the rows; `predicted` (T,): the test examples' classes by a ridge
    classifier trained under them."""

    found: Weights
    predicted: Tensor


def weigh(
    kernel: Kernel, problem: Problem, method: str, seed: int, rounds: int = ROUNDS,
    history: bool = False,
) -> Weighed:
    """The weights after `rounds` of features and weights."""
    many, every = len(problem.given), len(kernel.labels)
    options = Options(seed=seed, history=history, rate=RATES.get(method, Options().rate), least=1)
    weights = torch.ones(every, dtype=torch.float64)
    known = torch.arange(many, every)
    for _ in range(rounds if method != "uniform" else 1):
        rows = kernel.beside(kernel.left_out(weights)).rows
        found = reweighter(method, options)(
            _top(kernel, rows), trusted(rows[known], problem.trusted_y,
                         rows.new_zeros(problem.classes, rows.shape[1]), positions=known))
        weights = found.weights
    return Weighed(found, kernel.left_out(weights).test.argmax(dim=1))


def _top(kernel: Kernel, rows: Tensor) -> Top:
    """The cache of a head that knows nothing yet."""
    every = len(rows)
    probs = rows.new_full((every, kernel.classes), 1 / kernel.classes)
    ones = rows.new_ones(every)
    inverse = Kronecker(*kronecker_parts(rows, probs, ones), DAMPING)
    return Top(rows, probs, kernel.labels, torch.arange(every), ones, inverse, DAMPING)
