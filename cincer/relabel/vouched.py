"""From what people vouched for to the trusted set that influence is measured on.

Replies are no draw from the stream: suspicion chose most of them. Audits are one, each with the
chance of being asked; they count 1/propensity (Horvitz and Thompson 1952), clipped and scaled to a
mean of 1. Others count 1. Then every class counts as it does among the known rows, so that what was
asked about most often does not outweigh the rest.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ..kernels.trusted import Trusted
from ..protocols import TopLayer
from ..verified import Verified

CLIP = 10.0
"""An audit counts at most this many times the median audit."""


def rows_of(top: TopLayer, positions: Tensor) -> Tensor:
    """(V,) row numbers of `top`, -1 where a position is not among them or has left."""
    found = torch.full((len(positions),), -1, dtype=torch.int64)
    if not len(top.positions) or not len(positions):
        return found
    order = torch.argsort(top.positions)
    at = torch.searchsorted(top.positions[order], positions).clamp(max=len(order) - 1)
    rows = order[at]
    there = (top.positions[rows] == positions) & (top.weights[rows] > 0)
    found[there] = rows[there]
    return found


def trusted_of(top: TopLayer, verified: Verified) -> Trusted:
    """The trusted set among the known rows, by their labels in `verified`."""
    rows = rows_of(top, torch.from_numpy(verified.positions))
    there = rows >= 0
    rows, kept = rows[there], there.numpy()
    labels = torch.from_numpy(verified.labels)[there]
    weights = audit_weights(verified.propensity[kept])
    return Trusted(top.features[rows], top.probs[rows], labels, top.positions[rows],
                   torch.from_numpy(weights * class_weights(top, labels, weights)))


def kept_of(top: TopLayer, verified: Verified) -> tuple[Tensor, Tensor]:
    """Row numbers (V,) and labels (V,) of what is kept for choosing and is among the rows."""
    kept = verified.part(selection=True)
    rows = rows_of(top, torch.from_numpy(kept.positions))
    return rows[rows >= 0], torch.from_numpy(kept.labels)[rows >= 0]


def audit_weights(propensity: np.ndarray[tuple[int], np.dtype[np.float64]]) -> (
        np.ndarray[tuple[int], np.dtype[np.float64]]):
    """(V,) what each counts by how it came to be asked; mean 1 over audits, 1 for others."""
    weights = np.ones(len(propensity))
    audit = ~np.isnan(propensity)
    if audit.any():
        inverse = 1.0 / propensity[audit]
        inverse = np.minimum(inverse, CLIP * np.median(inverse))
        weights[audit] = inverse / inverse.mean()
    return weights


def class_weights(
    top: TopLayer, labels: Tensor, weights: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """(V,) factors after which each class's share of `weights` is its share of the known rows;
    classes that nobody vouched for are left out of the shares."""
    classes = top.probs.shape[1]
    known = torch.zeros(classes, dtype=torch.float64).index_add_(
        0, top.labels, top.weights.double()).numpy()
    mine = np.bincount(labels.numpy(), weights=weights, minlength=classes)
    share = np.where(mine > 0, known, 0.0)
    factor = np.divide(share / max(share.sum(), 1e-300) * mine.sum(), mine,
                       out=np.ones(classes), where=mine > 0)
    found: np.ndarray[tuple[int], np.dtype[np.float64]] = factor[labels.numpy()]
    return found
