"""What its neighbours say of each row: kernel ridge on one-hot labels, each row left out.

With K the Gaussian kernel of the inputs, G = (K + ridge I)^-1 and Y the centred one-hot labels, the
prediction for row i without row i is Y_i - (G Y)_i / G_ii, exactly. Width and ridge are those with
the least squared error left out. No network is asked, so none can have learned a label by heart.

`models.neighbour_doubt` keeps the same figures up to date while labels change.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import torch
from torch import Tensor

from ..protocols import TopLayer

WIDTHS = (0.25, 0.5, 1.0)
"""Squared width of the kernel, in medians of the squared distances."""

RIDGES = (0.1, 0.3, 1.0)
FLOOR = 1e-3
"""Least probability of a class before the rows are scaled to sum to 1."""

SUPPORT, LOOK = 512, 256
"""Rows compared by `neighbours_doubt`, and rows looked at besides."""


@dataclass(frozen=True, slots=True)
class Shape:
    """`scale`: the squared distance at which the kernel has fallen to 1/e; `ridge`: the noise."""

    scale: float
    ridge: float


def neighbours_doubt(top: TopLayer, rows: Tensor) -> Tensor:
    """(M,) float64 log odds against the labels of `rows` (M,), from -9 to 9; NaN after the first
    `LOOK` of them. Everything is computed here and now, from `SUPPORT` known rows spread evenly
    and the rows looked at."""
    found = torch.full((len(rows),), torch.nan, dtype=torch.float64)
    looked = rows[:LOOK]
    live = torch.nonzero(top.weights > 0)[:, 0]
    spread = torch.linspace(0, len(live) - 1, min(len(live), SUPPORT)).long()
    used = torch.unique(torch.cat([live[spread], looked]))
    said = neighbours_say(top.inputs(used), top.labels[used], top.probs.shape[1])
    found[:LOOK] = against(said[torch.searchsorted(used, looked)], top.labels[looked])
    return found


def neighbours_say(inputs: Tensor, labels: Tensor, classes: int) -> Tensor:
    """(N, F) and (N,) to (N, K) float64: predictions for each row from all the others, rows sum to
    1. Ten inverses of N rows: for hundreds of rows, not for thousands."""
    x, targets = inputs.double(), onehot(labels, classes)
    mean = targets.mean(dim=0)
    shape = _finished(choose(x, targets - mean))
    if shape is None:
        return floored(mean.expand_as(targets))
    inverse = inverted(kernel(x, x, shape.scale), shape.ridge)
    return floored(_left_out(inverse, targets - mean) + mean)


def choose(inputs: Tensor, targets: Tensor) -> Generator[None, None, Shape | None]:
    """The shape with the least squared error left out, for (N, F) inputs and (N, K) centred
    targets, both float64; None where all rows are alike or fewer than 3. One inverse a piece."""
    squares = (inputs * inputs).sum(dim=1)
    far = _distances(inputs, inputs)
    apart = far[far > 1e-12 * squares.max().clamp(min=1e-300)] if len(inputs) else far
    if len(inputs) < 3 or not len(apart):
        return None
    median, best, least = float(apart.median()), None, float("inf")
    for width in WIDTHS:
        near = torch.exp(-far / (width * median))
        for ridge in RIDGES:
            error = float(((_left_out(inverted(near, ridge), targets) - targets) ** 2).sum())
            if error < least:
                best, least = Shape(width * median, ridge), error
            yield
    return best


def kernel(a: Tensor, b: Tensor, scale: float) -> Tensor:
    """(N, F) and (M, F) to (N, M), from 0 to 1 = alike."""
    return torch.exp(_distances(a, b).mul_(-1 / scale))


def inverted(matrix: Tensor, ridge: float) -> Tensor:
    """(matrix + ridge I)^-1 of a positive semidefinite matrix."""
    damped = matrix.clone()
    damped.diagonal().add_(ridge)
    return torch.cholesky_inverse(torch.linalg.cholesky(damped))


def onehot(labels: Tensor, classes: int) -> Tensor:
    """(N,) to (N, K) float64."""
    return torch.nn.functional.one_hot(labels, classes).double()


def floored(said: Tensor) -> Tensor:
    """(N, K) predictions as probabilities of at least about `FLOOR`."""
    raised = said.clamp(min=FLOOR)
    return raised / raised.sum(dim=1, keepdim=True)


def against(probs: Tensor, labels: Tensor) -> Tensor:
    """(N, K) and (N,) to (N,): the log odds against each label, from -9 to 9."""
    return -torch.logit(probs.gather(1, labels[:, None])[:, 0], eps=1e-4)


def _distances(a: Tensor, b: Tensor) -> Tensor:
    squares = (a * a).sum(dim=1)[:, None] + (b * b).sum(dim=1)
    return squares.addmm_(a, b.T, alpha=-2).clamp_(min=0)


def _left_out(inverse: Tensor, targets: Tensor) -> Tensor:
    return targets - (inverse @ targets) / inverse.diagonal()[:, None]


def _finished(job: Generator[None, None, Shape | None]) -> Shape | None:
    """What a job in pieces comes to."""
    while True:
        try:
            next(job)
        except StopIteration as end:
            found: Shape | None = end.value
            return found
