"""Probabilities under models that did not learn the item's own label.

A model that memorised its labels agrees with the wrong ones; one fitted to the other folds cannot.
Bäuerle et al. 2020 classify with the model as trained (`in_sample`), which works while it was
stopped early or regularised enough.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from ..errors import InvalidInput
from ..kernels.head import probabilities
from ..kernels.newton import Fit, Rows, fit
from .measures import Ints

FOLDS = 5
TOLERANCE = 1e-6
"""Newton decrement (nats) at which the head of a fold is fitted well enough."""

Learned = Callable[[Tensor], Tensor]
"""Inputs (M, F...) to probabilities (M, K)."""


def fold_of(labels: Ints, folds: int = FOLDS, seed: int = 0) -> Ints:
    """(N,) int64 in 0..folds-1: which fold each item lies in. Drawn by `seed`, with the items of
    each class spread evenly."""
    if folds < 2:
        raise InvalidInput(f"out of fold takes 2 folds at least, not {folds}")
    drawn = np.random.default_rng(seed).permutation(len(labels))
    by_class = drawn[np.argsort(labels[drawn], kind="stable")]
    found = np.empty(len(labels), dtype=np.int64)
    found[by_class] = np.arange(len(labels)) % folds
    return found


def of_head(
    features: Tensor, labels: Tensor, classes: int, *, l2: float, weights: Tensor | None = None,
    folds: int = FOLDS, seed: int = 0, in_sample: bool = False,
) -> Tensor:
    """(N, K) in the dtype of `features` (N, P), which end in a 1 for the bias: what softmax
    regression fitted to the other folds says of each row. `labels` (N,) int64, `weights` (N,) or
    None for ones; the strength of the penalty, l2 * S, is the same without a fold.

    Features that were themselves learned from these labels may have memorised them: `of_network`.
    """
    rows = Rows(features, labels, weights, classes)
    whole = fit(rows, l2, tolerance=TOLERANCE)
    if in_sample:
        return whole.probs
    found = torch.empty_like(whole.probs)
    fold = torch.from_numpy(fold_of(labels.numpy(), folds, seed))
    for number in range(min(folds, len(labels))):
        inside = fold == number
        found[inside] = probabilities(_without(rows, l2, whole, inside), features[inside])
    return found


def of_network(
    inputs: Tensor, labels: Tensor, learn: Callable[[Tensor, Tensor, int], Learned], *,
    folds: int = 2, seed: int = 0, in_sample: bool = False,
) -> Tensor:
    """(N, K): what models trained on the other folds say of each of `inputs` (N, F...).

    `learn(inputs, labels, fold)` trains a fresh model and answers with its probabilities; with
    `in_sample` it is called once, with everything and fold 0. Two folds cost one training in all,
    five cost four, and their models have seen four fifths instead of a half."""
    if in_sample or len(labels) < folds:
        return learn(inputs, labels, 0)(inputs)
    fold = torch.from_numpy(fold_of(labels.numpy(), folds, seed))
    parts = []
    for number in range(folds):
        inside = fold == number
        parts.append(learn(inputs[~inside], labels[~inside], number)(inputs[inside]))
    order = torch.cat([torch.nonzero(fold == number)[:, 0] for number in range(folds)])
    return torch.cat(parts)[order.argsort()]


def _without(rows: Rows, l2: float, whole: Fit, inside: Tensor) -> Tensor:
    """(K, P): the head fitted to the rows that are not `inside`, from the fit to all of them."""
    ones = rows.features.new_ones(len(inside)) if rows.weights is None else rows.weights
    total, kept = float(ones.double().sum()), ones[~inside]
    rest = float(kept.double().sum())
    if rest <= 0:
        return torch.zeros_like(whole.weights)
    others = Rows(rows.features[~inside], rows.labels[~inside], kept, rows.classes)
    return fit(others, l2 * total / rest, whole.weights, whole.inverse,
               tolerance=TOLERANCE).weights
