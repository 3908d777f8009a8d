"""Known examples that say the same as one of them: those that are likely to be wrong together.

A mistake seldom comes alone: a confused annotator, a broken sensor or a wrong rule mislabels
examples that look alike. A group is what may be left out, or looked at, together.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .head import residuals

SIZE = 10
"""Rows of a group at most, the one it is grown from included."""

ALIKE = 0.8
"""Cosine between two residuals p - onehot(y) from which the doubts count as alike. Two labels that
are plainly doubted in favour of different classes reach 0.5."""


def similar(
    features: Tensor, probs: Tensor, labels: Tensor, candidates: Tensor, influences: Tensor,
    row: int, size: int = SIZE,
) -> Tensor:
    """At most `size` row numbers, `row` first and then the nearest to it: rows that

    * carry its label (only those of `candidates` (M,) are looked at),
    * are doubted in favour of the same classes: the cosine of their residuals is at least `ALIKE`,
    * push the suspect the same way: `influences` (M,) of the same sign as its own,
    * lie in the nearer half of the rows with its label (Euclidean distance of the features).

    (N, P) features, (N, K) probs, (N,) labels; `row` is one of `candidates`.
    """
    own = labels[candidates] == labels[row]
    rows, influences = candidates[own], influences[own]
    here = int(torch.nonzero(rows == row)[0, 0])
    away = torch.linalg.vector_norm(features[rows] - features[row], dim=1)
    doubts = residuals(probs[rows].double(), labels[rows])
    alike = torch.cosine_similarity(doubts, doubts[here : here + 1], dim=1) >= ALIKE
    same = torch.sign(influences) == torch.sign(influences[here])
    fits = alike & same & (away <= away.median())
    fits[here], away[here] = True, -1.0
    order = torch.where(fits, away, torch.inf).argsort(stable=True)
    return rows[order[: min(size, int(fits.sum()))]]
