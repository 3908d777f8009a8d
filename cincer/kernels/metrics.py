"""How good predictions are, and how well wrong labels are found. Labels are (N,) integers; results
in [0, 1], higher = better unless said otherwise."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Detection:
    """How well wrong labels were found. Positive = wrong. `fdr`: share of right labels among those
    called wrong (lower = better); `recall`: share of the wrong that were called; `f1` of the two;
    `auc`: chance that a wrong label is suspected more than a right one. NaN of nothing."""

    fdr: float
    recall: float
    f1: float
    auc: float


def detection(wrong: ArrayLike, called: ArrayLike, suspicion: ArrayLike) -> Detection:
    """`wrong` (N,) bool: the truth; `called` (N,) bool: judged wrong; `suspicion` (N,), higher =
    more likely wrong, for the AUC alone."""
    bad, said = np.asarray(wrong, dtype=bool), np.asarray(called, dtype=bool)
    hits, positives, claims = int((bad & said).sum()), int(bad.sum()), int(said.sum())
    return Detection(1 - _ratio(hits, claims), _ratio(hits, positives),
                     _ratio(2 * hits, positives + claims), auc(bad, suspicion))


def auc(positive: ArrayLike, scores: ArrayLike) -> float:
    """Area under the ROC curve of (N,) `scores`, ties counted half; NaN unless both kinds occur."""
    bad, values = np.asarray(positive, dtype=bool), np.asarray(scores, dtype=np.float64)
    ordered = np.sort(values)
    ranks = (np.searchsorted(ordered, values) + np.searchsorted(ordered, values, "right") + 1) / 2
    positives = int(bad.sum())
    return _ratio(float(ranks[bad].sum()) - positives * (positives + 1) / 2,
                  positives * (len(bad) - positives))


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")
