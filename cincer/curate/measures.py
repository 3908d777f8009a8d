"""What is measured of each item, and of all of them (Bäuerle et al. 2020, section 4).

Only whole arrays: what keeps the numbers up to date while items change is `board`.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..errors import InvalidInput

Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]
Floats: TypeAlias = NDArray[np.floating[Any]]

LOWEST, HIGHEST = 0.5, 1.0
"""The range of IIES."""


def predictions(probs: Floats, given: Ints) -> Ints:
    """(N,) int64: the most probable class of each row of `probs` (N, K). Of equally probable ones
    the given label, so that an item disagrees only if some class is more probable than its own."""
    check(probs, given)
    rows = np.arange(len(given))
    found = probs.argmax(axis=1)
    tied = probs[rows, found] <= probs[rows, given]
    return np.where(tied, given, found)


def iies(probs: Floats, given: Ints) -> Floats:
    """(N,) in [0.5, 1], higher = the model contradicts the label more: (max p + 1 - p_given) / 2,
    which is (1 + margin) / 2. Exactly 0.5 where the prediction is the label. `probs` (N, K) with
    rows that sum to 1, `given` (N,) in 0..K-1. Bäuerle et al. 2020, IIES; their bars start at 1/K,
    but no item can lie below 1/2."""
    found = predictions(probs, given)
    rows = np.arange(len(given))
    return scored(probs[rows, found], probs[rows, given])


def scored(top: Floats, own: Floats) -> Floats:
    """IIES from the largest probability and that of the label: exactly 0.5 where they are equal."""
    return np.clip(0.5 + 0.5 * (top - own), LOWEST, HIGHEST)


def counts(given: Ints, predicted: Ints, classes: int, among: Bools | None = None) -> Ints:
    """(K, K) int64 by [given, predicted]: how many items `among` (N,) (default: all) lie in each
    cell. Off the diagonal this is the CIES; its sum is the number of misclassified items, and each
    row sums to its class's number of items."""
    codes = given * classes + predicted
    chosen = codes if among is None else codes[among]
    return np.bincount(chosen, minlength=classes * classes).reshape(classes, classes)


def bins_of(values: Floats, bins: int) -> Ints:
    """(N,) int64 in 0..bins-1: which of `bins` equal parts of [0.5, 1] an IIES lies in; a value on
    an edge lies in the upper part, 1 in the last."""
    scaled = (values - LOWEST) * (bins / (HIGHEST - LOWEST))
    return np.clip(scaled.astype(np.int64), 0, bins - 1)


def histogram(values: Floats, bins: int) -> Ints:
    """(bins,) int64: how many IIES `values` (N,) lie in each of `bins` equal parts of [0.5, 1]."""
    return np.bincount(bins_of(values, bins), minlength=bins)


def check(probs: Floats, given: Ints) -> None:
    """`InvalidInput` unless `probs` is (N, K), finite and in [0, 1], and `given` (N,) in 0..K-1."""
    if probs.ndim != 2 or probs.shape[0] != len(given) or probs.shape[1] < 2:
        raise InvalidInput(f"probabilities must be ({len(given)}, K) with at least 2 classes, "
                           f"not {probs.shape}")
    if len(given) == 0:
        return
    if not (probs.min() >= 0 and probs.max() <= 1 + 1e-5):
        raise InvalidInput("probabilities must be finite and between 0 and 1")
    if not (given.min() >= 0 and given.max() < probs.shape[1]):
        raise InvalidInput(f"given labels must be 0 to {probs.shape[1] - 1}, "
                           f"not {given.min()} to {given.max()}", classes=probs.shape[1])
