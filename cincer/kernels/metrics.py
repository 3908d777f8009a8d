"""How good predictions are. Labels are (N,) integers; results in [0, 1], higher = better."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def accuracy(true: ArrayLike, predicted: ArrayLike) -> float:
    """Share of equal labels; NaN without any."""
    wanted, found = np.asarray(true), np.asarray(predicted)
    return float(np.mean(wanted == found)) if wanted.size else float("nan")


def weighted_f1(true: ArrayLike, predicted: ArrayLike) -> float:
    """F1 of each true class, averaged by the class's share of `true`; NaN without any row.

    Equal to scikit-learn's `f1_score(average="weighted")`; a class never hit counts 0.
    """
    wanted, found = np.asarray(true), np.asarray(predicted)
    if not wanted.size:
        return float("nan")
    size = int(max(wanted.max(), found.max())) + 1
    table = np.zeros((size, size))
    np.add.at(table, (wanted, found), 1)
    support, claimed = table.sum(axis=1), table.sum(axis=0)
    f1 = 2 * np.diag(table) / np.maximum(support + claimed, 1)
    return float((f1 * support).sum() / support.sum())
