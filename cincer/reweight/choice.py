"""Which reweighter, if any, is worth it: judged by labels kept for choosing.

Each is let weigh the rows that are not kept, a head is fitted to those as they then count, and the
Brier scores of the kept labels are compared with those under a head for which all rows count alike.
(Logarithmic losses have no bound: a single label that a sharper head thought impossible outweighed
a hundred others.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from ..kernels.head import probabilities
from ..kernels.newton import Rows, fit
from ..kernels.trusted import Trusted
from ..protocols import TopLayer
from .weights import Reweighter

FEWEST = 10
"""Labels for choosing below which all rows count alike."""

SURE = 1.0
"""Standard errors by which a reweighter beats weighing nothing. A weight is no verdict on a label,
so that a choice that was too bold is cheap: less than what changing labels asks for."""

TOLERANCE = 1e-6
"""Nats: the decrement at which a fit is done."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one reweighter did: mean Brier score (0 to 2) of the labels kept for choosing less that
    without weights (below 0 = better), and the difference's standard error over those labels.
    `note`: why it gave no weights."""

    name: str
    difference: float
    error: float
    note: str = ""


def choose(
    top: TopLayer, trusted: Trusted, kept: Tensor, labels: Tensor,
    tried: Mapping[str, Reweighter],
) -> tuple[str, tuple[Verdict, ...]]:
    """The name of the best of `tried` that surely beats weighing nothing, else "uniform".
    `kept` (V,) are row numbers of `top`, `labels` (V,) what people said of them."""
    if len(kept) < FEWEST:
        return "uniform", ()
    rows = top.weights > 0
    rows[kept] = False
    others = torch.nonzero(rows)[:, 0]
    alike = rows.double()
    base = _scores(top, others, alike, kept, labels)
    verdicts = []
    for name, weigh in tried.items():
        found = weigh(top, trusted, others)
        change = _scores(top, others, found.weights, kept, labels) - base
        error = float(change.std(unbiased=True)) / len(change) ** 0.5
        verdicts.append(Verdict(name, float(change.mean()), error, found.note))
    best = min(verdicts, key=lambda one: one.difference)
    sure = not best.note and best.difference < -SURE * best.error
    return best.name if sure else "uniform", tuple(verdicts)


def _scores(
    top: TopLayer, rows: Tensor, weights: Tensor, kept: Tensor, labels: Tensor
) -> Tensor:
    """(V,) in [0, 2]: the Brier score of each kept label under the head fitted to `rows`."""
    head = fit(Rows(top.features[rows], top.labels[rows], weights[rows].to(top.features.dtype),
                    top.probs.shape[1]), top.damping, tolerance=TOLERANCE)
    probs = probabilities(head.weights, top.features[kept]).double()
    said = torch.nn.functional.one_hot(labels, probs.shape[1])
    return (probs - said).square().sum(dim=1)
